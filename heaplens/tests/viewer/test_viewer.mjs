// SPDX-License-Identifier: MIT
// The HTML report in Chromium: what it shows against figures made by hand (write_synthetic) and
// against DHAT's file of a real recording, which another writer makes of the same profile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after } from "node:test";
import { close, diffJson, diffReport, json, open, options, record, report, synthetic, text, withData } from "./browser.mjs";
import { largeProfile } from "./large_profile.mjs";

after(close);

const sessionProfile = synthetic("session");
const sessionPage = report(sessionProfile);

const exact = (figure) => figure.toLocaleString("en-US");
const digits = (text) => Number(text.replace(/[^0-9]/g, ""));
const frameNamed = (tab, name) => tab.locator(".frame").filter({ has: tab.locator(".name", { hasText: name }) });

/** The exact figure of a cell, from its title. */
async function exactFigures(row) {
  return (await row.locator("td [title]").evaluateAll((cells) => cells.map((cell) => cell.title))).map(digits);
}

test("shows the totals that were made by hand", async () => {
  const { tab, troubles } = await open(sessionPage);
  const cards = {};
  for (const metric of ["peak", "total", "blocks", "leaked", "temporary"]) {
    cards[metric] = digits(await tab.locator(`#metric-${metric} .card-value`).getAttribute("title"));
  }
  assert.deepEqual(cards, { peak: 3000000, total: 5000000, blocks: 1205, leaked: 1000, temporary: 750 });
  assert.deepEqual(troubles, []);
});

test("makes no request, and its policy lets none through", async () => {
  const { tab, troubles } = await open(sessionPage);
  await tab.evaluate(() => fetch("http://localhost:9/").catch(() => {}));
  await tab.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.body.append(script);
  });
  assert.equal(await tab.evaluate(() => window.wasRun), undefined);
  // The two refusals, and no request.
  assert.equal(troubles.filter((trouble) => trouble.startsWith("request")).length, 0);
  assert.ok(troubles.length >= 2);
  assert.ok(troubles.every((trouble) => trouble.includes("Content Security Policy")), troubles.join("\n"));
});

test("gives functions their own and their cumulative figures, recursion once", async () => {
  const { tab } = await open(sessionPage);
  const row = (name) => tab.locator("#panel-functions tbody tr").filter({ has: tab.getByText(name, { exact: true }) });
  // Self, with callees, allocated, blocks, never freed, temporary: sums of the sites in synthetic.c.
  assert.deepEqual(await exactFigures(row("grow_buffer")), [2900000, 2900000, 4600000, 1200, 0, 750]);
  assert.deepEqual(await exactFigures(row("parse_row")), [0, 2900000, 4600000, 1200, 0, 750]);
  // Its callee has no name, but is of another module: a function is not responsible for that.
  assert.deepEqual(await exactFigures(row("main")), [0, 3000000, 4900000, 1203, 0, 750]);
  assert.deepEqual(await exactFigures(row("libother.so.1+0x8010")), [100000, 100000, 300000, 3, 0, 0]);
});

test("shows names of the program as text, whatever is in them", async () => {
  const hostile = withData(sessionPage, "names", (names) =>
    names.map((name) => (name === "main" ? "</script><img src=x onerror=f()><!--" : name)),
  );
  const { tab, troubles } = await open(hostile);
  assert.equal(await tab.locator(".frame img, td img, th img").count(), 0);
  assert.equal(await frameNamed(tab, "</script><img src=x onerror=f()><!--").count(), 1);
  assert.deepEqual(troubles, []);
  assert.match(await tab.locator("h1").textContent(), /^app "quoted" back\\slash ␛\[31m � café$/);
});

test("zooms into a frame and out again, by mouse and by keyboard", async () => {
  const { tab } = await open(sessionPage);
  const width = async (name) => (await frameNamed(tab, name).first().boundingBox()).width;
  const whole = await width("all call stacks");
  const before = await width("parse_row");
  // 2,900,000 of 3,000,000 bytes; a pixel is left between neighbours.
  assert.ok(Math.abs(before - (whole * 29) / 30) <= 2, `${before} of ${whole}`);
  await frameNamed(tab, "parse_row").first().click();
  assert.ok(Math.abs((await width("parse_row")) - whole) <= 1);
  assert.equal(await frameNamed(tab, "main").count(), 1, "what is above stays");
  await tab.keyboard.press("Escape");
  assert.ok(Math.abs((await width("parse_row")) - before) <= 1);
  await frameNamed(tab, "all call stacks").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) {
    await tab.keyboard.press(key);
  }
  assert.match(await tab.evaluate(() => document.activeElement.ariaLabel), /^libother\.so\.1\+0x8010, 100,000 bytes/);
  await tab.keyboard.press("Enter");
  const box = await tab.locator(".frame:focus").boundingBox();
  assert.ok(Math.abs(box.width - whole) <= 1);
});

