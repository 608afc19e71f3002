// SPDX-License-Identifier: MIT
// The data as the report's writer embeds them (docs/format/html.md). Tables are columns; an index
// refers to a row of another table of the same process; names are indices of the list of names, but
// for those that are few, which are written out.

export interface Facts {
  /** Only of a part of a process. */
  part?: Part;
  start_unix_ns: number;
  duration_ns: number;
  peak_ns: number;
  bytes_total: number;
  blocks_total: number;
  bytes_peak: number;
  blocks_peak: number;
  bytes_end: number;
  blocks_end: number;
  peak_error_bytes: number;
  frees_unknown: number;
  allocations_failed: number;
  allocations_cut: number;
  operations_lost: number;
  stacks_cut: number;
  stacks_broken: number;
  store_bytes_max: number;
  rss_peak_bytes: number;
  rss_end_bytes: number;
  bytes_usable_end: number;
  frees_inherited: number;
  overflows: number;
  samples: number;
  sample_bytes: number;
  pid: number;
  parent_pid: number;
  mode: number;
  depth_max: number;
  threads: number;
  flags: number;
  command: string;
  executable: string;
  folder: string;
  host: string;
}

export const FLAG_UNFINISHED = 1;
export const FLAG_CUT = 2;
export const FLAG_THREADED = 4;
export const FLAG_COUNTED = 8;
export const FLAG_SAMPLED = 16;

export const SYMBOLS_CHANGED = 4;
export const NO_MODULE = 0xffffffff;

/** One column for each key, all of the same length. */
export type Columns<Key extends string> = Record<Key, number[]>;

export type SiteKey =
  | "bytes_total"
  | "blocks_total"
  | "bytes_gmax"
  | "blocks_gmax"
  | "bytes_peak"
  | "blocks_peak"
  | "bytes_end"
  | "blocks_end"
  | "lifetime_ns"
  | "blocks_short"
  | "blocks_temporary"
  | "reallocs"
  | "bytes_copied"
  | "bytes_rounding"
  | "blocks_zero"
  | "first_ns"
  | "last_ns"
  | "stack"
  | "threads";

/** Figures of a site that have a variance where they were estimated from a sample. */
export type EstimateKey =
  | "bytes_total"
  | "blocks_total"
  | "bytes_gmax"
  | "blocks_gmax"
  | "bytes_peak"
  | "blocks_peak"
  | "bytes_end"
  | "blocks_end";

export interface ProcessData {
  modules: { bias: string[]; path: number[]; build_id: number[]; symbols: number[] };
  frames: Columns<"function" | "file" | "line">;
  locations: { address: string[] } & Columns<"module" | "frame_first" | "frame_count">;
  nodes: Columns<"parent" | "location">;
  sites: Columns<SiteKey>;
  moments: { label: string[] } & Columns<
    "time_ns" | "bytes_live" | "blocks_live" | "bytes_peak" | "blocks_peak" | "bytes_total" | "blocks_total"
  >;
  sizes: Columns<"blocks">;
  points: Columns<"time_ns" | "bytes_total" | "bytes_live" | "blocks_live" | "bytes_usable" | "rss_bytes">;
  site_sizes: Columns<"site" | "size_class" | "blocks">;
  scopes: { label: string[] } & Columns<
    "kind" | "scopes" | "bytes_total" | "blocks_total" | "bytes_peak" | "bytes_live" | "inexact"
  >;
  threads: Columns<"tid" | "threads" | "bytes_total" | "blocks_total">;
  estimates: Columns<"site" | "samples" | EstimateKey>;
  /** A location (-1: none) and one of its frames for each site; not in a comparison. */
  responsible?: number[];
  /** In plain words, the weightiest first; not in a comparison. */
  findings?: { kind: string; site: number; text: string }[];
}

/** What was selected of a process: docs/format/json.md says what `peak_of` and `unknown` mean. */
export interface Part {
  peak_of: "whole" | "scope" | "nothing";
  bytes_peak: number;
  unknown: string[];
}

interface Overview {
  version: number;
  shown: number;
  part?: Part;
  processes: Facts[];
}

const DATA_VERSION = 1;

function parseElement(id: string): unknown {
  const holder = document.getElementById(id);
  if (holder === null) {
    throw new Error(`the file has no data called "${id}": it is not complete`);
  }
  return JSON.parse(visible(holder.textContent ?? ""));
}

// Control characters would be invisible; their pictures (U+2400 and on) are not. JSON spells them.
function visible(json: string): string {
  return json.replace(/\\(?:\\|u00([01][0-9a-f]))/g, (spelt, code?: string) =>
    code === undefined ? spelt : String.fromCharCode(0x2400 + parseInt(code, 16)),
  );
}

/** Functions of a comparison that were likely renamed: names before and after. */
export function readRenames(): [string, string][] {
  return document.getElementById("renames") === null ? [] : (parseElement("renames") as [string, string][]);
}

/** A recorded session; each process is parsed when it is first asked for. */
export class SessionData {
  readonly names: string[];
  readonly processes: Facts[];
  readonly shown: number;
  private readonly parsed = new Map<number, ProcessData>();

  /** @param prefix of the ids of the session's elements */
  constructor(private readonly prefix: string) {
    const overview = parseElement(`${prefix}session`) as Overview;
    if (overview.version !== DATA_VERSION) {
      throw new Error(`the data have version ${overview.version}, this page reads ${DATA_VERSION}`);
    }
    this.names = parseElement(`${prefix}names`) as string[];
    this.processes = overview.processes;
    this.shown = overview.shown;
    if (overview.part !== undefined) {
      this.processes[0]!.part = overview.part;
    }
  }

  static has(prefix: string): boolean {
    return document.getElementById(`${prefix}session`) !== null;
  }

  process(index: number): ProcessData {
    let data = this.parsed.get(index);
    if (data === undefined) {
      data = parseElement(`${this.prefix}process-${index}`) as ProcessData;
      this.parsed.set(index, data);
    }
    return data;
  }
}
