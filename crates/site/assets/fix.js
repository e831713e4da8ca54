// The fire door in the reader's browser: answers from the module instead of the server, an incident
// log that stays here, and a service worker that keeps the emergency pages for when the network is
// gone. It knows nothing of causes: the module makes the answer, the page holds every text.

const LOG = "incident-log";
const ENTRIES_MAX = 2000;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// --- The incident log: entries with the time of this browser, in its storage alone ---

function entries() {
  try {
    const kept = JSON.parse(localStorage.getItem(LOG) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function store(list) {
  try {
    localStorage.setItem(LOG, JSON.stringify(list));
  } catch {
    // Storage can be forbidden or full; the page then keeps no log.
  }
  dispatchEvent(new Event("log-changed"));
}

function log(kind, text) {
  const list = entries();
  if (!text || list.length >= ENTRIES_MAX) return;
  store([...list, { time_s: Math.floor(Date.now() / 1000), kind, text }]);
}

const clock = (time) => new Date(time * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

// --- Steps that can be marked as done, on playbooks and under the answer ---

function markButtons(within = document) {
  const texts = find("[data-mark-done]")?.dataset;
  if (!texts) return;
  const page = find("h1")?.textContent.trim();
  for (const step of all(".step, [data-step]", within)) {
    if (find(".step-mark", step)) continue;
    const action = step.dataset.step ?? find(".step-action", step).textContent.trim();
    const text = `${page}: ${action}`;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "step-mark" });
    const kept = () => entries().findLast((entry) => entry.kind === "step" && entry.text === text);
    const show = () => {
      const done = kept();
      button.setAttribute("aria-pressed", Boolean(done));
      button.textContent = done ? `${texts.marked} ${clock(done.time_s)}` : texts.markDone;
    };
    button.addEventListener("click", () => {
      const done = kept();
      if (done) store(entries().filter((entry) => JSON.stringify(entry) !== JSON.stringify(done)));
      else log("step", text);
    });
    addEventListener("log-changed", show);
    show();
    step.append(button);
  }
}

// --- The module ---

const place = find("[data-fix]");
let engine; // promise of the exports

async function load(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(url);
  return new Uint8Array(await response.arrayBuffer());
}

// Calls the module with a copy of the bytes in its memory.
function call(exports, name, bytes) {
  const start = exports.alloc(bytes.length);
  new Uint8Array(exports.memory.buffer, start).set(bytes);
  const answer = exports[name](start, bytes.length);
  exports.free(start, bytes.length);
  return answer;
}

function ask(exports, name, value) {
  const start = call(exports, name, new TextEncoder().encode(JSON.stringify(value)));
  const length = new DataView(exports.memory.buffer).getUint32(start, true);
  const answer = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, start + 4, length));
  exports.free(start, length + 4);
  return answer;
}

async function start() {
  const [code, kit] = await Promise.all([load(place.dataset.module), load(place.dataset.kit)]);
  const { exports } = (await WebAssembly.instantiate(code)).instance;
  if (!call(exports, "fix_open", kit)) throw new Error("kit");
  return exports;
}

const module = () => (engine ??= start());

// --- The form and its answer ---

