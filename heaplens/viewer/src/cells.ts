// SPDX-License-Identifier: MIT
// What stands in the cells of tables.
import { h } from "./dom";
import { changeText, shareText } from "./figures";
import type { Metric } from "./metrics";
import type { Column } from "./table";

/** A figure of a metric; its exact value is one hover away. */
export function figure(value: number, metric: Metric): HTMLElement {
  return h("span", { class: value === 0 ? "zero" : "", title: metric.exact(value) }, metric.text(value));
}

/** "63.5 %" on a bar of that width. */
export function shareBar(part: number, whole: number): HTMLElement {
  const fill = h("span", { class: "bar-fill" });
  fill.style.width = whole > 0 ? `${(100 * part) / whole}%` : "0";
  return h("span", { class: "share" }, h("span", { class: "bar", "aria-hidden": "true" }, fill), h("span", { class: "share-text" }, shareText(part, whole)));
}

/** A column of differences, with a sign and an arrow beside the colour. */
export function changeColumn<Row>(
  key: string,
  title: string,
  metric: Metric,
  change: (row: Row) => number,
): Column<Row> {
  return {
    key,
    title,
    value: (row) => Math.abs(change(row)),
    show: (row) => {
      const value = change(row);
      const kind = value > 0 ? "more" : value < 0 ? "less" : "zero";
      return h("span", { class: kind, title: metric.exact(value) }, changeText(value, metric.text));
    },
  };
}

/** A remark beside a name. */
export function quiet(text: string): HTMLElement | string {
  return text === "" ? "" : h("span", { class: "quiet code" }, ` ${text}`);
}
