// SPDX-License-Identifier: MIT
// What a person would say after an hour with the profile. The sentences come with the data; each opens
// to the call stack that it rests on.
import { h } from "./dom";
import type { Profile } from "./profile";
import { siteFigures, stackList } from "./stack";
import type { State, View } from "./state";

const TITLES: Record<string, string> = {
  overflow: "Overflow",
  peak: "Peak",
  growth: "Growth",
  churn: "Churn",
  realloc: "Reallocation",
  rounding: "Rounding",
  "zero-size": "Zero size",
};

export class FindingsView implements View {
  readonly node: HTMLElement;
  private readonly list = h("ul", { class: "findings" });
  private profile: Profile | null = null;

  constructor() {
    this.node = h(
      "section",
      { id: "findings", "aria-labelledby": "findings-title" },
      h("div", { class: "section-head" }, h("h2", { id: "findings-title" }, "Findings")),
      this.list,
    );
  }

  update({ analysis: { profile } }: State): void {
    if (this.profile === profile) {
      return; // what is open stays open
    }
    this.profile = profile;
    const findings = profile.data.findings ?? [];
    this.node.hidden = findings.length === 0;
    this.list.replaceChildren(...findings.map((finding) => h("li", {}, item(profile, finding))));
  }
}

function item(profile: Profile, finding: { kind: string; site: number; text: string }): HTMLElement {
  const made = h(
    "details",
    {},
    h(
      "summary",
      {},
      h("span", { class: `kind ${finding.kind === "overflow" ? "urgent" : ""}` }, TITLES[finding.kind] ?? finding.kind),
      h("span", {}, finding.text.replaceAll(" +- ", " ± ")),
    ),
  );
  made.addEventListener(
    "toggle",
    () =>
      made.append(
        h(
          "div",
          { class: "opened columns" },
          stackList(profile, profile.column("stack")[finding.site]!),
          siteFigures(profile, finding.site),
        ),
      ),
    { once: true },
  );
  return made;
}
