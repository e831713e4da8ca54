// An experiment answers its controls in place: a worker runs the simulator, this script carries
// values to it and pictures back, and the address follows. It knows nothing of what is simulated.
// Where the simulator does not load, the form asks the server.

const SETTLE_MS = 200; // after which the address follows; browsers bound how often it may change

function experiment(block) {
  const part = (name) => block.querySelector(`[data-${name}]`);
  const form = part("controls");
  if (!form) return;
  const data = JSON.parse(part("scenario").textContent);
  const [results, command, progress] = ["results", "command", "progress"].map(part);
  const controls = [...form.querySelectorAll("[data-path]")];
  const slider = (control) => control.parentElement.querySelector("[data-slider]");
  const isFile = form.matches(".scripted"); // no server behind it
  let worker, timer;
  let latest = 0; // the run whose pictures are wanted

  const lines = (pairs) => pairs.map((pair) => pair.join("\t")).join("\n");
  const question = () =>
    [
      ...[data.slug, data.text, data.variant, data.prefix],
      ...[data.figures.join("\n"), data.lines.join("\n")],
      lines(controls.map((control) => [control.dataset.path, control.value + (control.dataset.unit ?? "")])),
      lines(Object.entries(data.texts)),
    ].join("\0");

  function ask(isWarming) {
    if (!worker) {
      worker = new Worker(block.dataset.worker);
      worker.onmessage = ({ data }) => (data.failed ? fail() : data.run === latest && show(data));
      worker.onerror = fail;
    }
    worker.postMessage({ run: latest, module: block.dataset.module, question: question(), isWarming });
  }

  function run() {
    if (worker === null || !form.checkValidity()) return;
    latest += 1;
    progress.textContent = data.texts["experiment.running"];
    ask(false);
    clearTimeout(timer);
    timer = setTimeout(follow, SETTLE_MS);
  }

  // The address holds what differs from the default, so that it gives the same to whoever opens it.
  function follow() {
    const query = new URLSearchParams(location.search);
    for (const { name } of form.elements) query.delete(name);
    const changed = controls.filter((control) => control.value !== control.dataset.default);
    for (const { name, value } of changed) query.set(name, value);
    if (changed.length) query.set("of", form.elements.of.value);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}#${block.id}`);
  }

  function show({ picture, isLast }) {
    const [html, line, status] = picture.split("\0");
    const each = (selector, act) => [...results.querySelectorAll(selector)].forEach(act);
    const open = [];
    const left = [];
    each("details", (one, at) => (open[at] = one.open));
    each(".table-scroll", (one, at) => (left[at] = one.scrollLeft));
    results.style.minHeight = `${results.offsetHeight}px`; // what stands below stays where it is
    results.innerHTML = html; // written by the simulator, which escapes every text
    each("details", (one, at) => (one.open = open[at] ?? false));
    each(".table-scroll", (one, at) => (one.scrollLeft = left[at] ?? 0));
    command.textContent = line;
    if (isLast) progress.textContent = status;
  }

  function fail() {
    worker?.terminate();
    worker = null;
    form.classList.add("unscripted");
    progress.textContent = data.texts[isFile ? "experiment.failed-here" : "experiment.failed"];
  }

  function set(control, value) {
    control.value = value;
    const range = slider(control);
    if (range) range.value = value;
  }

  form.addEventListener("input", ({ target }) => {
    const near = target.parentElement.querySelector("[data-path]");
    set(near, target.value);
    run();
  });
  form.addEventListener("submit", (event) => {
    if (worker === null && !isFile) return;
    event.preventDefault();
    run();
  });
  part("reset").addEventListener("click", (event) => {
    if (worker === null && !isFile) return;
    event.preventDefault();
    for (const control of controls) set(control, control.dataset.default);
    run();
  });
  // Whoever comes near the controls will use them: the module is fetched and warmed up meanwhile.
  for (const kind of ["pointerenter", "focusin"]) {
    form.addEventListener(kind, () => worker === undefined && ask(true), { once: true });
  }

  // A server has answered the address already, files have not.
  const query = new URLSearchParams(location.search);
  const asked = controls.filter(({ name, value }) => (query.get(name) ?? value) !== value);
  for (const control of asked) {
    set(control, query.get(control.name));
    if (!control.value || !control.checkValidity()) set(control, control.dataset.default);
  }
  if (asked.length && isFile) run();
}

document.querySelectorAll("[data-experiment]").forEach(experiment);
