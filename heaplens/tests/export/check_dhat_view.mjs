// SPDX-License-Identifier: MIT
// Loads a DHAT file with Valgrind's own viewer, dh_view.js, and checks what it built.
//
//   node check_dhat_view.mjs DH_VIEW_JS FILE [TOTAL_BYTES TOTAL_BLOCKS PEAK_BYTES END_BYTES]
//
// The viewer is a script for a browser: it runs here in a context with as much of a DOM as building
// the tree and the page needs. Its totals are compared with the sums over the file's program points.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [viewer, file, ...expected] = process.argv.slice(2);

class Element {
  constructor(tag) {
    this.tag = tag;
    this.childNodes = [];
    this.classList = { contains: () => false, add() {}, remove() {}, toggle() {} };
    this.style = {};
    this.textContent = "";
  }
  appendChild(child) {
    child.parentNode = this;
    this.childNodes.push(child);
    return child;
  }
  cloneNode() { return new Element(this.tag); }
  replaceChild(to, from) {
    to.parentNode = this;
    this.childNodes = this.childNodes.map((node) => (node === from ? to : node));
  }
  get selectedIndex() { return this.childNodes.findIndex((node) => node.selected); }
  all() { return this.textContent + this.childNodes.map((node) => node.all()).join(""); }
}

const page = {
  body: new Element("body"),
  location: { search: "" },
  title: "",
  createElement: (tag) => new Element(tag),
  createTextNode: (text) => Object.assign(new Element("#text"), { textContent: text }),
};
const context = vm.createContext({ document: page, window: {}, console, performance, Intl,
  URLSearchParams });
vm.runInContext(readFileSync(viewer, "utf8"), context, { filename: viewer });

const text = readFileSync(file);
assert.deepEqual(Buffer.from(text.toString("utf8")), text, "the file is valid UTF-8");
context.heaplensData = text.toString("utf8");
vm.runInContext("onLoad(); gFilename = 'test'; gData = JSON.parse(heaplensData); buildTree();"
  + "displayTree(0, 0, 0);", context);
const data = vm.runInContext("gData", context);
const root = vm.runInContext("gRoot", context);

const sum = (key) => data.pps.reduce((total, point) => total + point[key], 0);
assert.equal(root._totalBytes, sum("tb"));
assert.equal(root._totalBlocks, sum("tbk"));
assert.equal(root._atTGmaxBytes, sum("gb"));
assert.equal(root._atTEndBytes, sum("eb"));
assert.ok(page.body.all().includes("Allocated at"), "the page shows the tree");
assert.equal(data.ftbl[0], "[root]");
for (const point of data.pps) {
  assert.ok(point.fs.every((index) => index > 0 && index < data.ftbl.length));
}
// The shape that profiler.firefox.com reads; what has neither file nor module is shown as it is.
const shape = /^0x[0-9A-F]+: (.+ \((in .+|.+:\d+)\)|.+)$/;
for (const frame of data.ftbl.slice(1)) {
  assert.match(frame, shape);
}
if (expected.length > 0) {
  assert.deepEqual([sum("tb"), sum("tbk"), sum("gb"), sum("eb")], expected.map(Number));
}
