// SPDX-License-Identifier: MIT
// A call stack and the figures of a site, as they stand in an opened row.
import { h } from "./dom";
import { bytesText, countText, shareText, timeText } from "./figures";
import { codeName } from "./names";
import type { Profile } from "./profile";
import { rangeText } from "./sizes";

/** The stack, innermost first. */
export function stackList(profile: Profile, node: number): HTMLElement {
  const slots = profile.stackSlots(node);
  if (slots.length === 0) {
    return h("p", { class: "quiet" }, "No call stack was recorded.");
  }
  return h(
    "ol",
    { class: "stack" },
    ...slots.map((slot) =>
      h(
        "li",
        {},
        codeName(profile.slotText(slot)),
        h("span", { class: "quiet code", title: profile.slotPath(slot) }, ` ${profile.slotPlace(slot)}`),
        h("span", { class: "quiet code" }, ` ${profile.slotModule(slot)}`),
      ),
    ),
  );
}

/** Everything that was recorded of a site. */
export function siteFigures(profile: Profile, site: number): HTMLElement {
  const of = (key: Parameters<Profile["column"]>[0]) => profile.column(key)[site]!;
  const blocks = Math.max(of("blocks_total"), 1);
  const pair = (bytes: number, count: number) => `${bytesText(bytes)} in ${countText(count)}`;
  const lines: [string, string][] = [
    ["At the process's peak", pair(of("bytes_gmax"), of("blocks_gmax"))],
    ["At its own peak", pair(of("bytes_peak"), of("blocks_peak"))],
    ["Allocated", pair(of("bytes_total"), of("blocks_total"))],
    ["Never freed", pair(of("bytes_end"), of("blocks_end"))],
    ["Temporary", `${countText(of("blocks_temporary"))} (${shareText(of("blocks_temporary"), blocks)})`],
    ["Mean block", bytesText(Math.floor(of("bytes_total") / blocks))],
    ["Mean lifetime", timeText(of("lifetime_ns") / blocks)],
    ["First and last", `${timeText(of("first_ns"))}, ${timeText(of("last_ns"))}`],
  ];
  const optional: [string, string, number][] = [
    ["Reallocations", `${countText(of("reallocs"))}, copied ${bytesText(of("bytes_copied"))}`, of("reallocs")],
    ["Lost to rounding", bytesText(of("bytes_rounding")), of("bytes_rounding")],
    ["Of zero bytes", countText(of("blocks_zero")), of("blocks_zero")],
  ];
  const { site: sites, size_class: classes, blocks: counts } = profile.data.site_sizes;
  sites.forEach((at, i) => {
    if (at === site) {
      lines.push([`Blocks of ${rangeText(classes[i]!)}`, countText(counts[i]!)]);
    }
  });
  for (const [title, text, value] of optional) {
    if (value > 0) {
      lines.push([title, text]);
    }
  }
  return h("dl", { class: "figures" }, ...lines.flatMap(([title, text]) => [h("dt", {}, title), h("dd", {}, text)]));
}
