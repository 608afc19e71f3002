// SPDX-License-Identifier: MIT
// The answers before any table: one card for each metric, with its total and who has most of it. A
// card is also the switch to that metric.
import { h } from "./dom";
import { changeText, countedText, intervalOf, shareText, timeText } from "./figures";
import { isKnown, METRICS, type Metric } from "./metrics";
import { shortName } from "./names";
import type { Facts } from "./data";
import type { Profile } from "./profile";
import type { Change, State, View } from "./state";

export class SummaryView implements View {
  readonly node = h("section", { class: "cards", role: "radiogroup", "aria-label": "What is measured" });
  private readonly cards: HTMLElement[];

  constructor(private readonly change: Change) {
    this.cards = METRICS.map((metric, index) =>
      h("div", {
        class: "card",
        role: "radio",
        id: `metric-${metric.key}`,
        "aria-keyshortcuts": index + 1,
        click: () => change({ metric }),
        keydown: (event) => this.onKey(event as KeyboardEvent, index),
      }),
    );
    this.node.append(...this.cards);
  }

  update(state: State): void {
    METRICS.forEach((metric, index) => {
      const card = this.cards[index]!;
      const isChosen = metric === state.metric;
      card.setAttribute("aria-checked", String(isChosen));
      card.tabIndex = isChosen ? 0 : -1;
      card.replaceChildren(...cardContent(state, metric));
    });
  }

  private onKey(event: KeyboardEvent, index: number): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = (index + step + METRICS.length) % METRICS.length;
      event.preventDefault();
      this.change({ metric: METRICS[next]! });
      this.cards[next]!.focus();
    }
  }
}

function cardContent(state: State, metric: Metric): HTMLElement[] {
  const { analysis } = state;
  if (!isKnown(analysis.profile.facts, metric)) {
    return [
      h("span", { class: "card-title" }, metric.title),
      h("span", { class: "card-value quiet" }, "-"),
      h("span", { class: "card-note" }, "not recorded of such a part"),
    ];
  }
  const value = valueOf(analysis.profile, metric);
  return [
    h("span", { class: "card-title" }, metric.title),
    h("span", { class: "card-value", title: metric.exact(value) }, metric.text(value), intervalMark(state, metric)),
    h("span", { class: "card-note" }, analysis.before === null ? remark(state, metric) : changed(state, metric)),
    mostBy(state, metric),
  ];
}

// The process's own figure; only call sites know how many blocks were temporary.
function valueOf(profile: Profile, metric: Metric): number {
  return metric.key === "temporary" ? profile.sum(metric.site) : metric.whole(profile.facts);
}

function intervalMark({ analysis }: State, metric: Metric): HTMLElement | null {
  const variances = analysis.profile.variances(metric.site);
  if (variances === null || metric.isCounted) {
    return null;
  }
  const interval = intervalOf(variances.reduce((sum, variance) => sum + variance, 0));
  return h("span", { class: "card-interval", title: "95 % confidence" }, ` ± ${metric.text(interval)}`);
}

// Who has most of it, or who changed most of it.
function mostBy({ analysis }: State, metric: Metric): HTMLElement {
  const top = analysis.topFunction(metric);
  if (top === null) {
    const nothing = analysis.before === null ? "nothing" : "no function changed";
    return h("span", { class: "card-top quiet" }, analysis.profile.siteCount === 0 ? "no call sites" : nothing);
  }
  const figure =
    analysis.before === null
      ? shareText(top.value, valueOf(analysis.profile, metric))
      : changeText(top.value, metric.text);
  return h("span", { class: "card-top" }, `${figure} by `, h("span", { class: "code", title: top.text }, shortName(top.text)));
}

// Whose peak it is, of a part.
function partPeak({ part, bytes_peak: bytes }: Facts): string | null {
  if (part === undefined) {
    return null;
  }
  return part.peak_of === "scope"
    ? "the largest of one scope or pool"
    : `${shareText(bytes, part.bytes_peak)} of the process's ${METRICS[0]!.text(part.bytes_peak)}`;
}

function remark(state: State, metric: Metric): string {
  const { profile } = state.analysis;
  const { facts } = profile;
  const remarks: Record<string, () => string> = {
    peak: () => partPeak(facts) ?? `${countedText(facts.blocks_peak, "block")}${facts.peak_ns > 0 ? `, after ${timeText(facts.peak_ns)}` : ""}`,
    total: () => "over the whole run",
    blocks: () => `mean ${METRICS[0]!.text(Math.floor(facts.bytes_total / Math.max(facts.blocks_total, 1)))}`,
    leaked: () => `in ${countedText(facts.blocks_end, "block")}`,
    temporary: () => `${shareText(profile.sum("blocks_temporary"), facts.blocks_total)} of all blocks`,
  };
  return remarks[metric.key]!();
}

function changed(state: State, metric: Metric): string {
  const { profile, before } = state.analysis;
  const [was, is] = [valueOf(before!, metric), valueOf(profile, metric)];
  if (is === was) {
    return "as before";
  }
  const change = was > 0 ? changeText(is - was, (part) => shareText(part, was)) : changeText(is - was, metric.text);
  return `was ${metric.text(was)}, ${change}`;
}
