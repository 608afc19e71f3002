// SPDX-License-Identifier: MIT
// Loads files with speedscope's own importer and prints what it made of them as JSON.
//
//   node load_speedscope.mjs SPEEDSCOPE_PACKAGE FILE...
//
// The package holds the application as one script. Its importer is a module inside of that script,
// whose exports keep their names: the script runs here without a page, stopped before it draws.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

const [folder, ...files] = process.argv.slice(2);
const release = path.join(folder, "dist", "release");
const bundle = readdirSync(release).find((name) => /^speedscope-\w+\.js$/.test(name));
const script = readFileSync(path.join(release, bundle), "utf8");

const namespace = script.match(/([\w$]+)=\{\};[\w$]+\(\1,\{importFromFileSystemDirectoryEntry:/)?.[1];
const thunk = script.match(new RegExp(`\\(\\)=>\\(\\w+\\(\\),${namespace}\\)`))?.[0];
if (thunk === undefined) {
  throw new Error(`${bundle}: the importer is not where it was in release 1.25.0`);
}
// The last statement of the script draws the page: the importer is handed out before it.
const end = script.lastIndexOf("console.log(`speedscope v");
const opened = `${script.slice(0, end)}globalThis.loadImporter=${thunk};})();`;

// A browser as far as the script looks at it while it starts. Only the page is a pretence: any
// property of it, any call, nothing behind.
const nothing = () => new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "" : nothing()),
  apply: () => nothing(),
  construct: () => nothing(),
});
const context = vm.createContext({
  console: { log() {}, warn() {}, error() {}, assert() {} },
  TextDecoder, TextEncoder, URLSearchParams, atob, btoa, setTimeout, performance,
  document: nothing(), navigator: { userAgent: "" }, location: { hash: "", search: "" },
  addEventListener() {}, matchMedia: nothing(), requestAnimationFrame() {},
});
vm.runInContext("globalThis.window = globalThis.self = globalThis;", context);
vm.runInContext(opened, context, { filename: bundle });
const importer = vm.runInContext("loadImporter()", context);

// Weights by the stack of names, as speedscope has them after it merged the samples.
function stacks(profile) {
  const weights = {};
  let path = [];
  profile.forEachCall(
    (node) => { path.push(node.frame.name); },
    (node) => {
      const own = node.getSelfWeight();
      if (own > 0) {
        const key = path.join(";");
        weights[key] = (weights[key] ?? 0) + own;
      }
      path.pop();
    });
  return weights;
}

const results = [];
for (const file of files) {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const group = await importer.importProfilesFromArrayBuffer(path.basename(file), buffer);
  if (group === null) {
    throw new Error(`speedscope does not know what ${file} is`);
  }
  results.push({
    name: group.name,
    shown: group.indexToView,
    profiles: group.profiles.map((profile) => ({
      name: profile.getName(),
      unit: profile.getWeightUnit(),
      total: profile.getTotalWeight(),
      formatted: profile.formatValue(profile.getTotalWeight()),
      stacks: stacks(profile),
    })),
  });
}
console.log(JSON.stringify(results));
