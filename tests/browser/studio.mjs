// What every browser test needs: the Studio served live and as exported files, and a browser.
//
// DSTUDIO names the program (a release build by default), CHROMIUM the browser.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = resolve(process.env.DSTUDIO ?? join(here, "../../target/release/dstudio"));
const browserFile = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** One page of each kind, and each page that the catalogue is turned into. */
export const PAGES = {
  home: "/",
  pattern: "/pattern-library/resilience/circuit-breaker/",
  "case study": "/architects-handbook/case-studies/databases/amazon-dynamo/",
  playbook: "/playbooks/retry-storm/",
  migration: "/migration/monolith-to-microservices/",
  path: "/architects-handbook/learning-paths/new-graduate/",
  law: "/core-principles/laws/correlated-failure/",
  pillar: "/core-principles/pillars/state-distribution/",
  "anti-pattern": "/architects-handbook/anti-patterns/retry-storm/",
  "quick start": "/architects-handbook/implementation-guides/quick-start-guide/",
  "handbook page": "/core-principles/patterns/cap-theorem/",
  "index with filters": "/pattern-library/",
  "index of cards": "/architects-handbook/case-studies/",
  glossary: "/reference/glossary/",
  "cross reference": "/reference/cross-reference-guide/",
  "site map": "/site-map/",
  tools: "/tools/",
  reproduced: "/reproduced/",
  "search results": "/search/?q=retry+storm",
  "not found": "/patterns/circuit-braker/",
};

/** Kinds whose first page is still to come; each joins the list when it does. */
const LATER = {
  incident: "/incidents/",
  decision: "/tools/pattern-decision-calculator/",
  assessment: "/start-here/assessment/",
  capacity: "/architects-handbook/quantitative-analysis/",
};

/** Pages whose answer depends on the address, which files cannot give. */
export const ONLY_LIVE = ["search results"];

/** What a command of the program prints, and how long it took in milliseconds, its start included. */
export function command(...options) {
  const started = performance.now();
  const { status, stdout } = spawnSync(program, options, { cwd: tmpdir(), encoding: "utf8" });
  return { status, stdout, milliseconds: performance.now() - started };
}

export function figure(text) {
  process.stderr.write(`figure: ${text}\n`);
}

/** The Studio on a free port, or on the one that an option `--addr` names. */
export async function serveLive(...options) {
  if (!existsSync(program)) throw new Error(`${program} is missing: cargo build --release`);
  const child = spawn(
    program,
    ["serve", ...(options.includes("--addr") ? [] : ["--addr", "127.0.0.1:0"]), "--log", "off", ...options],
    { cwd: tmpdir(), stdio: ["ignore", "ignore", "pipe"] },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  const base = await new Promise((found, fail) => {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const address = /the Studio is open at (\S+)\n/.exec(said);
      if (address) found(address[1]);
    });
    child.once("exit", () => fail(new Error(`the server ended: ${said}`)));
  });
  return { base, stop: () => child.kill("SIGKILL") };
}

/** Pages of each kind that this Studio has. */
export async function pagesOf(base) {
  const sitemap = await (await fetch(`${base}/sitemap.xml`)).text();
  const addresses = [...sitemap.matchAll(/<loc>[^<]*?(\/[^<:]*)<\/loc>/g)].map((match) => match[1]);
  const pages = { ...PAGES };
  for (const [kind, start] of Object.entries(LATER)) {
    const found = addresses.find((address) => address.startsWith(start));
    if (found) pages[kind] = found;
  }
  return pages;
}

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  woff2: "font/woff2",
  xml: "application/xml",
  md: "text/markdown; charset=utf-8",
  txt: "text/plain; charset=utf-8",
};

/**
 * The Studio exported and sent by a server that knows only files, with the policy of the live one:
 * what holds there must hold on anyone's static host.
 */
export async function serveExport(policy, prefix = "") {
  const folder = mkdtempSync(join(tmpdir(), "dstudio-browser-"));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clean);
  const made = spawnSync(
    program,
    ["export", "--no-cache", "--base-url", `https://studio.example${prefix}`, "--out", folder],
    { cwd: tmpdir(), encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const inside = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : "/404.html";
    let file = join(folder, normalize(decodeURIComponent(inside)));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    const status = existsSync(file) ? 200 : 404;
    if (status === 404) file = join(folder, "404.html");
    response.writeHead(status, {
      "content-type": TYPES[file.split(".").pop()] ?? "application/octet-stream",
      "content-encoding": "gzip",
      "content-security-policy": policy,
    });
    response.end(gzipSync(readFileSync(file)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    base: `http://127.0.0.1:${server.address().port}${prefix}`,
    stop() {
      server.closeAllConnections();
      server.close();
      clean();
    },
  };
}

/** The policy that the live server sends. */
export async function policyOf(base) {
  return (await fetch(base)).headers.get("content-security-policy");
}

export function launch() {
  return chromium.launch({
    executablePath: browserFile,
    // Chromium refuses its sandbox to root; the other switches keep it off the network.
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page that remembers what a reader must never cause: errors, requests to other hosts. */
export async function open(browser, base, options = {}) {
  const context = await browser.newContext({ baseURL: `${base}/`, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on("console", (message) => {
    // The browser says so of every page that answers 404, also of the one that is meant to.
    const expected = message.text().includes("404") && message.location().url === page.url();
    if (message.type() === "error" && !expected) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(base).origin) {
      faults.push(`request to ${request.url()}`);
    }
  });
  const at = (path) => base + path;
  return { context, page, faults, at };
}
