// SPDX-License-Identifier: MIT
// What an iteration does with memory: its figures, and the call sites behind them.
import { h } from "../dom";
import { countText } from "../figures";
import { amountText, intervalText, MEMORY_TITLES } from "./quantities";
import { MEMORY_KINDS, type Memory, type SiteChange } from "./report";

const SITES_SHOWN = 8;

function head(...titles: string[]): HTMLElement {
  return h(
    "thead",
    {},
    h("tr", {}, ...titles.map((title, i) => h("th", { scope: "col", class: i === 0 ? "name-cell" : "figure-cell" }, title))),
  );
}

/** An exact figure is one number; otherwise it is a mean with its interval. */
export function memoryTable(memory: Memory): HTMLElement {
  return h(
    "table",
    { class: "plain" },
    head("Memory of an iteration", "", "the first"),
    h(
      "tbody",
      {},
      ...MEMORY_KINDS.map((kind) => {
        const { repeats, first, estimate } = memory[kind];
        const text = (value: number) => amountText(value, kind);
        return h(
          "tr",
          { "data-kind": kind },
          h("th", { scope: "row", class: "name-cell" }, MEMORY_TITLES[kind]),
          h("td", { class: "figure-cell", title: String(estimate.value) }, text(estimate.value), repeats ? "" : ` ${intervalText(estimate, text)}`),
          h("td", { class: `figure-cell ${first === estimate.value ? "zero" : ""}` }, text(first)),
        );
      }),
    ),
  );
}

function sitePath(path: string): HTMLElement {
  return h("th", { scope: "row", class: "name-cell code" }, path);
}

/** Call sites, most blocks first; null where nothing was allocated. */
export function siteTable({ sites, iterations, sites_left_out: left }: Memory): HTMLElement | null {
  if (sites.length === 0) {
    return null;
  }
  const shown = sites.slice(0, SITES_SHOWN);
  const rest = sites.length - shown.length + left;
  return h(
    "details",
    { class: "bench-sites" },
    h("summary", {}, `Call sites: ${countText(sites.length + left)}`),
    h(
      "table",
      { class: "plain" },
      head("innermost < caller", "blocks", "bytes", "peak"),
      h(
        "tbody",
        {},
        ...shown.map((site) =>
          h(
            "tr",
            {},
            sitePath(site.path),
            h("td", { class: "figure-cell" }, amountText(site.blocks / iterations, "blocks")),
            h("td", { class: "figure-cell" }, amountText(site.bytes / iterations, "bytes")),
            h("td", { class: "figure-cell" }, amountText(site.peak_bytes, "peak_bytes")),
          ),
        ),
      ),
    ),
    rest > 0 && h("p", { class: "table-foot" }, `${countText(rest)} more in the JSON`),
  );
}

/** Call sites that do something else than in the baseline; null if none does. */
export function siteChangeTable(sites: SiteChange[]): HTMLElement | null {
  if (sites.length === 0) {
    return null;
  }
  const pair = (before: number, after: number, kind: "blocks" | "bytes") =>
    h(
      "td",
      { class: `figure-cell ${after > before ? "more" : after < before ? "less" : "zero"}` },
      `${amountText(before, kind)} → ${amountText(after, kind)}`,
    );
  return h(
    "table",
    { class: "plain" },
    head("Call sites that changed", "blocks", "bytes"),
    h(
      "tbody",
      {},
      ...sites
        .slice(0, SITES_SHOWN)
        .map((site) =>
          h("tr", {}, sitePath(site.path), pair(site.blocks_base, site.blocks_head, "blocks"), pair(site.bytes_base, site.bytes_head, "bytes")),
        ),
    ),
  );
}
