// SPDX-License-Identifier: MIT
// The heap by parts of the program: scopes and pools that it named, and its threads.
import { h } from "./dom";
import { bytesText, countText } from "./figures";
import type { Profile } from "./profile";
import type { State, View } from "./state";

const SCOPE_KINDS = ["of a thread", "of the process", "pool"];

export class PartsView implements View {
  readonly node: HTMLElement;
  private readonly content = h("div");

  constructor() {
    this.node = h(
      "section",
      { id: "parts", "aria-labelledby": "parts-title" },
      h("div", { class: "section-head" }, h("h2", { id: "parts-title" }, "Scopes and threads")),
      this.content,
    );
  }

  update({ analysis: { profile } }: State): void {
    const tables = [scopeTable(profile), threadTable(profile)].filter((made) => made !== null);
    this.node.hidden = tables.length === 0;
    this.content.replaceChildren(...tables);
  }
}

function scopeTable({ data: { scopes } }: Profile): HTMLElement | null {
  const rows = scopes.label.map((label, i) => [
    label,
    (SCOPE_KINDS[scopes.kind[i]!] ?? "") + (scopes.inexact[i]! > 0 ? ", not exact" : ""),
    countText(scopes.scopes[i]!),
    bytesText(scopes.bytes_total[i]!),
    countText(scopes.blocks_total[i]!),
    bytesText(scopes.bytes_peak[i]!),
    bytesText(scopes.bytes_live[i]!),
  ]);
  return table("Scopes and pools", ["Scope", "Kind", "Times", "Allocated", "Blocks", "Largest peak", "Live at the end"], rows);
}

function threadTable({ data: { threads } }: Profile): HTMLElement | null {
  const rows = threads.tid.map((tid, i) => [
    threads.threads[i]! > 1 ? `${tid} and ${countText(threads.threads[i]! - 1)} before it` : String(tid),
    bytesText(threads.bytes_total[i]!),
    countText(threads.blocks_total[i]!),
  ]);
  return rows.length < 2 ? null : table("Threads", ["Thread", "Allocated", "Blocks"], rows);
}

function table(caption: string, titles: string[], rows: string[][]): HTMLElement | null {
  if (rows.length === 0) {
    return null;
  }
  const cell = (column: number) => (column === 0 ? "name-cell" : "figure-cell");
  const head = titles.map((title, i) => h("th", { scope: "col", class: cell(i) }, title));
  const body = rows.map((row) => h("tr", {}, ...row.map((text, i) => h("td", { class: cell(i) }, text))));
  return h(
    "div",
    { class: "table-scroll" },
    h("table", { class: "plain" }, h("caption", { class: "unseen" }, caption), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body)),
  );
}
