// SPDX-License-Identifier: MIT
// Headless Chromium for the tests of the page, and the files they open. A test that needs what is not
// here ends with 77: skipped.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const SKIPPED = 77;
const UNAVAILABLE = 69; // how `heaplens report` ends in a build without the page

export const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    heaplens: { type: "string" },
    writer: { type: "string" }, // write_synthetic
    viewer: { type: "string" }, // folder of the viewer's sources
    before: { type: "string" }, // two builds of diff_target.c
    after: { type: "string" },
    renamed: { type: "string" },
    theme: { type: "string", default: "light" }, // of pictures
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "1000" },
    search: { type: "string", default: "" },
  },
});

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(SKIPPED);
}

options.viewer = resolve(options.viewer);

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
if (executablePath === undefined) {
  skip("needs Debian's chromium");
}
if (!existsSync(join(options.viewer, "node_modules/playwright-core"))) {
  skip("needs the viewer's npm packages");
}
const { chromium } = createRequire(join(options.viewer, "package.json"))("playwright-core");

export const folder = mkdtempSync(join(tmpdir(), "heaplens-viewer-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function heaplens(...args) {
  try {
    return execFileSync(options.heaplens, args, { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 }).toString();
  } catch (error) {
    if (error.status === UNAVAILABLE) {
      skip("heaplens was built without the page");
    }
    throw error;
  }
}

/** Makes one of the profiles of write_synthetic; its path. */
export function synthetic(kind) {
  const profile = join(folder, `${kind}.heaplens`);
  execFileSync(options.writer, [kind, profile]);
  return profile;
}

/** Records a program, with options before a "--"; the path of the profile. */
export function record(name, ...command) {
  const profile = join(folder, `${name}.heaplens`);
  heaplens("run", "-o", profile, ...(command.includes("--") ? [] : ["--"]), ...command);
  return profile;
}

/** A profile in the documented JSON: the same figures by another writer. */
export function json(profile) {
  return JSON.parse(heaplens("report", "--format", "json", profile));
}

/** A profile as text for people, with everything that the terminal report shows. */
export function text(profile) {
  return heaplens("report", profile);
}

/** Writes the report of what changed between two profiles; its path. */
export function diffReport(before, after) {
  const page = `${after}-diff.html`;
  heaplens("diff", "--format", "html", "-o", page, before, after);
  return page;
}

/** The same as JSON. */
export function diffJson(before, after) {
  return JSON.parse(heaplens("diff", "--format", "json", before, after));
}

/** Writes the report of a profile; its path. */
export function report(profile, ...arguments_) {
  const page = `${profile}${arguments_.join("")}.html`;
  heaplens("report", "--format", "html", "-o", page, ...arguments_, profile);
  return page;
}

/** A copy of a page with other data in it. */
export function withData(page, id, change) {
  const text = readFileSync(page, "utf8");
  const open = `<script type="application/json" id="${id}">`;
  const from = text.indexOf(open) + open.length;
  const to = text.indexOf("</script>", from);
  const other = page.replace(/\.html$/, `-${id}.html`);
  const data = JSON.stringify(change(JSON.parse(text.slice(from, to)))).replaceAll("<", "\\u003c");
  writeFileSync(other, text.slice(0, from) + data + text.slice(to));
  return other;
}

let browser = null;

/**
 * Opens a file in a browser of its own settings. Every request but that for the file itself, and
 * every error of the page, is collected; the policy's refusals are errors, too.
 */
export async function open(page, settings = {}) {
  browser ??= await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
  const tab = await context.newPage();
  const url = pathToFileURL(page).href;
  const troubles = [];
  tab.on("request", (request) => request.url() === url || troubles.push(`request: ${request.url()}`));
  tab.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  tab.on("console", (message) => message.type() === "error" && troubles.push(`console: ${message.text()}`));
  await tab.goto(url);
  return { tab, troubles };
}

export async function close() {
  await browser?.close();
}
