// SPDX-License-Identifier: MIT
// The page of benchmarks in Chromium: every figure is the document's, charts have what they should, keys
// work, nothing is requested, and nothing is cut on a telephone.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { close, folder, open, options } from "./browser.mjs";
import { document_, HOSTILE } from "./bench_document.mjs";

const report = document_();
const json = join(folder, "bench.json");
const page = join(folder, "bench.html");
writeFileSync(json, JSON.stringify(report));
try {
  execFileSync(options.writer, [json, page]);
} catch (error) {
  console.log("skipped: built without the page");
  process.exit(error.status === 69 ? 77 : 1);
}

const tests = [];
const test = (name, run) => tests.push([name, run]);
const caseOf = (tab, id) => tab.locator(`section[data-case="${id}"]`);
const typical = ({ estimates }) => estimates[estimates.typical];

test("every row of the table has the figures of the document", async (tab) => {
  for (const { id, time, memory, change } of report.benchmarks) {
    const cells = await tab.locator("#overview tbody tr").evaluateAll(
      (rows, wanted) => {
        const row = rows.find((candidate) => candidate.dataset.row === wanted);
        return Object.fromEntries([...row.cells].slice(1).map((cell) => [cell.dataset.column, [cell.title, cell.textContent]]));
      },
      id,
    );
    assert.equal(cells.time[0], time === null ? "" : String(typical(time).value), id);
    assert.equal(cells.throughput[0], time === null ? "" : String(time.throughput[0].per_second));
    assert.equal(cells.blocks[0], memory === null ? "" : String(memory.blocks.estimate.value));
    assert.equal(cells.bytes[0], memory === null ? "" : String(memory.bytes.estimate.value));
    assert.equal(cells.peak_bytes[0], memory === null ? "" : String(memory.peak_bytes.estimate.value));
    assert.equal(cells.change[0], change === null ? "" : String(change.time.change));
    assert.match(cells.verdict[1], change === null ? /^new$/ : /regressed$/);
  }
  assert.equal(await tab.locator('#overview [data-row="sort/10"] [data-column=time]').textContent(), "221.4 ns");
});

test("a benchmark has its estimates, its memory and its change in figures", async (tab) => {
  const section = caseOf(tab, "sort/10");
  const { time, memory } = report.benchmarks[0];
  const titles = await section.locator("dl.figures dd").evaluateAll((all) => all.map((one) => one.title));
  for (const figure of ["slope", "mean", "median", "std_dev", "median_abs_dev"]) {
    assert.ok(titles.includes(String(time.estimates[figure].value)), figure);
  }
  for (const kind of ["blocks", "bytes", "peak_bytes", "growth_bytes", "growth_blocks", "reallocs"]) {
    assert.equal(await section.locator(`[data-kind=${kind}] td`).first().getAttribute("title"), String(memory[kind].estimate.value));
  }
  const text = await section.textContent();
  assert.match(text, /\+8 % \[\+7 %, \+9 %\]/);
  assert.match(text, /grow < sort4 → 3/);
  assert.match(text, /Growth0 B16 B\+16 B▲ regressed/); // a difference where there is no ratio
  assert.match(await caseOf(tab, "outliers").textContent(), /2 low, 2 high; 2 of them severe/);
  assert.match(await caseOf(tab, "outliers").textContent(), /rows12\.5 an iteration/);
});

test("charts have a mark for each sample, the fences, the line and the baseline", async (tab) => {
  const [density, samples] = await caseOf(tab, "sort/10").locator(".bench-chart .chart").all();
  assert.equal(await density.locator(".sample.now").count(), 7);
  assert.equal(await density.locator(".heap-line").count(), 1);
  assert.equal(await density.locator(".rss-line").count(), 1); // the baseline's density
  const fences = await density.locator(".fence").evaluateAll((all) => all.map((one) => Number(one.dataset.value)));
  assert.deepEqual(fences, Object.values(report.benchmarks[0].time.fences));
  assert.equal(await samples.locator(".sample.now").count(), 7);
  assert.equal(await samples.locator(".sample.before").count(), 7);
  // The line through the origin has the slope: its end is where the axes have it, in their own scale.
  const line = await samples.locator("line.heap-line").evaluate((one) => ["x1", "y1", "x2", "y2"].map((name) => Number(one.getAttribute(name))));
  const dots = await samples.locator("circle.sample.now").evaluateAll((all) => all.map((one) => [Number(one.getAttribute("cx")), Number(one.getAttribute("cy"))]));
  const { iterations, ns } = report.benchmarks[0].time.samples;
  const perX = (dots[6][0] - dots[0][0]) / (iterations[6] - iterations[0]);
  const perY = (dots[6][1] - dots[0][1]) / (ns[6] - ns[0]);
  const slope = (line[3] - line[1]) / perY / ((line[2] - line[0]) / perX);
  assert.ok(Math.abs(slope / typical(report.benchmarks[0].time).value - 1) < 1e-6, `${slope}`);
  // Of a flat plan there is no line through the origin; outliers have shapes of their own.
  const flat = caseOf(tab, "outliers").locator(".bench-chart .chart").nth(1);
  assert.equal(await flat.locator("path.sample.outlier").count(), 4);
  assert.equal(await flat.locator("circle.sample.now").count(), 4);
});