test("turns the stacks over, and folds recursion", async () => {
  const { tab } = await open(sessionPage);
  const labels = () =>
    tab.locator(".frame").evaluateAll((all) => all.map((f) => `${f.ariaLevel} ${f.ariaLabel.split(",").slice(0, -1)}`));
  assert.equal(await frameNamed(tab, "grow_buffer").count(), 2);
  await tab.locator("#inverted").check();
  const inverted = await labels();
  assert.ok(inverted.includes("2 grow_buffer, 2,900,000 bytes"), inverted.join("\n"));
  // One stack has main below parse_row, the other parse_row's caller grow_buffer.
  assert.ok(inverted.some((label) => label.startsWith("4 main, 2,500,000 bytes")), inverted.join("\n"));
  await tab.locator("#inverted").uncheck();
  await tab.locator("#grouping").selectOption("module");
  assert.ok((await labels()).some((label) => label.startsWith("2 app, 3,000,000 bytes")));
});

test("leaves long lists of template arguments and parameters out of names", async () => {
  const whole = "std::map<int, std::vector<int>, std::less<int> >::operator[](int const&)";
  const { tab } = await open(
    withData(sessionPage, "names", (names) => names.map((name) => (name === "main" ? whole : name))),
  );
  assert.equal(await frameNamed(tab, "std::map<..>::operator[](int const&)").count(), 1);
  const named = tab.locator(".code", { hasText: "std::map<..>::operator[](int const&)" });
  assert.equal(await named.first().getAttribute("title"), whole);
});

test("finds what is searched for, and says how much it is", async () => {
  const { tab } = await open(sessionPage);
  await tab.keyboard.press("/");
  await tab.keyboard.type("PARSE.c");
  // Both stacks through parse.c; 400,000 + 2,500,000 of 3,000,000 bytes.
  assert.match(await tab.locator("#found").textContent(), /^2\.8 MiB \(96\.7 %\) live at the peak, in 2 call stacks$/);
  await tab.locator("#search").fill("grow");
  assert.equal(await tab.locator(".frame.match").count(), 2);
  assert.equal(await tab.locator("#panel-functions tbody tr").count(), 1);
  await tab.locator("#search").fill("nobody");
  assert.match(await tab.locator("#found").textContent(), /^Nothing found/);
});

test("measures everything by the metric that is chosen", async () => {
  const { tab } = await open(sessionPage);
  await tab.keyboard.press("4");
  assert.equal(await tab.locator("#metric-leaked").getAttribute("aria-checked"), "true");
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), /1,000 bytes$/);
  await tab.locator("#metric-temporary").click();
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), /750 blocks$/);
});

test("sorts by the column that is clicked, and opens a row to its stack", async () => {
  const { tab } = await open(sessionPage);
  await tab.locator("#tab-sites").click();
  const names = () => tab.locator("#panel-sites tbody .opener > span > .code:first-child").allTextContents();
  assert.deepEqual(await names(), ["grow_buffer", "grow_buffer", "libother.so.1+0x8010", "a_function_with_a_name_longer_than_the_column_for_names", "(no call stack)"]);
  await tab.getByRole("button", { name: "Allocated" }).click();
  // 4,000,000, 600,000, 300,000, 99,000 and 1,000 bytes.
  assert.deepEqual((await names()).slice(2, 4), ["libother.so.1+0x8010", "(no call stack)"]);
  await tab.getByRole("button", { name: "Allocated" }).click();
  assert.equal((await names())[4], "grow_buffer");
  assert.equal(await tab.locator("#panel-sites th[aria-sort]").getAttribute("aria-sort"), "ascending");
  await tab.locator("#panel-sites .opener").nth(3).focus();
  await tab.keyboard.press("Enter");
  const stack = await tab.locator("#panel-sites .stack li > .code:first-child").allTextContents();
  assert.deepEqual(stack, ["grow_buffer", "parse_row", "grow_buffer", "parse_row", "main"]);
  assert.match(await tab.locator("#panel-sites .details").textContent(), /parse\.c:12 app/);
});

