// How soon a reader on a slow line sees a page, and whether it stays where it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PAGES, figure, launch, open, serveLive } from "./studio.mjs";

/** A slow mobile line. */
const LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const LARGEST_PAINT_MS_MAX = 1000;
const RUNS = 3;
const WIDTHS = [390, 1440];

let browser, live;

before(async () => {
  live = await serveLive();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  live?.stop();
});

/** Installed before the page's own scripts. */
function observe() {
  window.seen = { paint: 0, shift: 0, moved: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.seen.shift += entry.value;
      for (const { node } of entry.sources) {
        window.seen.moved.push((node?.outerHTML ?? node?.textContent ?? "").slice(0, 100));
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function visit(path, width) {
  const { context, page, at } = await open(browser, live.base, {
    viewport: { width, height: 900 },
  });
  await page.addInitScript(observe);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", LINE);
  await page.goto(at(path), { waitUntil: "networkidle" });
  const seen = await page.evaluate(
    () =>
      new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => done(window.seen))),
      ),
  );
  await context.close();
  return seen;
}

for (const kind of ["home", "pattern", "playbook"]) {
  for (const width of WIDTHS) {
    test(`the ${kind} page is there within a second and does not move, ${width} px`, async () => {
      // Made once before, so that what is measured is what every reader but the first meets.
      await fetch(live.base + PAGES[kind], { headers: { "accept-encoding": "br" } });
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await visit(PAGES[kind], width));
      const paints = runs.map((run) => Math.round(run.paint)).sort((a, b) => a - b);
      const median = paints[Math.floor(RUNS / 2)];
      figure(
        `${kind}, ${width} px: largest paint ${median} ms (${paints.join(", ")}), ` +
          `shift ${Math.max(...runs.map((run) => run.shift))}`,
      );
      for (const { shift, moved } of runs) assert.equal(shift, 0, moved.join("\n"));
      assert.ok(median > 0 && median <= LARGEST_PAINT_MS_MAX, `${paints}`);
    });
  }
}
