// SPDX-License-Identifier: MIT
// Reads the data of the file it is in, and shows them.
import { AboutView } from "./about";
import { Analysis } from "./analysis";
import { SessionData } from "./data";
import { h } from "./dom";
import { FindingsView } from "./findings";
import { FlameView } from "./flame";
import { MastheadView } from "./masthead";
import { isKnown, METRICS, type Metric } from "./metrics";
import { PartsView } from "./parts";
import { Profile } from "./profile";
import { Search } from "./search";
import { SearchView } from "./searchbar";
import { SizesView } from "./sizes";
import type { Change, State, View } from "./state";
import { SummaryView } from "./summary";
import { TablesView } from "./tables";
import { TimelineView } from "./timeline";

const BEFORE = "before-";

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  return target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey;
}

// A scope's peak is known, but not what its call sites had of it.
function hasNoSites({ processes, shown }: SessionData, { key }: Metric): boolean {
  return processes[shown]!.part?.unknown.includes(key) ?? false;
}

function start(holder: HTMLElement): void {
  const session = new SessionData("");
  const before = SessionData.has(BEFORE) ? new SessionData(BEFORE) : null;
  const analyse = (index: number) => {
    const profile = new Profile(session, index, null);
    return new Analysis(profile, before && new Profile(before, before.shown, profile));
  };

  let state: State = {
    analysis: analyse(session.shown),
    metric: METRICS.find((metric) => isKnown(session.processes[session.shown]!, metric) && !hasNoSites(session, metric))!,
    search: new Search(""),
    grouping: "function",
    isInverted: false,
    foldsRecursion: false,
  };
  const change: Change = (changed) => {
    state = { ...state, ...changed };
    views.forEach((view) => view.update(state));
  };
  const masthead = new MastheadView(session, session.shown, (index) => change({ analysis: analyse(index) }), before);
  const search = new SearchView(change);
  const views: View[] = [
    masthead,
    new SummaryView(change),
    new FindingsView(),
    new TimelineView(),
    search,
    new FlameView(change),
    new TablesView(change),
    new SizesView(),
    new PartsView(),
    new AboutView(),
  ];
  const [head, ...sections] = views.map((view) => view.node);
  holder.replaceChildren(head!, h("main", {}, ...sections));
  change({});

  document.addEventListener("keydown", (event) => {
    if (isTyping(event)) {
      if (event.key === "Escape" && event.target instanceof HTMLInputElement) {
        change({ search: new Search("") });
        event.target.blur();
      }
      return;
    }
    const metric = METRICS[Number(event.key) - 1];
    if (event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (event.key === "i") {
      change({ isInverted: !state.isInverted });
    } else if (metric !== undefined) {
      change({ metric });
    }
  });
}

const holder = document.getElementById("app")!;
try {
  start(holder);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  holder.replaceChildren(h("p", { class: "failure", role: "alert" }, `This report cannot be shown: ${message}`));
}
