// SPDX-License-Identifier: MIT
// The search field, which stays in sight, and what it found in figures.
import { h } from "./dom";
import { countedText, shareText } from "./figures";
import { Search } from "./search";
import type { Change, State, View } from "./state";

export class SearchView implements View {
  readonly node: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly found = h("output", { id: "found", for: "search" });

  constructor(change: Change) {
    this.field = h("input", {
      type: "search",
      id: "search",
      placeholder: "Search functions, files, modules   /",
      "aria-keyshortcuts": "/",
      autocomplete: "off",
      spellcheck: "false",
      input: () => change({ search: new Search(this.field.value) }),
    });
    this.node = h("div", { class: "searchbar", role: "search" }, h("label", { class: "unseen", for: "search" }, "Search"), this.field, this.found);
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  update({ analysis, metric, search }: State): void {
    this.node.hidden = analysis.profile.siteCount === 0;
    if (this.field.value !== search.text) {
      this.field.value = search.text;
    }
    if (!search.isActive) {
      this.found.textContent = `Showing: ${metric.title.toLowerCase()}`;
      return;
    }
    const values = analysis.profile.column(metric.site);
    let sum = 0;
    let count = 0;
    search.sites(analysis.profile).forEach((isMatch, site) => {
      if (isMatch === 1 && values[site]! > 0) {
        sum += values[site]!;
        count++;
      }
    });
    const share = shareText(sum, analysis.profile.sum(metric.site));
    this.found.textContent =
      count === 0
        ? `Nothing found that was ${metric.phrase}`
        : `${metric.text(sum)} (${share}) ${metric.phrase}, in ${countedText(count, "call stack")}`;
  }
}
