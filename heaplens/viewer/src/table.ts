// SPDX-License-Identifier: MIT
// A table that sorts by any column, opens its rows, and shows a part at a time: a profile can have a
// hundred thousand rows, a reader looks at some dozens.
import { h } from "./dom";
import { countText } from "./figures";

const ROWS_AT_FIRST = 25;
const ROWS_MORE = 200;

export interface Column<Row> {
  key: string;
  title: string;
  /** What the title means, if it needs more than itself. */
  hint?: string;
  /** Names are sorted as text and stand left, figures are sorted largest first. */
  isName?: boolean;
  /** "extra" is left out where there is no room for everything, "minor" on a telephone. */
  rank?: "extra" | "minor";
  value: (row: Row) => number | string;
  show: (row: Row) => Node | string;
}

export class SortableTable<Row> {
  readonly node: HTMLElement;
  private readonly table = h("table");
  private readonly footer = h("p", { class: "table-foot" });
  private columns: Column<Row>[] = [];
  private rows: Row[] = [];
  private sortKey = "";
  private isDescending = true;
  private shown = ROWS_AT_FIRST;

  constructor(
    private readonly caption: string,
    private readonly open: (row: Row) => HTMLElement,
  ) {
    this.node = h("div", { class: "table-wrap" }, h("div", { class: "table-scroll" }, this.table), this.footer);
  }

  /** Show other rows, largest of `sortKey` first; without one the order stays as it was chosen. */
  fill(columns: Column<Row>[], rows: Row[], sortKey: string | null): void {
    this.columns = columns;
    this.rows = rows;
    this.shown = ROWS_AT_FIRST;
    this.sortBy(sortKey ?? this.sortKey, sortKey !== null || this.isDescending);
  }

  sortBy(key: string, isDescending: boolean): void {
    this.sortKey = key;
    this.isDescending = isDescending;
    const column = this.columns.find((candidate) => candidate.key === key)!;
    const sign = isDescending ? -1 : 1;
    const keyed = this.rows.map((row) => ({ row, value: column.value(row) }));
    keyed.sort((a, b) =>
      typeof a.value === "string"
        ? sign * a.value.localeCompare(b.value as string)
        : sign * (a.value - (b.value as number)),
    );
    this.rows = keyed.map(({ row }) => row);
    this.draw();
  }

  private draw(): void {
    const shown = this.rows.slice(0, this.shown);
    this.table.replaceChildren(
      h("caption", { class: "unseen" }, this.caption),
      h("thead", {}, h("tr", {}, ...this.columns.map((column) => this.header(column)))),
      h("tbody", {}, ...shown.map((row) => this.row(row))),
    );
    const rest = this.rows.length - shown.length;
    this.footer.replaceChildren(
      `${countText(shown.length)} of ${countText(this.rows.length)} rows `,
      ...(rest > 0 ? [this.moreButton(rest)] : []),
    );
  }

  private moreButton(rest: number): HTMLElement {
    const more = () => {
      this.shown += ROWS_MORE;
      this.draw();
    };
    return h("button", { type: "button", click: more }, `Show ${countText(Math.min(rest, ROWS_MORE))} more`);
  }

  private header(column: Column<Row>): HTMLElement {
    const isSorted = column.key === this.sortKey;
    const sort = () => {
      this.sortBy(column.key, isSorted ? !this.isDescending : column.isName !== true);
      this.table.querySelector<HTMLElement>(`[data-key="${column.key}"]`)?.focus();
    };
    return h(
      "th",
      {
        scope: "col",
        class: cellClass(column),
        "aria-sort": isSorted ? (this.isDescending ? "descending" : "ascending") : null,
      },
      h("button", { type: "button", "data-key": column.key, title: column.hint ?? null, click: sort }, column.title),
    );
  }

  private row(row: Row): HTMLElement {
    const [name, ...figures] = this.columns;
    const opener = h("button", { type: "button", class: "opener", "aria-expanded": "false" }, name!.show(row));
    const made = h(
      "tr",
      {},
      h("th", { scope: "row", class: cellClass(name!) }, opener),
      ...figures.map((column) => h("td", { class: cellClass(column) }, column.show(row))),
    );
    made.addEventListener("click", () => {
      // A selection of text is no click.
      if (getSelection()?.isCollapsed !== false) {
        this.toggle(made, opener, row);
      }
    });
    return made;
  }

  private toggle(made: HTMLElement, opener: HTMLElement, row: Row): void {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) {
      made.nextElementSibling?.remove();
    } else {
      const cell = h("td", { colspan: this.columns.length }, h("div", { class: "opened" }, this.open(row)));
      made.after(h("tr", { class: "details" }, cell));
    }
  }
}

function cellClass({ isName, rank }: { isName?: boolean; rank?: string }): string {
  return `${isName === true ? "name-cell" : "figure-cell"} ${rank ?? ""}`.trim();
}
