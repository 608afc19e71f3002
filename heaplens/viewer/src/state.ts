// SPDX-License-Identifier: MIT
// What is shown; one object, so that a view is a function of it.
import type { Analysis } from "./analysis";
import type { Grouping } from "./labels";
import type { Metric } from "./metrics";
import type { Search } from "./search";

export interface State {
  analysis: Analysis;
  metric: Metric;
  search: Search;
  grouping: Grouping;
  isInverted: boolean;
  foldsRecursion: boolean;
}

/** Change what is shown; every view follows. */
export type Change = (change: Partial<State>) => void;

/** A part of the page. */
export interface View {
  readonly node: HTMLElement;
  update(state: State): void;
}
