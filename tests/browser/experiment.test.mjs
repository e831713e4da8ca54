// Experiments: in place with script, by the server without, and the same bytes from both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PAGES, figure, launch, open, policyOf, serveExport, serveLive } from "./studio.mjs";

const axe = createRequire(import.meta.url)("axe-core");
const MODULE = fileURLToPath(
  new URL("../../crates/site/assets/wasm/sim.wasm", import.meta.url),
);
const WIDTHS = [390, 1440];
/** A run of eight replications on a busy machine. */
const PATIENCE = { timeout: 30_000 };
/** Rounds of which the median is shown. */
const ROUNDS = 7;

let browser;
const places = {};

before(async () => {
  places.live = await serveLive();
  places.exported = await serveExport(await policyOf(places.live.base));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  for (const place of Object.values(places)) place.stop();
});

function everywhere(name, run) {
  for (const where of ["live", "exported"]) {
    for (const width of WIDTHS) {
      test(`${name} (${where}, ${width} px)`, async () => {
        const opened = await open(browser, places[where].base, {
          viewport: { width, height: 900 },
        });
        try {
          await run(opened, where);
          assert.deepEqual(opened.faults, []);
        } finally {
          await opened.context.close();
        }
      });
    }
  }
}

const slider = (page) => page.locator("[data-slider]").first();
const results = (page) => page.locator("[data-results]").evaluate((part) => part.innerHTML);
const figures = (page) => page.locator(".experiment-figures").innerText();
const command = (page) => page.locator("[data-command]").innerText();
const ended = (page) =>
  page.locator("[data-progress]", { hasText: /replications; \d of \d claims/ }).waitFor(PATIENCE);

