// SPDX-License-Identifier: MIT
// Functions and call sites, as two tabs; the hidden one is filled when it is first looked at.
import { h } from "./dom";
import { FunctionTable } from "./functions";
import { SiteTable } from "./sites";
import type { Change, State, View } from "./state";

type Tab = "functions" | "sites";

export class TablesView implements View {
  readonly node: HTMLElement;
  private readonly functions: FunctionTable;
  private readonly sites = new SiteTable();
  private readonly tabs: Record<Tab, HTMLButtonElement>;
  private readonly panels: Record<Tab, HTMLElement>;
  private shown: Tab = "functions";
  private state!: State;
  private readonly filledFor: Record<Tab, State | null> = { functions: null, sites: null };

  constructor(change: Change) {
    this.functions = new FunctionTable(change);
    this.tabs = { functions: this.tab("functions", "Functions"), sites: this.tab("sites", "Call sites") };
    this.panels = {
      functions: panel("functions", this.functions.table.node),
      sites: panel("sites", this.sites.table.node),
    };
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Tables" }, ...Object.values(this.tabs));
    list.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        this.show(this.shown === "functions" ? "sites" : "functions");
        this.tabs[this.shown].focus();
      }
    });
    this.node = h("section", { id: "tables" }, list, this.panels.functions, this.panels.sites);
  }

  update(state: State): void {
    this.state = state;
    this.node.hidden = state.analysis.profile.siteCount === 0;
    this.show(this.shown);
  }

  private tab(tab: Tab, title: string): HTMLButtonElement {
    const attributes = { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": `panel-${tab}` };
    return h("button", { ...attributes, click: () => this.show(tab) }, title);
  }

  private show(tab: Tab): void {
    this.shown = tab;
    for (const each of ["functions", "sites"] as const) {
      this.tabs[each].setAttribute("aria-selected", String(each === tab));
      this.tabs[each].tabIndex = each === tab ? 0 : -1;
      this.panels[each].hidden = each !== tab;
    }
    const last = this.filledFor[tab];
    if (last !== this.state) {
      this.filledFor[tab] = this.state;
      const isOther = last === null || last.metric !== this.state.metric || last.analysis !== this.state.analysis;
      (tab === "functions" ? this.functions : this.sites).update(this.state, isOther);
    }
  }
}

function panel(tab: Tab, content: HTMLElement): HTMLElement {
  return h("div", { role: "tabpanel", id: `panel-${tab}`, "aria-labelledby": `tab-${tab}` }, content);
}
