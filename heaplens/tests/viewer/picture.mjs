// SPDX-License-Identifier: MIT
// The pictures of the documentation: node picture.mjs --heaplens PROGRAM --viewer FOLDER [--theme dark]
// [--width PIXELS] [--height PIXELS] [--search TEXT] PROFILE OUT.png, with two profiles: what changed.
import { close, diffReport, open, options, positionals, report } from "./browser.mjs";

const profiles = positionals.slice(0, -1);
const page = profiles.length === 2 ? diffReport(...profiles) : report(profiles[0]);
const viewport = { width: Number(options.width), height: Number(options.height) };
const { tab, troubles } = await open(page, { viewport, colorScheme: options.theme });
if (options.search !== "") {
  await tab.locator("#search").fill(options.search);
  await tab.evaluate(() => scrollTo(0, 0));
}
await tab.screenshot({ path: positionals.at(-1) });
await close();
console.log(troubles.join("\n") || `${positionals.at(-1)}: ${viewport.width} x ${viewport.height}`);
