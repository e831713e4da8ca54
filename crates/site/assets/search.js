// The search dialog once it is open: asks the search module as the reader types, and knows nothing of
// ranking. Where the module or a part of the index does not load, Enter sends the form to the server.
// The page holds the dialog, its texts and the links; studio.js opens it and fetches this file then.

const LIMIT = 10;
const find = (selector) => document.querySelector(selector);
const module = find("link[rel=search-module]")?.href;
const folder = find("link[rel=search-parts]")?.href;
const dialog = find(".search-dialog");
const [input, list, status, all] = dialog.querySelectorAll("input, div, p, a");
const texts = dialog.dataset;
let engine; // promise of the exports
let parts = {}; // name → promise
let latest = 0; // the query whose answer is wanted
let active = -1; // the row Enter opens
let frame;

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  node.append(...children); // texts become text nodes, never HTML
  return node;
}

async function load(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(url);
  return new Uint8Array(await response.arrayBuffer());
}

const part = (name) => load(new URL(name, folder));

// Calls the module with copies of texts and bytes in its memory.
function call(exports, name, copied, ...rest) {
  const buffers = copied.map((content) => {
    const bytes = content.buffer ? content : new TextEncoder().encode(content);
    const start = exports.alloc(bytes.length);
    new Uint8Array(exports.memory.buffer, start).set(bytes);
    return [start, bytes.length];
  });
  const answer = exports[name](...buffers.flat(), ...rest);
  for (const buffer of buffers) exports.free(...buffer);
  return answer;
}

function ask(exports, name, query) {
  const start = call(exports, name, [query], LIMIT);
  const { buffer } = exports.memory;
  const length = new DataView(buffer).getUint32(start, true);
  const answer = new TextDecoder().decode(new Uint8Array(buffer, start + 4, length));
  exports.free(start, length + 4);
  return answer;
}

async function start() {
  const [code, core] = await Promise.all([load(module), part("core")]);
  const { exports } = (await WebAssembly.instantiate(code)).instance;
  if (!call(exports, "search_open", [core])) throw new Error("core");
  return exports;
}

async function add(exports, name) {
  if (!call(exports, "search_add", [name, await part(name)])) throw new Error(name);
}

export async function search() {
  const query = input.value;
  const number = ++latest;
  list.ariaBusy = true;
  try {
    const exports = await (engine ??= start());
    let needs;
    while (number === latest && (needs = ask(exports, "search_needs", query))) {
      const added = needs.split("\n").map((name) => (parts[name] ??= add(exports, name)));
      await Promise.all(added);
    }
    if (number === latest) show(query, JSON.parse(ask(exports, "search_query", query)));
  } catch {
    engine = undefined;
    parts = {};
    if (number !== latest) return;
    show(query, { results: [], total: 0 });
    status.textContent = texts.failed;
  }
}

function row(hit, number) {
  const href = hit.url.replace(/^\//, texts.root);
  const pieces = hit.passage.map((piece) =>
    piece.highlighted ? element("mark", {}, piece.text) : piece.text,
  );
  return element(
    "a",
    { role: "option", id: `search-${number}`, tabindex: -1, href },
    element("b", {}, hit.title),
    element("i", {}, hit.section),
    element("p", {}, ...pieces),
  );
}

function show(query, { results, total }) {
  const names = JSON.parse(texts.kinds);
  let number = 0;
  list.replaceChildren();
  for (const [kind, hits] of Map.groupBy(results, (hit) => hit.kind)) {
    const name = names[kind] ?? kind;
    const group = element("div", { role: "group", "aria-label": name });
    group.append(element("div", { "aria-hidden": true }, name));
    for (const hit of hits) group.append(row(hit, number++));
    list.append(group);
  }
  list.ariaBusy = false;
  const count = [texts.none, texts.one][total] ?? texts.many.replace("{n}", total);
  status.textContent = query.trim() && count;
  all.hidden = !total;
  all.href = `${input.form.action}?q=${encodeURIComponent(query)}`;
  activate(number ? 0 : -1);
}

const rows = () => list.querySelectorAll("a");

function activate(number) {
  active = number;
  rows().forEach((row, at) => row.setAttribute("aria-selected", at === active));
  const row = rows()[active];
  row?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-expanded", !!row);
  input.setAttribute("aria-activedescendant", row?.id ?? "");
}

function onKey(event) {
  const count = rows().length;
  const moves = { ArrowDown: active + 1, ArrowUp: active - 1 + count, Home: 0, End: count - 1 };
  if (!count || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in moves) activate(moves[event.key] % count);
  else if (event.key === "Enter" && active >= 0) rows()[active].click();
  else return;
  event.preventDefault();
}

input.onkeydown = onKey;
input.oninput = () => {
  active = -1;
  list.ariaBusy = true; // its rows answer an earlier query
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(search);
};