test("shows another process when it is chosen", async () => {
  const { tab } = await open(sessionPage);
  await tab.locator("#process").selectOption("0");
  assert.equal(await tab.locator("h1").textContent(), "sh -c app");
  assert.equal(digits(await tab.locator("#metric-peak .card-value").getAttribute("title")), 10);
  assert.match(await tab.locator("#about .notes").textContent(), /did not end by itself/);
  assert.equal(await tab.locator("#stacks").isVisible(), false, "it has no call sites");
  await tab.locator("#process").selectOption("1");
  assert.equal(await frameNamed(tab, "parse_row").count(), 2);
});

test("shows a part that was selected, and nothing else", async () => {
  const { tab } = await open(report(sessionProfile, "--filter", "parse_row"));
  await tab.locator("#tab-sites").click();
  // The two sites through parse_row: 2,500,000 and 400,000 bytes at the peak.
  assert.equal(await tab.locator("#panel-sites tbody tr").count(), 2);
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), /, 2,900,000 bytes/);
  assert.equal(await tab.locator("#process").count(), 0);
});

test("says of a part whose peak it is, and shows no zero for what was not recorded", async () => {
  const profile = synthetic("session");
  const filtered = (await open(report(profile, "--filter", "parse_row"))).tab;
  assert.match(await filtered.locator("#metric-peak").textContent(), /2\.8 MiB96\.7 % of the process's 2\.9 MiB/);
  assert.match(await filtered.locator("#timeline").textContent(), /Over time, the whole process.*heap 2\.9 MiB/s);
  const scope = (await open(report(profile, "--scope", "load rows"))).tab;
  assert.match(await scope.locator("#metric-peak").textContent(), /293\.0 KiBthe largest of one scope/);
  assert.match(await scope.locator("#metric-temporary").textContent(), /-not recorded of such a part/);
  assert.equal(await scope.locator("#metric-total").getAttribute("aria-checked"), "true");
  const thread = (await open(report(profile, "--thread", "102"))).tab;
  for (const key of ["peak", "leaked", "temporary"]) {
    assert.match(await thread.locator(`#metric-${key}`).textContent(), /-not recorded of such a part/);
  }
  assert.match(await thread.locator("#metric-total").textContent(), /293\.0 KiB/);
  assert.match(await thread.locator(".masthead").textContent(), /a selected part of it/);
});

test("says in plain words that data are damaged", async () => {
  const later = withData(sessionPage, "session", (session) => ({ ...session, version: 99 }));
  const { tab } = await open(later);
  assert.match(await tab.getByRole("alert").textContent(), /the data have version 99, this page reads 1/);
});

test("fits a narrow screen, and follows the theme", async () => {
  const colours = {};
  for (const colorScheme of ["light", "dark"]) {
    const { tab } = await open(sessionPage, { viewport: { width: 360, height: 740 }, colorScheme });
    assert.ok((await tab.evaluate(() => document.documentElement.scrollWidth)) <= 360, "no sideways scrolling");
    colours[colorScheme] = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await tab.locator("#theme").click(); // auto, then light
    colours.chosen = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
  assert.notEqual(colours.light, colours.dark);
  assert.equal(colours.chosen, colours.light);
});

test("carries the licence of everything that is bundled", async () => {
  const text = readFileSync(sessionPage, "utf8");
  for (const name of ["d3-array", "d3-path", "d3-shape", "internmap"]) {
    assert.match(text, new RegExp(`${name} [0-9.]+\n\nCopyright`), name);
  }
});

test("has the findings of the report for terminals, each with its stack", async () => {
  const findings = text(sessionProfile).split("\n").filter((line) => line.startsWith("  - ")).map((line) => line.slice(4));
  assert.ok(findings.length > 0);
  const { tab } = await open(sessionPage);
  assert.deepEqual(await tab.locator("#findings summary > span:last-child").allTextContents(), findings);
  await tab.locator("#findings summary").first().click();
  await tab.locator("#findings .stack li").nth(1).waitFor();
});

test("lists scopes and threads", async () => {
  const parts = withData(sessionPage, "process-1", (process) => ({
    ...process,
    scopes: { label: ["match"], kind: [1], scopes: [12], bytes_total: [4096], blocks_total: [3], bytes_peak: [2048], bytes_live: [0], inexact: [1] },
    threads: { tid: [7, 8], threads: [1, 3], bytes_total: [1024, 0], blocks_total: [2, 0] },
  }));
  const { tab } = await open(parts);
  const cells = await tab.locator("#parts tbody td").allTextContents();
  assert.deepEqual(cells.slice(0, 7), ["match", "of the process, not exact", "12", "4.0 KiB", "3", "2.0 KiB", "0 B"]);
  assert.deepEqual(cells.slice(7), ["7", "1.0 KiB", "2", "8 and 2 before it", "0 B", "0"]);
});

test("draws heap and resident set over time, with the peak", async () => {
  const profile = withData(sessionPage, "process-1", (process) => ({
    ...process,
    points: { time_ns: [0, 1e6, 3e6, 4e6], bytes_live: [0, 1 << 20, 3000000, 1000], rss_bytes: [4 << 20, 5 << 20, 6 << 20, 6 << 20] },
    moments: { ...process.moments, time_ns: [2e6], label: [1] },
  }));
  const { tab, troubles } = await open(profile);
  assert.equal(await tab.locator(".peak-text").textContent(), "Peak 2.9 MiB");
  const chart = await tab.locator(".chart svg").boundingBox();
  const at = async (place) => (await tab.locator(place).boundingBox());
  const plot = { left: chart.x + 72, width: chart.width - 72 - 12 };
  // Unasked, since 6 MiB do not press 3,000,000 bytes flat.
  assert.equal(await tab.locator("#rss-shown").isChecked(), true);
  const dot = await at(".peak-dot");
  // 3 ms of 5 ms.
  assert.ok(Math.abs(dot.x + dot.width / 2 - (plot.left + 0.6 * plot.width)) <= 1);
  // The last point is at 4 ms, and its level holds until the end.
  const heap = await at(".heap-line");
  assert.ok(Math.abs(heap.x + heap.width - (plot.left + plot.width)) <= 5);  // with the width of the line
  assert.equal(await tab.locator(".moment").count(), 1);
  await tab.locator(".chart").focus();
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("ArrowRight");
  assert.equal(await tab.locator("#timeline .readout").textContent(), "1 ms  heap 1.0 MiB, resident set 5.0 MiB");
  await tab.locator("#rss-shown").uncheck();
  // Without it, the peak is the top of the chart.
  assert.ok(Math.abs((await at(".peak-dot")).y + 4 - (chart.y + 18)) <= 1.5);
  assert.deepEqual(troubles, []);
});

test("says how far an estimate from a sample may be from the truth", async () => {
  // Variances of 10^8, 4 * 10^8 and none: 1.96 * sqrt(5 * 10^8) = 43,827.
  const sampled = withData(sessionPage, "process-1", (process) => ({
    ...process,
    estimates: { ...process.estimates, site: [0, 1], bytes_gmax: [1e8, 4e8], samples: [10, 10] },
  }));
  const page = withData(sampled, "session", (session) => {
    session.processes[1].flags |= 16;
    return session;
  });
  const { tab } = await open(page);
  assert.match(await tab.locator("#metric-peak .card-value").textContent(), /^2\.9 MiB ± 42\.8 KiB$/);
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), / ± 42\.8 KiB/);
  // The deeper stack is the second site: 1.96 * sqrt(4 * 10^8) = 39,200.
  const deepest = tab.locator('.frame[aria-level="6"]');
  assert.match(await deepest.getAttribute("aria-label"), /^grow_buffer, 400,000 bytes ± 38\.3 KiB/);
});

