// The fire door: from the home page to the first safe step, the diagnosis with and without script,
// the incident log, and all of it with the network gone.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { command, figure, launch, open, policyOf, serveExport, serveLive } from "./studio.mjs";

const TROUBLE = "/troubleshooting/";
const PLAYBOOK = "/playbooks/disk-full/";

let browser;
let policy;
const places = {};

before(async () => {
  places.live = await serveLive();
  policy = await policyOf(places.live.base);
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

const headline = (page) => page.locator(".fix-headline");
const says = (page, text) => headline(page).filter({ hasText: text }).waitFor();

everywhere("two keystrokes lead from the home page to the first safe step", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.keyboard.press("f");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith(TROUBLE));
  await page.locator(".fix-safe .fix-action").waitFor();
});

everywhere("what is typed on the home page is answered", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.keyboard.press("f");
  await page.keyboard.type("no space left on device");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith(TROUBLE));
  await says(page, "Disk full");
  assert.ok((await page.locator(".fix-steps").getAttribute("href")).endsWith(`${PLAYBOOK}#first-five-minutes`));
});

everywhere("checks are answered by keyboard, and the address holds them", async ({ page, at }) => {
  await page.goto(at(TROUBLE));
  await page.keyboard.press("f");
  await page.keyboard.type("everything is slow");
  await page.keyboard.press("Enter");
  await page.waitForURL(/text=everything/);
  const question = page.locator(".fix-next > form .fix-question");
  const first = await question.textContent();
  await page.locator(".fix-next > form button.fix-pass").press("Enter");
  await page.waitForURL(/=unknown/);
  assert.notEqual(await question.textContent(), first);
  const address = page.url();
  await page.reload();
  await page.locator(".fix-form [data-kept]").first().waitFor({ state: "attached" });
  assert.equal(page.url(), address);
  await page.goBack();
  await page.waitForFunction((text) => document.querySelector(".fix-next > form .fix-question").textContent === text, first);
});

everywhere("steps marked as done and answers become a draft of a review", async ({ page, at }) => {
  await page.goto(at(PLAYBOOK));
  const mark = page.locator(".step-mark").first();
  await mark.press("Enter");
  assert.equal(await mark.getAttribute("aria-pressed"), "true");
  await page.goto(at(`${TROUBLE}?text=${encodeURIComponent("disk full")}`));
  await page.locator("[data-log-note] input").fill("<b>called the team</b>");
  await page.locator("[data-log-note] button").click();
  await page.locator("[data-log-draft]").click();
  const draft = page.locator("[data-log-review] textarea");
  await draft.waitFor();
  const text = await draft.inputValue();
  assert.match(text, /\| done \| Disk full: /);
  assert.match(text, /\| noted \| \\<b>called the team/);
  assert.match(text, /## Questions/);
  const lines = page.locator("[data-log-list] li");
  const count = await lines.count();
  await page.locator("[data-log-undo]").click();
  assert.equal(await lines.count(), count - 1);
  await page.locator("[data-log-clear]").click();
  assert.equal(await lines.count(), 0);
  await page.goto(at(PLAYBOOK));
  assert.equal(await mark.getAttribute("aria-pressed"), "false");
});

everywhere("the key is silent when shortcuts are off, and while typing", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.locator("[data-shortcuts-toggle]").click();
  await page.locator("body").press("f");
  assert.ok(await page.evaluate(() => document.activeElement.id !== "home-fix"));
  await page.locator("[data-shortcuts-toggle]").click();
  await page.locator("body").press("f");
  await page.keyboard.type("ff");
  assert.equal(await page.locator("#home-fix").inputValue(), "ff");
});

