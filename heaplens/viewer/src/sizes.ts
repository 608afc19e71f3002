// SPDX-License-Identifier: MIT
// How large blocks are: one bar for each power of two.
import { h } from "./dom";
import { bytesText, countText, shareText } from "./figures";
import type { State, View } from "./state";

/** "64 B – 127 B". Class 0 is zero bytes; class n is [2^(n - 1), 2^n). */
export function rangeText(sizeClass: number): string {
  if (sizeClass < 2) {
    return `${sizeClass} B`;
  }
  const text = (bytes: number) => bytesText(bytes).replace(".0 ", " ");
  return `${text(2 ** (sizeClass - 1))} – ${sizeClass <= 10 ? `${2 ** sizeClass - 1} B` : `< ${text(2 ** sizeClass)}`}`;
}

export class SizesView implements View {
  readonly node: HTMLElement;
  private readonly bars = h("tbody");
  private readonly key = h("p", { class: "quiet" }, "thin bars: before");

  constructor() {
    this.node = h(
      "section",
      { id: "sizes", "aria-labelledby": "sizes-title" },
      h("div", { class: "section-head" }, h("h2", { id: "sizes-title" }, "Sizes of blocks"), this.key),
      h(
        "table",
        { class: "histogram" },
        h(
          "thead",
          { class: "unseen" },
          h("tr", {}, ...["Size", "Bar", "Blocks", "Share"].map((title) => h("th", { scope: "col" }, title))),
        ),
        this.bars,
      ),
    );
  }

  update(state: State): void {
    const { blocks } = state.analysis.profile.data.sizes;
    const before = state.analysis.before?.data.sizes.blocks ?? [];
    const first = blocks.findIndex((count, i) => count > 0 || (before[i] ?? 0) > 0);
    const last = Math.max(findLast(blocks), findLast(before));
    this.node.hidden = first < 0;
    this.key.hidden = before.length === 0;
    const largest = Math.max(1, ...blocks, ...before);
    const all = blocks.reduce((sum, count) => sum + count, 0);
    const rows: HTMLElement[] = [];
    for (let i = first; first >= 0 && i <= last; i++) {
      const count = blocks[i] ?? 0;
      rows.push(
        h(
          "tr",
          {},
          h("th", { scope: "row" }, rangeText(i)),
          h(
            "td",
            { class: "bars" },
            bar(count, largest, "bar-fill"),
            before.length > 0 && bar(before[i] ?? 0, largest, "bar-before"),
          ),
          h("td", { class: "figure-cell" }, countText(count)),
          h("td", { class: "figure-cell quiet" }, before.length > 0 ? `was ${countText(before[i] ?? 0)}` : shareText(count, all)),
        ),
      );
    }
    this.bars.replaceChildren(...rows);
  }
}

function findLast(counts: number[]): number {
  for (let i = counts.length - 1; i >= 0; i--) {
    if (counts[i]! > 0) {
      return i;
    }
  }
  return -1;
}

function bar(count: number, largest: number, kind: string): HTMLElement {
  const fill = h("span", { class: kind, "aria-hidden": "true" });
  fill.style.width = count === 0 ? "0" : `max(2px, ${(100 * count) / largest}%)`;
  return fill;
}
