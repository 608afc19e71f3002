// SPDX-License-Identifier: MIT
// What was recorded, which process is shown, and how the page looks.
import { readRenames, type Facts, type SessionData } from "./data";
import { h } from "./dom";
import { bytesText, countedText, countText, timeText } from "./figures";
import type { State, View } from "./state";
import { themeButton } from "./theme";

export class MastheadView implements View {
  readonly node: HTMLElement;
  private readonly command = h("h1", { class: "code" });
  private readonly facts = h("p", { class: "quiet" });

  constructor(session: SessionData, shown: number, choose: (index: number) => void, before: SessionData | null) {
    const controls = h("div", { class: "controls" });
    if (session.processes.length > 1 && before === null) {
      controls.append(processSelector(session, shown, choose));
    }
    controls.append(themeButton());
    const brand = h("p", { class: "brand" }, "heaplens", before === null ? "" : h("span", { class: "quiet" }, " comparison"));
    this.node = h("header", { class: "masthead" }, h("div", { class: "topline" }, brand, controls), this.command, this.facts, renamed());
  }

  update(state: State): void {
    const { profile, before } = state.analysis;
    const { facts } = profile;
    this.command.textContent = facts.command;
    document.title = `${facts.command.slice(0, 60)} - heaplens`;
    this.facts.textContent =
      before === null
        ? sentence(facts, countedText(profile.siteCount, "call site"))
        : `${sentence(facts, "")}; compared with ${before.facts.command}, ${sentence(elsewhere(before.facts, facts), "")}`;
  }
}

const RENAMES_SHOWN = 8;

// A row of two names for one function: the tables have it under the second.
function renamed(): HTMLElement | string {
  const all = readRenames();
  if (all.length === 0) {
    return "";
  }
  const shown = all.slice(0, RENAMES_SHOWN).map(([before, after]) => `${before} → ${after}`);
  const rest = all.length > shown.length ? `, and ${countText(all.length - shown.length)} more` : "";
  return h("p", { class: "quiet", id: "renames-shown" }, "Renamed (likely): ", h("span", { class: "code" }, shown.join(", ") + rest));
}

// The host again only if it is another one.
function elsewhere(facts: Facts, here: Facts): Facts {
  return facts.host === here.host ? { ...facts, host: "" } : facts;
}

function sentence(facts: Facts, sites: string): string {
  const part = facts.part === undefined ? "" : "a selected part of it";
  const threads = countedText(facts.threads, "thread");
  const host = facts.host === "" ? "" : `on ${facts.host}`;
  const parts = [`process ${facts.pid}`, `recorded for ${timeText(facts.duration_ns)}`, threads, part, sites, host];
  return parts.filter((part) => part !== "").join(", ");
}

function processSelector(session: SessionData, shown: number, choose: (index: number) => void): HTMLElement {
  const select = h("select", { id: "process", change: () => choose(Number(select.value)) });
  session.processes.forEach((facts, index) => {
    const brief = facts.command.length > 48 ? `${facts.command.slice(0, 47)}…` : facts.command;
    const text = `${facts.pid}  ${brief}  (peak ${bytesText(facts.bytes_peak)})`;
    select.append(h("option", { value: index, selected: index === shown }, text));
  });
  return h("label", {}, "Process ", select);
}
