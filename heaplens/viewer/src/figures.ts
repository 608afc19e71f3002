// SPDX-License-Identifier: MIT
// Figures as text, worded as in the report for terminals.

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** "512 B", "11.8 MiB": powers of 1024. */
export function bytesText(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < 1024) {
    return `${bytes} B`;
  }
  let value = size / 1024;
  let unit = 0;
  // 1023.95 would be shown as 1024.0.
  while (value >= 1023.95 && unit + 1 < UNITS.length) {
    value /= 1024;
    unit++;
  }
  return `${bytes < 0 ? "-" : ""}${value.toFixed(1)} ${UNITS[unit]}`;
}

/** "12,345,678" */
export function countText(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** "1 block", "12,345 blocks" */
export function countedText(count: number, one: string, several = `${one}s`): string {
  return `${countText(count)} ${Math.round(count) === 1 ? one : several}`;
}

/** "1.23 ms", "4.50 s", "3 min 20 s" */
export function timeText(ns: number): string {
  if (ns < 1e3) {
    return `${Math.round(ns)} ns`;
  }
  if (ns < 1e6) {
    return `${shortText(ns / 1e3)} us`;
  }
  if (ns < 1e9) {
    return `${shortText(ns / 1e6)} ms`;
  }
  if (ns < 120e9) {
    return `${(ns / 1e9).toFixed(2)} s`;
  }
  const seconds = Math.floor(ns / 1e9);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// Three significant digits without trailing zeros; never an exponent below 1000.
function shortText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** "63.5 %"; "-" of nothing. */
export function shareText(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : "-";
}

/** The same with an explicit sign, and "0" where nothing changed. */
export function changeText(change: number, text: (value: number) => string): string {
  return change === 0 ? "0" : `${change > 0 ? "+" : "−"}${text(Math.abs(change))}`;
}

/** Half the width of the interval that covers the truth in 95 of 100 profiles; normal approximation. */
export function intervalOf(variance: number): number {
  return Math.round(1.96 * Math.sqrt(variance));
}
