// SPDX-License-Identifier: MIT
// The page of a program of benchmarks: reads the document of the file it is in, and shows it.
import { h } from "../dom";
import { countText } from "../figures";
import { themeButton } from "../theme";
import { caseSection } from "./case";
import { overviewSection } from "./overview";
import { readReport, seriesOf, type Report } from "./report";
import { scalingSection } from "./scaling";

function masthead({ program, machine, started_unix_s: started }: Report): HTMLElement {
  const when = new Date(started * 1000).toISOString().replace("T", " ").slice(0, 16);
  const governor = machine.governor === null ? "" : `, governor ${machine.governor}`;
  document.title = `${program} - heaplens benchmarks`;
  return h(
    "header",
    { class: "masthead" },
    h("div", { class: "topline" }, h("p", { class: "brand" }, "heaplens", h("span", { class: "quiet" }, " benchmarks")), h("div", { class: "controls" }, themeButton())),
    h("h1", { class: "code" }, program),
    h("p", { class: "quiet" }, `${machine.processor}, ${countText(machine.processors)} processors, ${machine.kernel}${governor}; ${when} UTC`),
  );
}

function start(holder: HTMLElement): void {
  const report = readReport();
  const sections = report.benchmarks.map((benchmark) => caseSection(benchmark, report));
  const go = (id: string) => {
    const section = sections.find((candidate) => candidate.dataset["case"] === id);
    section?.scrollIntoView({ block: "start" });
    section?.focus({ preventScroll: true });
  };
  holder.replaceChildren(
    masthead(report),
    h("main", { class: "bench" }, overviewSection(report, go), ...[scalingSection(seriesOf(report)), ...sections].filter((made) => made !== null)),
  );

  // The benchmark that has the focus, or the one at the top of the window.
  const current = () => {
    const focused = sections.findIndex((section) => section.contains(document.activeElement));
    const shown = sections.filter((section) => section.getBoundingClientRect().top < 16).length - 1;
    return focused >= 0 ? focused : shown;
  };
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      go(report.benchmarks[Math.max(0, Math.min(current() + step, sections.length - 1))]!.id);
    } else if (event.key === "t" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      scrollTo(0, 0);
      (document.activeElement as HTMLElement | null)?.blur();
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