test("times that grow as n^1.5 and memory as n are fitted as such", async (tab) => {
  const series = tab.locator('[data-series="sort"]');
  assert.equal(await series.count(), 1);
  const exponents = await series.locator(".fit-line").evaluateAll((all) => all.map((one) => Number(one.dataset.exponent)));
  [1.5, 1, 1].forEach((want, i) => assert.ok(Math.abs(exponents[i] - want) < 1e-9, `${exponents}`));
  assert.match(await series.textContent(), /Time: grows as n\^1\.50/);
  assert.equal(await series.locator(".scale-dot").count(), 9);
  // On log axes sizes that are ten times each other are equally far apart.
  const xs = await series.locator("circle.scale-dot").evaluateAll((all) => all.slice(0, 3).map((one) => Number(one.getAttribute("cx"))));
  assert.ok(Math.abs(xs[2] - xs[1] - (xs[1] - xs[0])) < 0.01, `${xs}`);
});

test("a verdict is a word and a sign, and a change shows its margin", async (tab) => {
  const chart = caseOf(tab, "sort/10").locator(".bench-chart .chart").nth(2);
  assert.equal(await chart.locator(".whisker-dot").count(), 3); // a difference is no ratio
  assert.equal(await chart.locator(".margin-band").count(), 1);
  await chart.focus();
  await tab.keyboard.press("ArrowRight");
  const readout = caseOf(tab, "sort/10").locator(".readout").nth(2);
  assert.equal(await readout.textContent(), "Time: +8 % [+7 %, +9 %], regressed");
});

test("keys go from benchmark to benchmark, and read the samples", async (tab) => {
  await tab.locator("body").press("t");
  await tab.keyboard.press("j");
  await tab.keyboard.press("j");
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.case), "sort/100");
  await tab.keyboard.press("k");
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.case), "sort/10");
  await tab.locator('#overview [data-row="outliers"] button').click();
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.case), "outliers");
  const density = caseOf(tab, "outliers").locator(".chart").first();
  await density.focus();
  await tab.keyboard.press("ArrowRight");
  assert.match(await caseOf(tab, "outliers").locator(".readout").first().textContent(), /^sample 5: 100 ns, a severe outlier, low$/);
});

test("a failure and a hostile name are shown as text", async (tab) => {
  const section = tab.locator(".bench-case").last();
  assert.equal(await section.locator("h2").textContent(), HOSTILE);
  assert.match(await section.textContent(), /It failed: <b>no<\/b> memory/);
  assert.equal(await tab.locator("img").count(), 0);
  assert.equal(await tab.title(), "bench_of_the_test - heaplens benchmarks");
});

/** The page that a program wrote about itself, against the JSON of the same run. */
async function realPage() {
  const [itsJson, itsPage] = [join(folder, "real.json"), join(folder, "real.html")];
  const quick = ["--warm-up", "1ms", "--measurement-time", "20ms", "--sample-size", "12", "--resamples", "200"];
  const run = (...more) => {
    const done = spawnSync(options.before, [...quick, "--baseline-folder", folder, ...more]);
    assert.ok(done.status === 0 || done.status === 1, String(done.stderr)); // 1: one of them fails on purpose
  };
  run("--save-baseline", "first");
  run("--baseline", "first", "--json", itsJson, "--html", itsPage);
  const real = JSON.parse(readFileSync(itsJson, "utf8"));
  const opened = await open(itsPage);
  assert.equal(await opened.tab.locator("#overview tbody tr").count(), real.benchmarks.length);
  const shown = await opened.tab.locator("#overview tbody tr").evaluateAll((rows) =>
    rows.map((row) => [row.dataset.row, ...["time", "blocks", "change"].map((key) => row.querySelector(`[data-column=${key}]`)?.title)]),
  );
  const text = (value) => (value === null || value === undefined ? "" : String(value));
  assert.deepEqual(
    shown.map((row) => row.map(text)),
    real.benchmarks.map(({ id, time, memory, change }) =>
      [id, time && typical(time).value, memory && memory.blocks.estimate.value, change?.time?.change].map(text),
    ),
  );
  assert.equal(await opened.tab.locator(".failure").count(), 0);
  const measured = real.benchmarks.filter(({ time }) => time !== null);
  assert.equal(await opened.tab.locator(".sample.now").count() >= measured.length * 10, true);
  return opened.troubles;
}

let failed = 0;
const { tab, troubles } = await open(page);
try {
  troubles.push(...(await realPage()));
  console.log("ok - a program's own page has the figures of its JSON");
} catch (error) {
  failed++;
  console.log(`not ok - a program's own page has the figures of its JSON\n${error.stack}`);
}
for (const [name, run] of tests) {
  try {
    await run(tab);
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${name}\n${error.stack}`);
  }
}
for (const settings of [{ viewport: { width: 380, height: 800 } }, { colorScheme: "dark" }, { viewport: { width: 380, height: 800 }, colorScheme: "dark" }]) {
  const other = await open(page, settings);
  const [wide, ink, paper] = await other.tab.evaluate(() => [
    document.documentElement.scrollWidth - innerWidth,
    getComputedStyle(document.body).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  const lightness = (color) => Number(/\d+/.exec(color)[0]);
  const isDark = lightness(paper) < lightness(ink);
  troubles.push(...other.troubles);
  if (wide > 0 || isDark !== (settings.colorScheme === "dark")) {
    failed++;
    console.log(`not ok - ${JSON.stringify(settings)}: ${wide} pixels too wide, ${ink} on ${paper}`);
  }
}
if (troubles.length > 0) {
  failed++;
  console.log(`not ok - the page makes no requests and no errors\n${troubles.join("\n")}`);
}
await close();
process.exit(failed === 0 ? 0 : 1);