test("without script the server answers the same", async () => {
  const opened = await open(browser, places.live.base, { javaScriptEnabled: false });
  const { page, at } = opened;
  await page.goto(at(TROUBLE));
  await page.locator("#fix-text").fill("consumer lag grows");
  await page.locator(".fix-form button").click();
  await says(page, "Queue backlog");
  const question = await page.locator(".fix-next > form .fix-question").textContent();
  await page.locator(".fix-next > form .fix-pass").click();
  assert.notEqual(await page.locator(".fix-next > form .fix-question").textContent(), question);
  assert.equal(await page.locator(".fix-log").isVisible(), false);
  assert.deepEqual(opened.faults, []);
  await opened.context.close();
});

test("the terminal answers at once", () => {
  const runs = Array.from({ length: 9 }, () => command("fix", "checkout times out since the deploy", "--json"));
  for (const { status, stdout } of runs) {
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).causes[0].id, "playbook:bad-deploy");
  }
  const times = runs.map((run) => run.milliseconds).sort((a, b) => a - b);
  figure(`dstudio fix answers in ${times[4].toFixed(0)} ms, its start included (median of ${times.length}; budget 50 ms)`);
});

/** Waits until the worker holds everything, in another store than `older`, and names what it holds. */
function kept(page, older) {
  return page.evaluate(async (older) => {
    await navigator.serviceWorker.ready;
    for (let tries = 0; tries < 600; tries++) {
      if (navigator.serviceWorker.controller) {
        const names = await caches.keys();
        const counts = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
        if (names.length === 1 && names[0] !== older && counts[0]) return { name: names[0], count: counts[0] };
      }
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error("nothing is kept");
  }, older);
}

for (const [where, serve] of [
  ["live", () => serveLive()],
  ["exported", () => serveExport(policy)],
  ["exported below a folder", () => serveExport(policy, "/studio")],
]) {
  test(`with the network gone the emergency pages and the diagnosis work (${where})`, async () => {
    const place = await serve();
    const opened = await open(browser, place.base);
    const { page, at } = opened;
    await page.goto(at("/"));
    const { count } = await kept(page);
    figure(`the service worker keeps ${count} files (${where})`);
    place.stop();
    await assert.rejects(fetch(place.base));
    await page.goto(at("/playbooks/"));
    assert.equal(await page.locator("h1").textContent(), "Playbooks");
    await page.goto(at(PLAYBOOK));
    assert.ok((await page.locator(".step").count()) >= 4);
    assert.equal(await page.evaluate(() => document.fonts.check("1em 'Studio Text'")), true);
    await page.goto(at(TROUBLE));
    await page.locator("#fix-text").fill("etcd has no leader");
    await page.keyboard.press("Enter");
    await says(page, "Lost leader");
    await page.locator(".fix-causes a").first().click();
    await page.waitForURL((url) => url.pathname.endsWith("/playbooks/election-churn/"));
    await page.goto(at(`${TROUBLE}?text=dns+servfail`));
    await says(page, "Name resolution failure");
    assert.deepEqual(opened.faults, []);
    await opened.context.close();
  });
}

test("a changed page is shown at once, and the older store goes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dstudio-overlay-"));
  const first = await serveLive();
  const address = new URL(first.base).host;
  const opened = await open(browser, first.base);
  const { page, at } = opened;
  await page.goto(at(PLAYBOOK));
  const before = await kept(page);
  first.stop();
  writeFileSync(join(folder, "patch.md"), '+++\nextends = "playbook:disk-full"\nsummary = "Changed by the team."\n+++\n');
  await new Promise((later) => setTimeout(later, 300));
  const second = await serveLive("--addr", address, "--content", folder);
  await page.goto(at(PLAYBOOK));
  assert.equal(await page.locator(".lead").textContent(), "Changed by the team.");
  const renewed = await kept(page, before.name);
  assert.notEqual(renewed.name, before.name);
  second.stop();
  await page.goto(at(PLAYBOOK));
  assert.equal(await page.locator(".lead").textContent(), "Changed by the team.");
  assert.deepEqual(opened.faults, []);
  await opened.context.close();
  rmSync(folder, { recursive: true, force: true });
});
