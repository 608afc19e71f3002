// SPDX-License-Identifier: MIT
// What the figures do not say, and where they come from.
import { FLAG_COUNTED, FLAG_CUT, FLAG_SAMPLED, FLAG_THREADED, FLAG_UNFINISHED, SYMBOLS_CHANGED, type Facts } from "./data";
import { h } from "./dom";
import { bytesText, countedText, countText, shareText, timeText } from "./figures";
import type { Profile } from "./profile";
import type { State, View } from "./state";

/** Everything that was cut, lost or seen only in part; a sentence each. */
export function limits(profile: Profile): string[] {
  const { facts, data } = profile;
  const notes: string[] = [];
  const has = (flag: number) => (facts.flags & flag) !== 0;
  if (has(FLAG_UNFINISHED)) {
    notes.push("The process did not end by itself, or still runs: “never freed” is what was live when last heard of.");
  }
  if (has(FLAG_COUNTED)) {
    notes.push("Blocks were counted only: there are no call sites, and live bytes are what the allocator gave.");
  }
  if (has(FLAG_SAMPLED)) {
    notes.push(
      `All but the totals of what was allocated is estimated from ${countedText(facts.samples, "block")}, one in ` +
        `${bytesText(facts.sample_bytes)} on average; ± is the interval that covers the truth in 95 of 100 runs.`,
    );
  }
  if (has(FLAG_THREADED)) {
    notes.push(`${countedText(facts.threads, "thread")} allocated: peaks are within ${bytesText(facts.peak_error_bytes)} of the truth.`);
  }
  if (has(FLAG_CUT)) {
    notes.push(`The recorder's store of ${bytesText(facts.store_bytes_max)} was full; see --store-max.`);
  }
  const counted: [number, string, string][] = [
    [facts.allocations_cut, "block has no call site, for want of room.", "blocks have no call site, for want of room."],
    [facts.operations_lost, "operation was not counted, for want of room.", "operations were not counted, for want of room."],
    [facts.allocations_failed, "allocation failed.", "allocations failed."],
    [facts.frees_unknown - facts.frees_inherited, "free of a block that was allocated before recording.", "frees of blocks that were allocated before recording."],
    [facts.frees_inherited, "free of a block that the parent process had allocated.", "frees of blocks that the parent process had allocated."],
    [facts.overflows, "block was written to behind its end.", "blocks were written to behind their end."],
    [facts.stacks_cut, "block has a call stack that was cut; see --depth.", "blocks have a call stack that was cut; see --depth."],
    [facts.stacks_broken, "block has a call stack whose outer end was not found.", "blocks have a call stack whose outer end was not found."],
  ];
  for (const [count, one, several] of counted) {
    if (count > 0) {
      notes.push(countedText(count, one, several));
    }
  }
  const locations = data.locations.frame_count;
  const nameless = locations.filter((count) => count === 0).length;
  if (nameless > 0) {
    notes.push(`${countText(nameless)} of ${countText(locations.length)} addresses have no symbol.`);
  }
  data.modules.symbols.forEach((symbols, module) => {
    if (symbols === SYMBOLS_CHANGED) {
      notes.push(`${profile.names[data.modules.path[module]!]!} is not the file that ran, so it is without names.`);
    }
  });
  return notes;
}

// How much of what the allocator holds for live blocks was asked for.
function liveText({ bytes_end: asked, bytes_usable_end: usable }: Facts): string {
  return usable > 0 ? `${bytesText(asked)} asked for, ${bytesText(usable)} given (${shareText(asked, usable)})` : "";
}

export class AboutView implements View {
  readonly node: HTMLElement;
  private readonly content = h("div");

  constructor() {
    this.node = h(
      "section",
      { id: "about", "aria-labelledby": "about-title" },
      h("div", { class: "section-head" }, h("h2", { id: "about-title" }, "About this profile")),
      this.content,
    );
  }

  update(state: State): void {
    const { profile } = state.analysis;
    const { facts } = profile;
    const notes = limits(profile);
    const known: [string, string][] = [
      ["Command", facts.command],
      ["Program", facts.executable],
      ["Folder", facts.folder],
      ["Host", facts.host],
      ["Process", `${facts.pid}, child of ${facts.parent_pid}`],
      ["Started", facts.start_unix_ns > 1e15 ? new Date(facts.start_unix_ns / 1e6).toISOString() : ""],
      ["Recorded for", timeText(facts.duration_ns)],
      ["Threads that allocated", countText(facts.threads)],
      ["Largest resident set", facts.rss_peak_bytes > 0 ? bytesText(facts.rss_peak_bytes) : ""],
      ["Resident set at the end", facts.rss_end_bytes > 0 ? bytesText(facts.rss_end_bytes) : ""],
      ["Live at the end", liveText(facts)],
      ["Call sites", countText(profile.siteCount)],
      ["Frames kept of a stack", countText(facts.depth_max)],
    ];
    this.content.replaceChildren(
      ...(notes.length > 0 ? [h("ul", { class: "notes" }, ...notes.map((note) => h("li", {}, note)))] : []),
      h(
        "dl",
        { class: "figures" },
        ...known.flatMap(([title, text]) => (text === "" ? [] : [h("dt", {}, title), h("dd", { class: "code" }, text)])),
      ),
    );
  }
}
