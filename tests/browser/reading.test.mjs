// What a page does for its reader: theme, copying, tabs, keyboard, contents, filters.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PAGES, launch, open, policyOf, serveExport, serveLive } from "./studio.mjs";

let browser, live, files;

before(async () => {
  live = await serveLive();
  files = await serveExport(await policyOf(live.base));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  live?.stop();
  files?.stop();
});

/** A test on the live site and on the exported files. */
function onBoth(name, run, options = {}) {
  for (const where of ["live", "exported"]) {
    test(`${name} (${where})`, async () => {
      const { base } = where === "live" ? live : files;
      const opened = await open(browser, base, options);
      try {
        await run(opened, where);
        assert.deepEqual(opened.faults, []);
      } finally {
        await opened.context.close();
      }
    });
  }
}

const ink = (page) =>
  page.evaluate(() => getComputedStyle(document.body).color);

onBoth("a chosen theme stays", async ({ page, at }) => {
  await page.goto(at("/"));
  const toggle = page.locator("[data-theme-toggle]");
  const light = await ink(page);
  const seen = new Map();
  for (let press = 0; press < 3; press += 1) {
    await toggle.click();
    const theme = await page.evaluate(() => document.documentElement.dataset.theme ?? "auto");
    seen.set(theme, await ink(page));
  }
  assert.deepEqual([...seen.keys()].sort(), ["auto", "dark", "light"]);
  assert.equal(seen.get("light"), light);
  assert.notEqual(seen.get("dark"), light);
  while ((await page.evaluate(() => document.documentElement.dataset.theme)) !== "dark") {
    await toggle.click();
  }
  await page.goto(at(PAGES.pattern));
  assert.equal(await ink(page), seen.get("dark"));
  assert.ok((await toggle.getAttribute("aria-label")).length > 3);
});

onBoth(
  "code is copied as it stands",
  async ({ page, at, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(at(PAGES.pattern));
    const figure = page.locator("figure.code:visible").first();
    const button = figure.locator("button.copy");
    const label = await button.innerText();
    await button.click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await figure.locator("code").evaluate((code) => code.textContent));
    assert.notEqual(await button.innerText(), label);
  },
);

onBoth("tabs change by keyboard", async ({ page, at }) => {
  await page.goto(at(PAGES.pattern));
  const tabs = page.locator("fieldset.tabs").first();
  const labels = await tabs.locator("label").allInnerTexts();
  assert.ok(labels.length > 1);
  await tabs.locator("input").first().focus();
  const shown = () =>
    tabs.locator(".tab-panel:visible").evaluateAll((panels) => panels.map((p) => p.dataset.label));
  assert.deepEqual(await shown(), [labels[0]]);
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await shown(), [labels[1]]);
});

onBoth("the first key stop skips to the content", async ({ page, at }) => {
  await page.goto(at(PAGES.pattern));
  await page.keyboard.press("Tab");
  const skip = page.locator(":focus");
  assert.equal(await skip.getAttribute("href"), "#content");
  const box = await skip.boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0 && box.width > 40, "the skip link is seen while it has focus");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
});

onBoth("each key stop is seen", async ({ page, at }) => {
  await page.goto(at(PAGES.pattern));
  const unmarked = [];
  for (let stop = 0; stop < 25; stop += 1) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return "";
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const marked = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      const { width, height } = element.getBoundingClientRect();
      return marked && width > 0 && height > 0 ? "" : element.outerHTML.slice(0, 100);
    });
    if (fault) unmarked.push(fault);
  }
  assert.deepEqual(unmarked, []);
});

onBoth(
  "the table of contents marks the section that is read",
  async ({ page, at }) => {
    await page.goto(at(PAGES.pattern));
    const links = page.locator("[data-contents] a");
    const hashes = await links.evaluateAll((all) => all.map((link) => link.hash));
    for (const hash of [hashes[2], hashes[0], hashes[4]]) {
      await page.evaluate((id) => document.getElementById(id).scrollIntoView(), hash.slice(1));
      await page.waitForFunction(
        (wanted) => document.querySelector("[data-contents] [aria-current]")?.hash === wanted,
        hash,
      );
    }
    assert.equal(await page.locator("[data-contents] [aria-current]").count(), 1);
  },
  { viewport: { width: 1440, height: 900 } },
);

