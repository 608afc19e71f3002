// SPDX-License-Identifier: MIT
// The flame graph, hanging: the root on top, each row one call deeper. A frame's width is its figure.
// Frames are elements, so that they have focus, selection and names for assistive software; those too
// narrow to be seen are not made, which bounds their number by the width of the screen.
import type { MergedStacks, Sums } from "./analysis";
import { ROOT } from "./calltree";
import { h } from "./dom";
import { changeText, intervalOf, shareText } from "./figures";
import type { Grouping } from "./labels";
import { shortName } from "./names";
import type { Change, State, View } from "./state";

const ROW_PX = 22;
const NARROWEST_PX = 2;
const NARROWEST_TEXT_PX = 28;
const NARROWEST_FIGURE_PX = 190;
/** As many as style.css has. */
const HUES = 7;

const GROUPINGS: [Grouping, string][] = [
  ["function", "Functions"],
  ["line", "Source lines"],
  ["module", "Modules"],
];

export class FlameView implements View {
  readonly node: HTMLElement;
  private readonly graph = h("div", { class: "flame", role: "tree", "aria-label": "Flame graph" });
  private readonly readout = h("p", { class: "readout" });
  private readonly legend = h("ul", { class: "legend", "aria-label": "Modules" });
  private readonly grouping: HTMLSelectElement;
  private readonly groupingLabel: HTMLElement;
  private readonly inverted: HTMLInputElement;
  private readonly folded: HTMLInputElement;
  private readonly reset: HTMLButtonElement;
  private state!: State;
  private merged!: MergedStacks;
  private sums!: Sums;
  private hues = new Map<string, number>();
  private hueOwner: unknown = null;
  private zoom = ROOT;
  private focused = ROOT;
  private readonly frames = new Map<number, HTMLElement>();
  private hidden = 0;
  private drawnWidth = 0;

  constructor(change: Change) {
    this.grouping = h(
      "select",
      { id: "grouping", change: () => change({ grouping: this.grouping.value as Grouping }) },
      ...GROUPINGS.map(([value, text]) => h("option", { value }, text)),
    );
    this.groupingLabel = h("label", {}, "Merge by ", this.grouping);
    this.inverted = checkbox("inverted", () => change({ isInverted: this.inverted.checked }));
    this.folded = checkbox("folded", () => change({ foldsRecursion: this.folded.checked }));
    this.reset = h("button", { type: "button", id: "reset-zoom", click: () => this.zoomTo(ROOT) }, "Reset zoom");
    this.node = h(
      "section",
      { id: "stacks", "aria-labelledby": "stacks-title" },
      h(
        "div",
        { class: "section-head" },
        h("h2", { id: "stacks-title" }, "Call stacks"),
        h(
          "div",
          { class: "controls" },
          this.groupingLabel,
          h("label", { title: "Who allocates at the top, who called it below" }, this.inverted, " Inverted"),
          h("label", { title: "A function that calls itself is one frame" }, this.folded, " Fold recursion"),
          this.reset,
        ),
      ),
      this.readout,
      h("div", { class: "flame-scroll" }, this.graph),
      this.legend,
    );
    this.graph.addEventListener("click", (event) => this.onClick(event));
    this.graph.addEventListener("keydown", (event) => this.onKey(event));
    this.graph.addEventListener("pointerover", (event) => this.describe(nodeOf(event) ?? this.focused));
    this.graph.addEventListener("pointerleave", () => this.describe(this.focused));
    this.graph.addEventListener("focusin", (event) => this.describe(nodeOf(event) ?? ROOT));
    // Only of the width: drawing changes the height, and would take the focus away.
    new ResizeObserver(() => this.graph.clientWidth !== this.drawnWidth && this.draw()).observe(this.graph);
  }

  update(state: State): void {
    const { analysis, grouping, isInverted, foldsRecursion, metric } = state;
    const merged = analysis.merged(grouping, { isInverted, foldsRecursion: foldsRecursion || grouping === "module" });
    if (merged !== this.merged) {
      this.zoom = ROOT;
      this.focused = ROOT;
    }
    if (this.hueOwner !== analysis) {
      this.hueOwner = analysis;
      this.hues = analysis.moduleHues(HUES);
    }
    this.state = state;
    this.node.hidden = analysis.profile.siteCount === 0;
    this.merged = merged;
    this.sums = analysis.sums(merged, metric.site);
    if (this.width(this.zoom) === 0) {
      this.zoom = ROOT;
    }
    this.grouping.value = grouping;
    this.groupingLabel.hidden = analysis.before !== null; // a comparison is of functions
    this.inverted.checked = isInverted;
    this.folded.checked = foldsRecursion || grouping === "module";
    this.folded.disabled = grouping === "module";
    this.draw();
    this.drawLegend();
    this.describe(this.zoom);
  }