/** Presses Tab until an element has the focus. */
async function tabTo(page, selector) {
  for (let press = 0; press < 200; press += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

everywhere("a slider changes the figures by keyboard, and the address repeats it", async (opened, where) => {
  const { page, at } = opened;
  await page.goto(at(PAGES.pattern));
  const [before, beforeFigures] = [await results(page), await figures(page)];
  await tabTo(page, "[data-slider]");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await ended(page);
  assert.equal(await page.locator("input[name=outage]").inputValue(), "18");
  assert.notEqual(await figures(page), beforeFigures);
  assert.match(await command(page), /--set 'faults\.hang\.lasts=18 s'$/);
  await page.waitForURL(/[?&]outage=18&/);
  const changed = await results(page);
  // Live, what the browser ran is compared with what the server runs; in files, with itself.
  await page.goto("about:blank");
  await page.goBack();
  await page.reload();
  if (where === "exported") await ended(page);
  assert.equal(await page.locator("input[name=outage]").inputValue(), "18");
  assert.ok((await results(page)) === changed, "the address gives other results");
  await page.locator("[data-reset]").click();
  await ended(page);
  assert.ok((await results(page)) === before, "the default differs from what is stored");
  await page.waitForFunction(() => !location.search);
  assert.equal(await command(page), "dstudio sim run circuit-breaker");
});

everywhere("the newest of several changes is shown, and nothing moves", async ({ page, at }) => {
  await page.goto(at(PAGES.pattern));
  await page.locator("select[name=timeout]").scrollIntoViewIfNeeded();
  await page.evaluate(() => {
    window.shifts = [];
    const note = (entries) => {
      for (const entry of entries.getEntries()) {
        const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? "text");
        if (!entry.hadRecentInput) window.shifts.push(`${entry.value}: ${moved}`);
      }
    };
    new PerformanceObserver(note).observe({ type: "layout-shift" });
  });
  const below = () =>
    page.locator(".experiment-repeat").evaluate((part) => part.offsetTop);
  const place = await below();
  await page.locator("details.experiment-more").last().locator("summary").scrollIntoViewIfNeeded();
  await page.locator("select[name=timeout]").focus();
  for (const key of ["ArrowDown", "ArrowUp", "ArrowUp"]) {
    await page.keyboard.press(key); // 2 s, 1 s, 500 ms
    await page.waitForTimeout(40);
  }
  await ended(page);
  assert.match(await command(page), /timeout=500 ms'$/);
  assert.match(await page.locator(".experiment-parts").innerText(), /wait 500 ms for payments/);
  const moved = (await below()) - place;
  assert.ok(Math.abs(moved) <= 40, `what stands below moved by ${moved} px`);
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});

for (const theme of ["light", "dark"]) {
  for (const width of WIDTHS) {
    test(`no accessibility rule is broken after a run, ${theme}, ${width} px`, async () => {
      const { context, page, faults, at } = await open(browser, places.live.base, {
        colorScheme: theme,
        viewport: { width, height: 900 },
      });
      await page.goto(at(PAGES.pattern));
      for (const summary of await page.locator(".experiment summary").all()) await summary.click();
      await slider(page).focus();
      await page.keyboard.press("ArrowLeft");
      await ended(page);
      const open_ = await page.locator(".experiment details:not([open])").count();
      assert.equal(open_, 0, "what was open stays open");
      await page.evaluate(axe.source);
      const found = await page.evaluate(() =>
        axe.run(".experiment", { resultTypes: ["violations"] }),
      );
      const rules = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
      await context.close();
      assert.deepEqual([...rules, ...faults], []);
    });
  }
}

test("without script the form asks the server", async () => {
  const options = { javaScriptEnabled: false };
  const { context, page, at } = await open(browser, places.live.base, options);
  await page.goto(at(PAGES.pattern));
  const before = await figures(page);
  assert.equal(await slider(page).isVisible(), false, "a slider that shows no number");
  await page.locator("input[name=outage]").fill("16");
  await page.locator("select[name=pause]").selectOption("5 s");
  await page.locator(".experiment-run").press("Enter");
  await page.waitForURL(/outage=16/);
  assert.notEqual(await figures(page), before);
  assert.match(await command(page), /lasts=16 s' --set '.*open=5 s'$/);
  assert.equal(await page.locator("select[name=pause]").inputValue(), "5 s");
  await page.locator("[data-reset]").press("Enter");
  await page.waitForURL(/\/\?#experiment/);
  assert.equal(await figures(page), before);
  await context.close();
});

test("files without script show the default run and the command", async () => {
  const options = { javaScriptEnabled: false };
  const { context, page, at } = await open(browser, places.exported.base, options);
  await page.goto(at(PAGES.pattern));
  assert.equal(await page.locator("[data-controls]").isVisible(), false);
  assert.ok((await page.locator(".verdict-holds").count()) > 0);
  assert.equal(await command(page), "dstudio sim run circuit-breaker");
  await context.close();
});

test("where the module does not load, the server answers", async () => {
  const { context, page, at } = await open(browser, places.live.base);
  await context.route(/sim-.*\.wasm/, (route) => route.abort());
  await page.goto(at(PAGES.pattern));
  await page.locator("input[name=outage]").fill("16");
  await page.locator("[data-progress]", { hasText: "could not be loaded" }).waitFor();
  await page.locator(".experiment-run").click();
  await page.waitForURL(/outage=16/);
  assert.match(await command(page), /lasts=16 s'$/);
  await context.close();
});

/** The committed module in this process. */
async function simulator() {
  const { instance } = await WebAssembly.instantiate(readFileSync(MODULE));
  const { alloc, free, memory, sim_open, sim_picture, sim_step } = instance.exports;
  return function run(question) {
    const bytes = new TextEncoder().encode(question);
    const start = alloc(bytes.length);
    new Uint8Array(memory.buffer, start).set(bytes);
    assert.equal(sim_open(start, bytes.length), 1);
    free(start, bytes.length);
    while (sim_step() !== 2);
    const answer = sim_picture();
    const length = new DataView(memory.buffer).getUint32(answer, true);
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
    free(answer, length + 4);
    return text.split("\0")[0];
  };
}

/** What a page says of its experiment, and the results that the server put there. */
function parts(html) {
  const between = (start, end) => html.split(start)[1].split(end)[0];
  const data = JSON.parse(between('<script type="application/json" data-scenario>', "</script>"));
  const shown = between("data-results>", '</div><p class="experiment-left-out">');
  return { data, shown };
}

function question(data, settings) {
  const lines = (pairs) => pairs.map((pair) => pair.join("\t")).join("\n");
  const { slug, text, variant, prefix, figures, lines: drawn, texts } = data;
  const names = [figures.join("\n"), drawn.join("\n")];
  return [slug, text, variant, prefix, ...names, lines(settings), lines(Object.entries(texts))].join("\0");
}

test("the module and the server give the same bytes", async () => {
  const run = await simulator();
  const breaker = PAGES.pattern;
  const balancing = "/pattern-library/scaling/load-balancing/";
  const limiting = "/pattern-library/scaling/rate-limiting/";
  for (const [path, settings] of [
    [breaker, []],
    [balancing, []],
    [limiting, []],
    [`${breaker}?outage=22&timeout=500+ms`, [["faults.hang.lasts", "22 s"], ["services.shop.calls.payments.timeout", "500 ms"]]],
    [`${balancing}?load=300&factor=1.5`, [["clients.users.rate", "300/s"], ["faults.old-machine.factor", "1.5"]]],
    [`${limiting}?burst=500`, [["variants.limited.clients.script.rate_limit.burst", "500"]]],
  ]) {
    const { data, shown } = parts(await (await fetch(places.live.base + path)).text());
    assert.ok(shown.includes("<svg"), path);
    assert.ok(run(question(data, settings)) === shown, `${path}: the bytes differ`);
  }
});

/** The circuit breaker's system with loads and workers for 2,500 requests a second of two hops. */
function enlarged(text) {
  const changes = [
    ["rate = \"800/s\"", "rate = \"2000/s\""],
    ["rate = \"200/s\"", "rate = \"500/s\""],
    ["workers = 100", "workers = 250"],
    ["queue = 500", "queue = 1250"],
    ["workers = 50", "workers = 125"],
    ["workers = 20", "workers = 50"],
  ];
  return changes.reduce((changed, [from, to]) => {
    assert.ok(changed.includes(from), from);
    return changed.replace(from, to);
  }, text);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

test("the first picture comes soon", async () => {
  const { context, page, faults, at } = await open(browser, places.live.base);
  await page.goto(at(PAGES.pattern));
  const { data } = parts(await (await fetch(at(PAGES.pattern))).text());
  const large = question({ ...data, text: enlarged(data.text) }, []);
  const computed = await page.evaluate(
    async ([large, rounds]) => {
      const { worker: address, module } = document.querySelector("[data-experiment]").dataset;
      const worker = new Worker(address);
      const times = [];
      for (let run = 0; run < rounds + 5; run += 1) {
        const started = performance.now();
        worker.postMessage({ run, module, question: large });
        await new Promise((seen) => (worker.onmessage = seen));
        times.push(performance.now() - started);
      }
      worker.terminate();
      return times;
    },
    [large, ROUNDS],
  );
  // In the first rounds the browser still compiles; a reader's slider is past them in a second.
  const warm = computed.slice(-ROUNDS);
  const inputs = [];
  await slider(page).focus();
  await page.waitForTimeout(1000);
  for (let round = 0; round < ROUNDS; round += 1) {
    inputs.push(
      await page.evaluate(
        (value) =>
          new Promise((done) => {
            const range = document.querySelector("[data-slider]");
            const results = document.querySelector("[data-results]");
            const started = performance.now();
            const seen = () =>
              requestAnimationFrame(() => done(performance.now() - started));
            new MutationObserver((_, observer) => {
              observer.disconnect();
              seen();
            }).observe(results, { childList: true });
            range.value = value;
            range.dispatchEvent(new Event("input", { bubbles: true }));
          }),
        15 + round,
      ),
    );
    await ended(page);
  }
  const rounded = (times) => times.map(Math.round).join(", ");
  figure(
    `first picture of 300,000 request-hops: ${Math.round(median(warm))} ms (${rounded(warm)}), ` +
      `cold ${Math.round(computed[0])} ms; of the page's 120,000, from input to frame: ` +
      `${Math.round(median(inputs))} ms (${rounded(inputs)})`,
  );
  await context.close();
  assert.deepEqual(faults, []);
});