onBoth("filters narrow the list and stand in the address", async ({ page, at }) => {
  await page.goto(at("/pattern-library/"));
  const rows = page.locator("[data-listing] tr[data-item]:visible");
  const all = await rows.count();
  await page.locator("[data-filters] select[name=tier]").selectOption("gold");
  const gold = await rows.count();
  assert.ok(gold > 0 && gold <= all);
  const tiers = await rows.evaluateAll((found) => found.map((row) => row.dataset.item.match(/tier:(\S+)/)[1]));
  assert.deepEqual([...new Set(tiers)], ["gold"]);
  await page.locator("[data-filters] select[name=answers]").selectOption("availability");
  const both = await rows.count();
  assert.ok(both > 0 && both <= gold);
  assert.match(await page.locator("[data-filter-count]").innerText(), /\d/);
  assert.equal(new URL(page.url()).search, "?tier=gold&answers=availability");
  await page.reload();
  assert.equal(await rows.count(), both);
  assert.equal(await page.locator("[data-filters] select[name=tier]").inputValue(), "gold");
});

test("filters work without script", async () => {
  const { context, page, at } = await open(browser, live.base, { javaScriptEnabled: false });
  await page.goto(at("/pattern-library/"));
  await page.locator("[data-filters] select[name=tier]").selectOption("gold");
  await page.locator("[data-filter-submit]").click();
  assert.equal(new URL(page.url()).searchParams.get("tier"), "gold");
  const tiers = await page
    .locator("[data-listing] tr[data-item]")
    .evaluateAll((rows) => rows.map((row) => row.dataset.item.match(/tier:(\S+)/)[1]));
  assert.deepEqual([...new Set(tiers)], ["gold"]);
  await context.close();
});

onBoth("single-key shortcuts can be switched off and stay so", async ({ page, at }) => {
  await page.goto(at(PAGES.pillar));
  const toggle = page.locator("[data-shortcuts-toggle]");
  const on = await toggle.innerText();
  await toggle.click();
  assert.notEqual(await toggle.innerText(), on);
  await page.reload();
  await page.keyboard.press("/");
  await page.keyboard.press("n");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(page.url(), at(PAGES.pillar));
  await toggle.click();
  await page.locator("h1").click();
  await page.keyboard.press("n");
  await page.waitForURL((url) => url.href !== at(PAGES.pillar));
});

onBoth("a term is explained in place", async ({ page, at }) => {
  await page.goto(at(PAGES["case study"]));
  const term = page.locator("button.term").first();
  await term.focus();
  await page.keyboard.press("Enter");
  const card = page.locator(":popover-open");
  assert.ok((await card.innerText()).length > 20);
  await page.keyboard.press("Escape");
  assert.equal(await card.count(), 0);
  assert.ok(await term.evaluate((button) => button === document.activeElement));
});

onBoth("a missing page leads on", async ({ page, at }, where) => {
  const response = await page.goto(at("/patterns/circuit-braker/"));
  assert.equal(response.status(), 404);
  const link = page.locator(`main a[href$="${PAGES.pattern}"]`).first();
  if (where === "live") {
    await link.click();
    assert.equal(page.url(), at(PAGES.pattern));
  } else {
    await page.locator("main form, main a").first().waitFor();
  }
});

test("a changed address in a published link still leads to its page", async () => {
  const { context, page, at } = await open(browser, files.base);
  await page.goto(at("/pattern-library/scaling/multi-region/"));
  await page.locator("h1").waitFor();
  await context.close();
});

test("every playbook prints on one side of paper", async () => {
  const { context, page, at } = await open(browser, live.base);
  await page.goto(at("/playbooks/"));
  const addresses = await page
    .locator("main .listing a")
    .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("href")))]);
  const playbooks = addresses.filter((address) => /^\/playbooks\/[^/]+\/$/.test(address));
  assert.ok(playbooks.length > 0);
  const longer = [];
  for (const address of playbooks) {
    await page.goto(at(address));
    const file = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const sides = file.match(/\/Type\s*\/Page\b/g)?.length;
    if (sides !== 1) longer.push(`${address}: ${sides} sides`);
  }
  await context.close();
  assert.deepEqual(longer, []);
});
