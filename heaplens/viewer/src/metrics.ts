// SPDX-License-Identifier: MIT
// What sites are measured by. The page shows one metric at a time, everywhere.
import type { Facts, SiteKey } from "./data";
import { bytesText, countedText, countText } from "./figures";

export interface Metric {
  key: string;
  title: string;
  /** Of figures in a sentence: "12 MiB live at the peak". */
  phrase: string;
  site: SiteKey;
  /** The process counts it, also where its sites are estimated from a sample. */
  isCounted: boolean;
  /** The process's own total, which also counts what has no site. */
  whole: (facts: Facts) => number;
  text: (value: number) => string;
  exact: (value: number) => string;
}

/** Is the total of a metric known? A part of a process has not everything. */
export function isKnown({ part }: Facts, { key }: Metric): boolean {
  return part === undefined || !part.unknown.includes(key) || (key === "peak" && part.peak_of === "scope");
}

const exactBytes = (value: number) => countedText(value, "byte");
const exactBlocks = (value: number) => countedText(value, "block");

export const METRICS: readonly Metric[] = [
  {
    key: "peak",
    title: "At the peak",
    phrase: "live at the peak",
    site: "bytes_gmax",
    isCounted: false,
    whole: (facts) => facts.bytes_peak,
    text: bytesText,
    exact: exactBytes,
  },
  {
    key: "total",
    title: "Allocated",
    phrase: "allocated",
    site: "bytes_total",
    isCounted: true,
    whole: (facts) => facts.bytes_total,
    text: bytesText,
    exact: exactBytes,
  },
  {
    key: "blocks",
    title: "Blocks",
    phrase: "allocated",
    site: "blocks_total",
    isCounted: true,
    whole: (facts) => facts.blocks_total,
    text: countText,
    exact: exactBlocks,
  },
  {
    key: "leaked",
    title: "Never freed",
    phrase: "never freed",
    site: "bytes_end",
    isCounted: false,
    whole: (facts) => facts.bytes_end,
    text: bytesText,
    exact: exactBytes,
  },
  {
    key: "temporary",
    title: "Temporary",
    phrase: "freed before the thread's next allocation",
    site: "blocks_temporary",
    isCounted: false,
    whole: (facts) => facts.blocks_total,
    text: countText,
    exact: exactBlocks,
  },
];