  zoomTo(node: number): void {
    const hadFocus = this.graph.contains(document.activeElement);
    this.zoom = node;
    this.focused = node;
    this.draw();
    this.describe(node);
    if (hadFocus) {
      this.frames.get(node)?.focus();
    }
  }

  // A comparison shows both sides: what is gone has a width, too.
  private width(node: number): number {
    return this.sums.after[node]! + (this.sums.before === null ? 0 : this.sums.before[node]!);
  }

  private widths(): Float64Array {
    return this.sums.before === null ? this.sums.after : this.sums.after.map((_, node) => this.width(node));
  }

  // ------------------------------------------------------------------------------- drawing

  private draw(): void {
    const pixels = this.graph.clientWidth;
    if (this.sums === undefined || pixels === 0) {
      return;
    }
    this.drawnWidth = pixels;
    this.frames.clear();
    this.hidden = 0;
    const made = document.createDocumentFragment();
    const { tree } = this.merged;
    const above = this.zoom === ROOT ? [] : [ROOT, ...tree.path(this.zoom).slice(0, -1)];
    above.forEach((node, row) => made.append(this.frame(node, row, 0, pixels, true)));
    const widths = this.widths();
    let rows = above.length;
    // [node, row, left edge in pixels]
    const waiting: [number, number, number][] = widths[this.zoom]! > 0 ? [[this.zoom, above.length, 0]] : [];
    const scale = pixels / widths[this.zoom]!;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [node, row, left] = next;
      rows = Math.max(rows, row + 1);
      made.append(this.frame(node, row, left, widths[node]! * scale, false));
      let at = left;
      for (const child of tree.childrenOf(node, widths)) {
        const wide = widths[child]! * scale;
        if (wide >= NARROWEST_PX) {
          waiting.push([child, row + 1, at]);
        } else {
          this.hidden++;
        }
        at += wide;
      }
    }
    const empty = h("p", { class: "empty" }, `Nothing was ${this.state.metric.phrase}.`);
    this.graph.replaceChildren(widths[ROOT]! > 0 ? made : empty);
    this.graph.style.height = `${Math.max(rows, 2) * ROW_PX}px`;
    this.reset.disabled = this.zoom === ROOT;
    this.setTabStop(this.frames.has(this.focused) ? this.focused : this.zoom);
  }

  private frame(node: number, row: number, left: number, wide: number, isAbove: boolean): HTMLElement {
    const isMatch = node !== ROOT && this.state.search.matchesLabel(this.labelOf(node));
    const classes = ["frame", this.colour(node)];
    if (this.merged.tree.label[node]! % 2 === 1) {
      classes.push("odd"); // neighbours of one module are told apart
    }
    if (isAbove) {
      classes.push("above");
    }
    if (this.state.search.isActive) {
      classes.push(isMatch ? "match" : "other");
    }
    const made = h("div", {
      class: classes.join(" "),
      role: "treeitem",
      tabindex: -1,
      "data-node": node,
      "aria-level": row + 1,
      "aria-label": `${this.nameOf(node)}, ${this.figureOf(node)}`,
    });
    if (wide >= NARROWEST_TEXT_PX) {
      made.append(h("span", { class: "name" }, this.arrow(node) + shortName(this.nameOf(node))));
    }
    if (wide >= NARROWEST_FIGURE_PX) {
      made.append(h("span", { class: "figure" }, this.briefFigure(node)));
    }
    made.style.left = `${left}px`;
    made.style.top = `${row * ROW_PX}px`;
    made.style.width = `${Math.max(wide - 1, 1)}px`;
    this.frames.set(node, made);
    return made;
  }

  private colour(node: number): string {
    if (this.sums.before !== null) {
      const [before, after] = [this.sums.before[node]!, this.sums.after[node]!];
      // Four shades of a side: a tenth, a half, all of the larger figure.
      const change = (after - before) / Math.max(after, before, 1);
      const shade = [0.1, 0.5, 0.999].filter((step) => Math.abs(change) >= step).length;
      return change === 0 ? "same" : `${change > 0 ? "grown" : "shrunk"} shade-${shade}`;
    }
    if (node === ROOT) {
      return "root";
    }
    const hue = this.hues.get(this.labelOf(node).module) ?? -1;
    return hue < 0 ? "hue-none" : `hue-${hue}`;
  }

  private arrow(node: number): string {
    if (this.sums.before === null) {
      return "";
    }
    const change = this.sums.after[node]! - this.sums.before[node]!;
    return change === 0 ? "" : change > 0 ? "▲ " : "▼ ";
  }

  private drawLegend(): void {
    const isComparison = this.sums.before !== null;
    const keys: [string, string][] = isComparison
      ? [
          ["grown shade-2", "▲ more than before"],
          ["shrunk shade-2", "▼ less than before"],
          ["same", "unchanged; widths are before and after together"],
        ]
      : [...this.hues].filter(([, hue]) => hue >= 0).map(([module, hue]) => [`hue-${hue}`, module]);
    if (!isComparison && [...this.hues.values()].includes(-1)) {
      keys.push(["hue-none", "others"]);
    }
    this.legend.replaceChildren(
      ...keys.map(([hue, text]) => h("li", {}, h("span", { class: `swatch ${hue}`, "aria-hidden": "true" }), text)),
    );
  }

  // ---------------------------------------------------------------------------------- words

  private labelOf(node: number) {
    return this.merged.labels.all[this.merged.tree.label[node]!]!;
  }

  private nameOf(node: number): string {
    if (node === ROOT) {
      return this.state.isInverted ? "all allocating functions" : "all call stacks";
    }
    const label = this.labelOf(node);
    return label.place === "" ? label.text : `${label.text} ${label.place}`;
  }

  private briefFigure(node: number): string {
    const { text } = this.state.metric;
    const after = this.sums.after[node]!;
    return this.sums.before === null ? text(after) : changeText(after - this.sums.before[node]!, text);
  }

  private figureOf(node: number): string {
    const { exact, text } = this.state.metric;
    const after = this.sums.after[node]!;
    if (this.sums.before !== null) {
      const before = this.sums.before[node]!;
      return `${exact(before)} before, ${exact(after)} after (${changeText(after - before, text)})`;
    }
    const parent = this.merged.tree.parent[node]!;
    if (parent < 0) {
      return `${exact(after)}${this.interval(node)}${this.remainder(after)}`;
    }
    const share = shareText(after, this.sums.after[ROOT]!);
    const ofParent =
      parent > ROOT ? `, ${shareText(after, this.sums.after[parent]!)} of the frame above` : "";
    return `${exact(after)}${this.interval(node)}, ${share} of all${ofParent}`;
  }

  // Draws of a sample are independent: their variances add up.
  private interval(node: number): string {
    const { variances } = this.sums;
    return variances === null || this.sums.after[node] === 0
      ? ""
      : ` ± ${this.state.metric.text(intervalOf(variances[node]!))}`;
  }

  // What has no call site, or was counted by several threads at instants that differ, is not hidden.
  private remainder(sum: number): string {
    const { metric, analysis } = this.state;
    const whole = metric.whole(analysis.profile.facts);
    return sum === whole || metric.key === "temporary" ? "" : `, ${shareText(sum, whole)} of the process's ${metric.text(whole)}`;
  }

  private describe(node: number): void {
    if (this.sums === undefined || this.width(ROOT) === 0) {
      this.readout.replaceChildren(" ");
      return;
    }
    const module = node === ROOT ? "" : this.labelOf(node).module;
    const hidden = this.hidden > 0 && node === this.zoom ? `${this.hidden} too narrow to show: zoom in` : "";
    this.readout.replaceChildren(
      h("strong", { class: "code" }, this.nameOf(node)),
      this.nameOf(node).startsWith(module) ? "" : h("span", { class: "quiet code" }, ` ${module}`),
      h("span", {}, `  ${this.figureOf(node)}`),
      hidden === "" ? "" : h("span", { class: "quiet" }, `  ${hidden}`),
    );
  }

  // ------------------------------------------------------------------------------- handling

  private setTabStop(node: number): void {
    this.frames.get(this.focused)?.setAttribute("tabindex", "-1");
    this.focused = node;
    this.frames.get(node)?.setAttribute("tabindex", "0");
  }

  private moveTo(node: number | undefined): void {
    if (node !== undefined && this.frames.has(node)) {
      this.setTabStop(node);
      this.frames.get(node)!.focus();
    }
  }

  private onClick(event: Event): void {
    const node = nodeOf(event);
    if (node !== null) {
      this.setTabStop(node);
      this.zoomTo(node);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const node = nodeOf(event);
    if (node === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { tree } = this.merged;
    const widths = this.widths();
    const parent = tree.parent[node]!;
    const siblings = parent < 0 ? [node] : tree.childrenOf(parent, widths);
    const place = siblings.indexOf(node);
    const act: Record<string, () => void> = {
      ArrowDown: () => this.moveTo(tree.childrenOf(node, widths)[0]),
      ArrowUp: () => this.moveTo(parent < 0 ? undefined : parent),
      ArrowRight: () => this.moveTo(siblings[place + 1]),
      ArrowLeft: () => this.moveTo(siblings[place - 1]),
      Home: () => this.moveTo(ROOT),
      Enter: () => this.zoomTo(node),
      " ": () => this.zoomTo(node),
      Escape: () => this.zoomTo(ROOT),
    };
    if (act[event.key] !== undefined) {
      event.preventDefault();
      act[event.key]!();
    }
  }
}

function checkbox(id: string, onChange: () => void): HTMLInputElement {
  return h("input", { type: "checkbox", id, change: onChange });
}

function nodeOf(event: Event): number | null {
  const frame = (event.target as Element).closest<HTMLElement>("[data-node]");
  return frame === null ? null : Number(frame.dataset["node"]);
}