test("shows what there is of a program that was only counted", async () => {
  const profile = record("counted", "--mode", "count", "--", "sh", "-c", "a=1");
  const { totals } = json(profile);
  const { tab, troubles } = await open(report(profile));
  const card = (metric) => tab.locator(`#metric-${metric} .card-value`).getAttribute("title");
  assert.equal(digits(await card("total")), totals.bytes_total);
  assert.equal(digits(await card("peak")), totals.bytes_at_peak);
  assert.equal(await tab.locator("#stacks").isVisible(), false);
  assert.match(await tab.locator("#about .notes").textContent(), /counted only/);
  assert.deepEqual(troubles, []);
});

test("gives a recorded sample the intervals of the report for terminals", async () => {
  const profile = record("sampled", "--mode", "sample=1K", "--", "sh", "-c", "for i in 1 2 3 4; do a=$a$a$i; done; set >/dev/null");
  const peak = /^ +peak .* ([0-9.]+ .?i?B) \+- ([0-9.]+ .?i?B) /m.exec(text(profile));
  const { tab } = await open(report(profile));
  assert.equal(await tab.locator("#metric-peak .card-value").textContent(), `${peak[1]} ± ${peak[2]}`);
  assert.equal(await tab.locator("#metric-total .card-interval").count(), 0, "it was counted");
});