function diagnosis() {
  const pane = find("[data-fix-answer]", place);
  const form = find("[data-fix-form]", place);
  const heading = () => find(".fix-headline", pane)?.textContent ?? "";

  // The form carries along what was answered, and shows what was typed and chosen.
  function fill(pairs) {
    for (const input of all("[data-kept]", form)) input.remove();
    for (const box of all("[type=checkbox]", form)) {
      box.checked = pairs.some(([name, value]) => name === box.name && value === box.value);
    }
    for (const [name, value] of pairs) {
      if (name === "text") form.elements.text.value = value;
      else if (name !== "symptom") {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        input.dataset.kept = "";
        form.append(input);
      }
    }
  }

  async function show(pairs) {
    const html = ask(await module(), "fix_answer", pairs);
    if (!html) throw new Error("answer");
    const before = heading();
    pane.innerHTML = html; // made by the module, which escapes every text
    document.dispatchEvent(new CustomEvent("shown", { detail: pane }));
    markButtons(pane);
    fill(pairs);
    if (heading() !== before) log("diagnosis", heading());
  }

  const fromAddress = () => [...new URLSearchParams(location.search)];

  place.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (sent !== form && !sent.matches(".fix-check")) return;
    event.preventDefault();
    const fields = [...new FormData(sent, event.submitter)];
    const pairs = fields.filter(([, value]) => value.trim());
    const query = new URLSearchParams(pairs);
    const address = `${new URL(sent.action).pathname}?${query}`;
    if (sent === form) log("symptom", form.elements.text.value.trim());
    else log("check", `${sent.dataset.check} ${answerOf(sent, event.submitter)}`);
    try {
      await show(pairs);
      history.pushState(null, "", address);
      // The button that was pressed is gone; the next one takes its place.
      if (sent !== form) find(".fix-answers :is(input, button)", pane)?.focus();
    } catch {
      engine = undefined;
      location.assign(address);
    }
  });

  const answerOf = (sent, submitter) =>
    submitter?.name ? submitter.textContent.trim() : (find("[type=text]", sent)?.value ?? "");

  addEventListener("popstate", () => show(fromAddress()).catch(() => location.reload()));
  // Files, and pages kept for a time without a network, hold no answer to this address.
  if (location.search && !("asked" in place.dataset)) show(fromAddress()).catch(() => {});
  if (location.hash === "#fix-text") form.elements.text.focus();
}

// --- The log on the page ---

function logPanel() {
  const panel = find("[data-log]", place);
  const part = (name) => find(`[data-log-${name}]`, panel);
  const show = () => {
    const list = entries();
    part("list").replaceChildren(
      ...list.slice(-50).map((entry) => {
        const line = document.createElement("li");
        const time = document.createElement("time");
        time.dateTime = new Date(entry.time_s * 1000).toISOString();
        time.textContent = clock(entry.time_s);
        const text = document.createElement("span");
        text.textContent = entry.text;
        line.append(time, text);
        return line;
      }),
    );
    part("empty").hidden = list.length > 0;
    part("full").hidden = list.length < ENTRIES_MAX;
    for (const name of ["draft", "undo", "clear"]) part(name).disabled = !list.length;
  };
  const draft = async () => {
    const text = ask(await module(), "fix_review", entries());
    const area = find("textarea", panel);
    area.value = text;
    part("review").hidden = false;
    URL.revokeObjectURL(part("save").href);
    part("save").href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
    area.focus();
  };
  part("note").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = find("input", event.target);
    log("note", input.value.trim());
    input.value = "";
  });
  part("draft").addEventListener("click", () => draft().catch(() => {}));
  part("undo").addEventListener("click", () => store(entries().slice(0, -1)));
  part("clear").addEventListener("click", () => store([]));
  part("copy").addEventListener("click", async () => {
    const area = find("textarea", panel);
    area.select();
    await navigator.clipboard.writeText(area.value).catch(() => {});
  });
  addEventListener("log-changed", show);
  // Another tab, such as one with a playbook, may have written.
  addEventListener("storage", (event) => event.key === LOG && dispatchEvent(new Event("log-changed")));
  show();
}

function keepForLater() {
  const worker = find("link[rel=service-worker]")?.href;
  if (!worker || !navigator.serviceWorker || navigator.connection?.saveData) return;
  // Registering again looks for no newer worker by itself.
  const register = async () => (await navigator.serviceWorker.register(worker)).update();
  // Not before the page has all it needs; this file may come after that.
  if (document.readyState === "complete") register().catch(() => {});
  else addEventListener("load", () => register().catch(() => {}));
}

markButtons();
if (place) {
  diagnosis();
  logPanel();
}
keepForLater();
