// Each kind of page, in both themes, on a phone and on a desk: no rule of axe-core is broken, nothing
// is wider than the screen, no error, no request to another host.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ONLY_LIVE, launch, open, pagesOf, policyOf, serveExport, serveLive } from "./studio.mjs";

const axe = createRequire(import.meta.url)("axe-core");
const WIDTHS = [390, 1440];
const THEMES = ["light", "dark"];

let browser, live, files, pages;

before(async () => {
  live = await serveLive();
  files = await serveExport(await policyOf(live.base));
  pages = await pagesOf(live.base);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  live?.stop();
  files?.stop();
});

/** What axe-core finds, one line a rule. */
async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, impact, nodes }) => {
    const [first] = nodes;
    const why = [...first.any, ...first.all, ...first.none].map((check) => check.message).join("; ");
    return `${id} (${impact}), ${nodes.length} times, first ${first.target.join(" ")}: ${why}`;
  });
}

/** Elements that make the page wider than the screen; those in a box that scrolls do not. */
function tooWide(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const held = (element) =>
      element !== document.body &&
      (getComputedStyle(element).overflowX !== "visible" || held(element.parentElement));
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .filter((element) => !held(element.parentElement))
      .slice(0, 3)
      .map((element) => `wider than ${width} px: ${element.outerHTML.slice(0, 160)}`);
  });
}

for (const theme of THEMES) {
  for (const width of WIDTHS) {
    test(`no accessibility rule is broken, ${theme}, ${width} px`, async () => {
      const { context, page, faults, at } = await open(browser, live.base, {
        colorScheme: theme,
        viewport: { width, height: 900 },
        reducedMotion: "reduce",
      });
      const found = [];
      for (const [kind, path] of Object.entries(pages)) {
        await page.goto(at(path));
        for (const fault of [...(await violations(page)), ...(await tooWide(page))]) {
          found.push(`${kind} ${path}: ${fault}`);
        }
      }
      await context.close();
      assert.deepEqual([...new Set(found), ...faults], []);
    });
  }

  test(`no accessibility rule is broken in the search dialog, ${theme}`, async () => {
    const { context, page, faults, at } = await open(browser, live.base, { colorScheme: theme });
    await page.goto(at(pages.pattern));
    await page.keyboard.press("/");
    await page.keyboard.type("retry storm");
    await page.locator("dialog [role=option]").first().waitFor();
    const found = await violations(page);
    await context.close();
    assert.deepEqual([...found, ...faults], []);
  });

  test(`no accessibility rule is broken in an explained term, ${theme}`, async () => {
    const { context, page, faults, at } = await open(browser, live.base, { colorScheme: theme });
    await page.goto(at(pages["case study"]));
    await page.locator("button.term").first().click();
    assert.equal(await page.locator(":popover-open").count(), 1);
    const found = await violations(page);
    await context.close();
    assert.deepEqual([...found, ...faults], []);
  });
}

test("the exported pages open without error or request to another host", async () => {
  const { context, page, faults, at } = await open(browser, files.base);
  for (const [kind, path] of Object.entries(pages)) {
    if (ONLY_LIVE.includes(kind)) continue;
    await page.goto(at(path), { waitUntil: "networkidle" });
    assert.equal(await page.locator("h1").count(), 1, path);
  }
  await context.close();
  assert.deepEqual(faults, []);
});

test("every page can be read without script", async () => {
  const { context, page, at } = await open(browser, live.base, { javaScriptEnabled: false });
  for (const path of Object.values(pages)) {
    await page.goto(at(path));
    const dead = await page
      .locator("button:visible:not([type=submit]):not([popovertarget])")
      .evaluateAll((buttons) => buttons.map((button) => button.outerHTML));
    assert.deepEqual(dead, [], `${path}: buttons that do nothing`);
    assert.ok((await page.locator("main").innerText()).length > 100, path);
  }
  await context.close();
});