test("shows no chart of a profile without a timeline", async () => {
  const none = withData(sessionPage, "process-1", (process) => ({ ...process, points: { time_ns: [] } }));
  const { tab } = await open(none);
  assert.equal(await tab.locator("#timeline").isVisible(), false);
});

test("compares two builds: what is gone, what is new, and the figures of the diff", async () => {
  // Bytes that diff_target.c allocates, counted by hand: without -DGONE, and only with -DFRESH.
  const gone = 7000;
  const fresh = 4096;
  const before = record("before", options.before);
  const after = record("after", options.after);
  const { tab, troubles } = await open(diffReport(before, after));
  const { totals, functions } = diffJson(before, after);
  const change = (100 * (totals.peak[1] - totals.peak[0])) / totals.peak[0];
  const note = `was ${(totals.peak[0] / 1024).toFixed(1)} KiB, −${Math.abs(change).toFixed(1)} %`;
  assert.equal(await tab.locator("#metric-peak .card-note").textContent(), note);
  await tab.locator("#tab-sites").click();
  const sites = await tab.locator("#panel-sites tbody tr").allTextContents();
  assert.deepEqual(sites, ["old_table from maingone6.8 KiB0 B−6.8 KiB", "fresh_cache from mainnew0 B4.0 KiB+4.0 KiB"]);
  const frame = (name) => tab.locator(`.frame[aria-label^="${name},"]`);
  assert.match(await frame("old_table").getAttribute("class"), /shrunk shade-3/);
  assert.match(await frame("old_table").textContent(), /^▼ /);
  assert.match(await frame("old_table").getAttribute("aria-label"), new RegExp(`${exact(gone)} bytes before, 0 bytes after`));
  assert.match(await frame("fresh_cache").getAttribute("class"), /grown shade-3/);
  assert.match(await frame("fresh_cache").getAttribute("aria-label"), new RegExp(`0 bytes before, ${exact(fresh)} bytes after`));

  assert.ok(functions.length > 4);
  for (const { name, within } of functions) {
    const want = `${exact(within.peak[0])} bytes before, ${exact(within.peak[1])} bytes after`;
    // A function can be in several frames; the sums over functions that are in one place are compared.
    if ((await frame(name).count()) === 1) {
      assert.ok((await frame(name).getAttribute("aria-label")).includes(want), `${name}: ${want}`);
    }
  }
  await tab.locator("#tab-functions").click();
  assert.equal(
    await tab.locator("#panel-functions tbody tr").count(),
    functions.filter(({ within }) => within.peak[0] !== within.peak[1]).length,
  );
  assert.deepEqual(troubles, []);
});

