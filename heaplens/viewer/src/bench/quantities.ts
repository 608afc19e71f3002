// SPDX-License-Identifier: MIT
// Quantities as text, worded as in the table for terminals.
import { bytesText, countText } from "../figures";
import type { Comparison, Estimated, MemoryKind } from "./report";

function scaled(value: number, units: readonly string[], step: number): string {
  let unit = 0;
  while (Math.abs(value) >= step && unit + 1 < units.length) {
    value /= step;
    unit++;
  }
  // 999.96 has four digits as 1000.
  return `${value === 0 ? "0" : Number(value.toPrecision(4))} ${units[unit]}`;
}

/** "29.49 ns", "4.912 us": four digits. */
export function nsText(ns: number): string {
  return scaled(ns, ["ns", "us", "ms", "s"], 1000);
}

/** "517 M items/s", "13.9 GiB/s" */
export function rateText(perSecond: number, unit: "items" | "bytes"): string {
  return unit === "bytes"
    ? `${bytesText(perSecond)}/s`
    : `${scaled(perSecond, ["", "k", "M", "G"], 1000).trim()} items/s`.replace("  ", " ");
}

/** "1", "1.25": a mean over iterations need not be whole. */
export function amountText(value: number, kind: MemoryKind): string {
  const isBytes = kind === "bytes" || kind === "peak_bytes" || kind === "growth_bytes";
  if (isBytes && Math.abs(value) >= 1024) {
    return bytesText(value);
  }
  const text = Number.isInteger(value) ? countText(value) : value.toFixed(2);
  return isBytes ? `${text} B` : text;
}

/** "[26.88 ns, 32.3 ns]" */
export function intervalText({ low, high }: Estimated, text: (value: number) => string): string {
  return `[${text(low)}, ${text(high)}]`;
}

export function percentText(share: number): string {
  const percent = 100 * share;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Number(Math.abs(percent).toPrecision(3))} %`;
}

/** "+5.85 % [−11.3 %, +34.4 %]"; a difference where there is no ratio. */
export function changeText(change: Comparison, text: (value: number) => string): string {
  const show = (value: number) => (change.relative ? percentText(value) : `${value > 0 ? "+" : ""}${text(value)}`);
  const interval =
    change.exact || change.low === null || change.high === null ? "" : ` [${show(change.low)}, ${show(change.high)}]`;
  return show(change.change) + interval;
}

export const MEMORY_TITLES: Record<MemoryKind, string> = {
  blocks: "Allocations",
  bytes: "Bytes",
  peak_bytes: "Peak",
  growth_bytes: "Growth",
  growth_blocks: "Block growth",
  reallocs: "Reallocations",
};
