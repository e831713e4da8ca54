// Search: as a dialog on the live site and in exported files, and as a page without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PAGES, figure, launch, open, policyOf, serveExport, serveLive } from "./studio.mjs";

/** Bytes that the first result may cost beyond the page: module, core and parts of the index. */
const FIRST_RESULT_BYTES_MAX = 200_000;
const HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>";

let browser;
const places = {};

before(async () => {
  places.live = await serveLive();
  const policy = await policyOf(places.live.base);
  places.exported = await serveExport(policy);
  places["exported below a folder"] = await serveExport(policy, "/studio");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  for (const place of Object.values(places)) place.stop();
});

function everywhere(name, run) {
  for (const where of ["live", "exported", "exported below a folder"]) {
    test(`${name} (${where})`, async () => {
      const opened = await open(browser, places[where].base);
      try {
        await run(opened, where);
        assert.deepEqual(opened.faults, []);
      } finally {
        await opened.context.close();
      }
    });
  }
}

const options = (page) => page.locator("dialog[open] [role=option]");
/** The rows answer what was typed: until then they may be those of a shorter query, about to go. */
const answered = (page) => page.locator("dialog[open] [role=listbox][aria-busy=false]").waitFor();
const selected = (page) => page.locator("dialog[open] [aria-selected=true]");

everywhere("the dialog opens on /, finds, and goes there by keyboard", async (opened) => {
  const { page, at } = opened;
  await page.goto(at(PAGES.law));
  await page.keyboard.press("/");
  assert.ok(await page.evaluate(() => document.activeElement.matches("dialog[open] input")));
  await page.keyboard.type("circuit braker");
  await options(page).first().waitFor();
  await answered(page);
  assert.match(await selected(page).innerText(), /circuit breaker/i);
  await page.keyboard.press("ArrowDown");
  const second = await selected(page).getAttribute("href");
  assert.equal(second, await options(page).nth(1).getAttribute("href"));
  await page.keyboard.press("ArrowUp");
  const first = await selected(page).evaluate((link) => link.href);
  assert.ok(first.includes(PAGES.pattern), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(first);
  assert.equal(await page.locator("h1").innerText(), "Circuit breaker");
});

everywhere("Escape closes the dialog and returns the focus", async ({ page, at }) => {
  await page.goto(at(PAGES.pattern));
  const opener = page.locator("[data-search-open]").first();
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("saga");
  await options(page).first().waitFor();
  // The first press may only clear the field, as search fields do.
  for (let press = 0; press < 2; press += 1) {
    if (await page.locator("dialog[open]").count()) await page.keyboard.press("Escape");
  }
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.ok(await opener.evaluate((link) => link === document.activeElement));
});

everywhere("a section's result leads to the section", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.keyboard.press("/");
  await page.keyboard.type("circuit breaker how it fails");
  await options(page).first().waitFor();
  await answered(page);
  const deep = page.locator('dialog[open] [role=option][href*="#"]').first();
  const href = await deep.evaluate((link) => link.href);
  await deep.click();
  await page.waitForURL(href);
  const id = new URL(href).hash.slice(1);
  assert.ok(await page.evaluate((wanted) => !!document.getElementById(wanted), id), href);
});

everywhere("what is typed appears as text", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.keyboard.press("/");
  await page.keyboard.type(`${HOSTILE} retry`);
  await page.waitForTimeout(300);
  assert.equal(await page.locator("dialog img, dialog script").count(), 0);
});

test("the first result is small", async () => {
  const { context, page, at } = await open(browser, places.live.base);
  await page.goto(at(PAGES.pattern), { waitUntil: "networkidle" });
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  const started = Date.now();
  await page.keyboard.press("/");
  await page.keyboard.type("retry storm");
  await options(page).first().waitFor();
  const took = Date.now() - started;
  await page.waitForLoadState("networkidle");
  figure(`first search result: ${(bytes / 1000).toFixed(1)} KB beyond the page, ${took} ms`);
  assert.ok(bytes > 0 && bytes <= FIRST_RESULT_BYTES_MAX, `${bytes} bytes`);
  await context.close();
});

test("search works without script", async () => {
  const { context, page, at } = await open(browser, places.live.base, { javaScriptEnabled: false });
  await page.goto(at("/"));
  await page.locator("[data-search-open]").first().click();
  await page.waitForURL("**/search/");
  await page.locator("main input[name=q]").fill("databse overwhelmed");
  await page.locator("main form button").first().click();
  const hrefs = await page
    .locator("main .search-result a")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.ok(hrefs.some((href) => href.startsWith("/playbooks/database-overwhelmed/")), `${hrefs}`);
  await context.close();
});

test("a hostile query appears as text on the search page", async () => {
  const { context, page, faults, at } = await open(browser, places.live.base);
  await page.goto(at(`/search/?q=${encodeURIComponent(HOSTILE)}`));
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.ok((await page.locator("main").innerText()).includes("<img src=x onerror=alert(1)>"));
  assert.equal(await page.locator("main input[name=q]").inputValue(), HOSTILE);
  await context.close();
  assert.deepEqual(faults, []);
});
