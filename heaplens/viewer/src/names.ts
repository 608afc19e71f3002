// SPDX-License-Identifier: MIT
// Names of functions as people are shown them: one name of C++'s standard library can fill a screen.
import { h } from "./dom";

const LIST_MAX = 24; // as in the reports for terminals

/** Where the list that begins at `open` ends; -1 if it does not. */
function listEnd(name: string, open: number): number {
  let depth = 0;
  for (let i = open; i < name.length; i++) {
    const c = name[i];
    if (c === "<" || c === "(") {
      depth++;
    } else if (c === ")" || (c === ">" && name[i - 1] !== "-")) {
      depth--;
    }
    if (depth === 0) {
      return i;
    }
  }
  return -1;
}

/** The name without its long lists of template arguments and parameters: "std::map<..>::operator[](..)". */
export function shortName(name: string): string {
  let short = "";
  for (let i = 0; i < name.length; ) {
    // The brackets of "operator<<", "operator()" and "operator->" begin no list.
    const operator = /^operator(\(\)|[<=>-]+)/.exec(name.slice(i, i + 12));
    let length = operator !== null && !/\w/.test(name[i - 1] ?? "") ? operator[0].length : 1;
    // Rust's "<T as Trait>::f" begins with a list that is its name.
    if (length === 1 && i > 0 && (name[i] === "<" || name[i] === "(")) {
      const end = listEnd(name, i);
      length = (end < 0 ? name.length : end + 1) - i;
      if (end >= 0 && length - 2 > LIST_MAX) {
        short += `${name[i]}..${name[end]}`;
        i = end + 1;
        continue;
      }
    }
    short += name.slice(i, i + length);
    i += length;
  }
  return short;
}

/** The short name, with the whole one where the pointer rests. */
export function codeName(name: string): HTMLElement {
  const short = shortName(name);
  return h("span", { class: "code", title: short === name ? null : name }, short);
}
