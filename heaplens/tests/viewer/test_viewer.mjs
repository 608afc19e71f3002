// SPDX-License-Identifier: MIT
// The HTML report in Chromium: what it shows against figures made by hand (write_synthetic) and
// against DHAT's file of a real recording, which another writer makes of the same profile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after } from "node:test";
import { close, dhat, open, record, report, synthetic, withData } from "./browser.mjs";

after(close);

const sessionPage = report(synthetic("session"));

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
  // Its callee has no name, so the allocation is its own.
  assert.deepEqual(await exactFigures(row("main")), [100000, 3000000, 4900000, 1203, 0, 750]);
});

test("shows names of the program as text, whatever is in them", async () => {
  const hostile = withData(sessionPage, "names", (names) =>
    names.map((name) => (name === "main" ? "</script><img src=x onerror=alert(1)><!--" : name)),
  );
  const { tab, troubles } = await open(hostile);
  assert.equal(await tab.locator(".frame img, td img, th img").count(), 0);
  assert.equal(await frameNamed(tab, "</script><img src=x onerror=alert(1)><!--").count(), 1);
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
  assert.match(await tab.evaluate(() => document.activeElement.ariaLabel), /^\+0x8010 libother\.so\.1, 100,000 bytes/);
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
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), /1,000 bytes/);
  await tab.locator("#metric-temporary").click();
  assert.match(await tab.locator(".frame").first().getAttribute("aria-label"), /750 blocks/);
});

test("shows another process when it is chosen", async () => {
  const { tab } = await open(sessionPage);
  await tab.locator("#process").selectOption("0");
  assert.equal(await tab.locator("h1").textContent(), "sh -c app");
  assert.equal(digits(await tab.locator("#metric-peak .card-value").getAttribute("title")), 10);
  assert.match(await tab.locator("#about .notes").textContent(), /did not end by itself/);
  assert.match(await tab.locator(".flame").textContent(), /Nothing was live at the peak/);
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

test("agrees with DHAT's file of a real program, site by site", async () => {
  const profile = record("shell", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do a=$a$i; eval \"b$i=$a\"; done; set >/dev/null");
  const { pps } = dhat(profile);
  const sum = (key) => pps.reduce((total, site) => total + site[key], 0);
  const { tab } = await open(report(profile));
  const keys = { peak: "gb", total: "tb", blocks: "tbk", leaked: "eb" };
  for (const [metric, key] of Object.entries(keys)) {
    await tab.locator(`#metric-${metric}`).click();
    if (sum(key) > 0) {
      const label = await tab.locator(".frame").first().getAttribute("aria-label");
      assert.equal(digits(/, ([\d,]+) (?:bytes|blocks),/.exec(label)[1]), sum(key), metric);
    }
  }
  await tab.locator("#tab-sites").click();
  for (let more = tab.locator("#panel-sites .table-foot button"); (await more.count()) > 0; ) {
    await more.click();
  }
  const figures = (title) =>
    tab.locator("#panel-sites").evaluate((panel, wanted) => {
      const at = [...panel.querySelectorAll("thead th")].findIndex((cell) => cell.textContent === wanted);
      const cells = panel.querySelectorAll(`tbody tr :nth-child(${at + 1}) [title]`);
      return [...cells].map((cell) => Number(cell.title.replace(/[^0-9]/g, "")));
    }, title);
  const ascending = (numbers) => [...numbers].sort((a, b) => a - b);
  assert.ok(pps.length > 3);
  assert.deepEqual(ascending(await figures("Allocated")), ascending(pps.map((site) => site.tb)));
  assert.deepEqual(ascending(await figures("At the peak")), ascending(pps.map((site) => site.gb)));
  assert.deepEqual(ascending(await figures("Never freed")), ascending(pps.map((site) => site.eb)));
});