test("names functions that were likely renamed, and shows them under the new name", async () => {
  const before = record("old-names", options.before);
  const { tab, troubles } = await open(diffReport(before, record("new-names", options.renamed)), { viewport: { width: 380, height: 800 } });
  assert.equal(await tab.locator("#renames-shown").textContent(), "Renamed (likely): parse_row → read_line, load_rows → read_lines");
  assert.equal(await tab.locator(".frame", { hasText: "parse_row" }).count(), 0);
  assert.match(await tab.locator("#metric-total").textContent(), /as before/);
  // Long commands are wrapped: nothing stands out of a narrow screen.
  assert.ok((await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  assert.deepEqual(troubles, []);
});

test("shows a profile of 20,000 sites with figures that add up", async () => {
  const large = largeProfile(20000);
  const named = withData(sessionPage, "names", () => large.names);
  const page = withData(named, "process-1", (process) => large.fill(process));
  const { tab, troubles } = await open(page);
  const loaded = await tab.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  console.log(`# 20,000 sites: loaded after ${Math.round(loaded)} ms`);
  for (const [metric, column] of [["peak", "bytes_gmax"], ["blocks", "blocks_total"]]) {
    await tab.locator(`#metric-${metric}`).click();
    const whole = await tab.locator(".frame").first().getAttribute("aria-label");
    assert.ok(whole.includes(`, ${exact(large.sum(column))} b`), whole);
  }
  await tab.locator("#search").fill("function_7<");
  const found = large.sumWith(7, "blocks_total");
  assert.equal(
    await tab.locator("#found").textContent(),
    `${exact(found.sum)} (${((100 * found.sum) / large.sum("blocks_total")).toFixed(1)} %) allocated, in ${exact(found.count)} call stacks`,
  );
  assert.deepEqual(troubles, []);
});

test("shows what the JSON of a real program says, site by site", async () => {
  const script = 'for i in 1 2 3 4 5 6 7 8 9; do a=$a$i; eval "b$i=$a"; done; set >/dev/null';
  const profile = record("shell", "sh", "-c", script);
  const { totals, sites, sizes } = json(profile);
  const { tab } = await open(report(profile));
  assert.ok(sites.length > 3);
  const columns = {
    peak: ["At the peak", "bytes_at_peak"],
    total: ["Allocated", "bytes_total"],
    blocks: ["Blocks", "blocks_total"],
    leaked: ["Never freed", "bytes_at_end"],
    temporary: ["Temporary", "blocks_temporary"],
  };
  const ascending = (numbers) => [...numbers].sort((a, b) => a - b);
  await tab.locator("#tab-sites").click();
  for (const [metric, [title, key]] of Object.entries(columns)) {
    await tab.locator(`#metric-${metric}`).click();
    for (let more = tab.locator("#panel-sites .table-foot button"); (await more.count()) > 0; ) {
      await more.click();
    }
    const shown = await tab.locator("#panel-sites").evaluate((panel, wanted) => {
      const at = [...panel.querySelectorAll("thead button")].findIndex((button) => button.textContent === wanted);
      return [...panel.querySelectorAll(`tbody tr :nth-child(${at + 1}) [title]`)].map((cell) => cell.title);
    }, title);
    assert.deepEqual(ascending(shown.map(digits)), ascending(sites.map((site) => site[key])), title);
    const sum = sites.reduce((total, site) => total + site[key], 0);
    if (sum > 0) {
      const root = await tab.locator(".frame").first().getAttribute("aria-label");
      assert.equal(digits(/, ([\d,]+) (?:bytes|blocks)$/.exec(root)[1]), sum, metric);
    }
  }
  const card = async (metric) => digits(await tab.locator(`#metric-${metric} .card-value`).getAttribute("title"));
  assert.deepEqual(
    [await card("peak"), await card("total"), await card("blocks"), await card("leaked")],
    [totals.bytes_at_peak, totals.bytes_total, totals.blocks_total, totals.bytes_at_end],
  );
  const bars = (await tab.locator("#sizes tbody td:nth-child(3)").allTextContents()).map(digits);
  assert.deepEqual(bars.filter((count) => count > 0), sizes.map(({ blocks }) => blocks).filter((count) => count > 0));
});
