// What a page gains with script: theme, copy buttons, contents that follow, filters, shortcuts.
const root = document.documentElement;
const texts = document.body.dataset;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function theme() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const order = ["auto", "light", "dark"];
  const current = () => root.dataset.theme ?? "auto";
  const show = () => {
    button.setAttribute("aria-label", button.dataset[current()]);
    button.title = button.dataset[current()];
  };
  show();
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(current()) + 1) % order.length];
    if (next === "auto") {
      delete root.dataset.theme;
      localStorage.removeItem("theme");
    } else {
      root.dataset.theme = next;
      localStorage.setItem("theme", next);
    }
    show();
  });
}

function copyButtons(within) {
  for (const figure of all("figure.code", within)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = texts.copy;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(figure.querySelector("code").textContent);
        button.textContent = texts.copied;
      } catch {
        // Without the permission the text is selected, so that the reader's own keys copy it.
        getSelection().selectAllChildren(figure.querySelector("code"));
      }
      setTimeout(() => (button.textContent = texts.copy), 2000);
    });
    figure.append(button);
  }
}

function contents() {
  const nav = document.querySelector("[data-contents]");
  if (!nav) return;
  const links = all("a", nav);
  const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
  const mark = () => {
    const line = innerHeight * 0.3;
    let at = -1;
    sections.forEach((section, index) => {
      if (section && section.getBoundingClientRect().top <= line) at = index;
    });
    if (scrollY + innerHeight >= document.body.scrollHeight - 2 && scrollY > 0) at = links.length - 1;
    links.forEach((link, index) => {
      if (index === at) {
        link.setAttribute("aria-current", "true");
        const rail = link.closest(".rail");
        if (rail && rail.scrollHeight > rail.clientHeight) rail.scrollTop = link.offsetTop - rail.clientHeight / 2;
      }
      else link.removeAttribute("aria-current");
    });
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  }, { passive: true });
  mark();
}

function filters() {
  for (const listing of all("[data-listing]")) {
    const form = listing.querySelector("[data-filters]");
    if (!form) continue;
    const items = all("[data-item]", listing);
    const complete = items.filter((item) => item.matches("tr"));
    const count = form.querySelector("[data-filter-count]");
    const parameters = new URLSearchParams(location.search);
    for (const select of all("select", form)) select.value = parameters.get(select.name) ?? "";
    const apply = () => {
      const wanted = all("select", form).filter((select) => select.value);
      for (const item of items) {
        const values = item.dataset.item.split(" ");
        item.hidden = !wanted.every(({ name, value }) => values.includes(`${name}:${value}`));
      }
      for (const group of all("[data-group]", listing)) {
        group.hidden = !group.querySelector("[data-item]:not([hidden])");
        for (const part of all("table, .planned-list", group)) {
          part.hidden = !part.querySelector("[data-item]:not([hidden])");
        }
      }
      count.textContent = count.dataset.template
        .replace("{shown}", complete.filter((item) => !item.hidden).length)
        .replace("{all}", complete.length);
      const query = new URLSearchParams(wanted.map((select) => [select.name, select.value]));
      history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
    };
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }
}

function terms() {
  // A card closes when the reader moves on, and stands by its word where anchors are known.
  for (const button of all("button.term")) {
    const card = document.getElementById(button.getAttribute("popovertarget"));
    card?.addEventListener("toggle", (event) => {
      if (event.newState !== "open" || innerWidth < 640) return;
      const word = button.getBoundingClientRect();
      const width = Math.min(card.offsetWidth, innerWidth - 32);
      const left = Math.max(16, Math.min(word.left, innerWidth - width - 16));
      const below = word.bottom + 8 + card.offsetHeight < innerHeight;
      Object.assign(card.style, {
        inset: "auto",
        left: `${left}px`,
        top: `${below ? word.bottom + 8 : word.top - card.offsetHeight - 8}px`,
        margin: "0",
        borderRadius: "6px",
      });
    });
  }
}

function shortcuts() {
  const toggle = document.querySelector("[data-shortcuts-toggle]");
  if (toggle) {
    const show = () => {
      toggle.textContent = root.dataset.shortcuts === "off" ? toggle.dataset.off : toggle.dataset.on;
    };
    show();
    toggle.addEventListener("click", () => {
      if (root.dataset.shortcuts === "off") {
        delete root.dataset.shortcuts;
        localStorage.removeItem("shortcuts");
      } else {
        root.dataset.shortcuts = "off";
        localStorage.setItem("shortcuts", "off");
      }
      show();
    });
  }
  addEventListener("keydown", (event) => {
    if (root.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
    if (event.key === "f") {
      event.preventDefault();
      const field = document.querySelector("#fix-text, #home-fix");
      if (field) field.focus();
      else location.assign(`${texts.fire}#fix-text`);
    }
    const go = { n: 'a[rel="next"]', p: 'a[rel="prev"]' }[event.key];
    if (go) document.querySelector(go)?.click();
  });
}

/** Opens the search dialog at once; what answers in it is fetched when it is first opened. */
function search() {
  const dialog = document.querySelector(".search-dialog");
  const script = document.querySelector("link[rel=search-script]")?.href;
  if (!dialog || !script || !document.querySelector("link[rel=search-parts]")) return;
  const isCommand = (event) => event.ctrlKey || event.metaKey || event.altKey;
  const open = async (event) => {
    event.preventDefault();
    const opener = document.activeElement;
    dialog.onclose = () => opener.focus();
    dialog.showModal();
    dialog.querySelector("input").select();
    (await import(script)).search();
  };
  dialog.addEventListener("click", ({ target }) => {
    // Links too: they may stay on this page.
    if (target === dialog || target.closest("a, button")) dialog.close();
  });
  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-search-open]");
    if (opens && !event.shiftKey && !isCommand(event)) open(event);
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const isOff = root.dataset.shortcuts === "off";
    if (event.key === "/" && !isOff && !isTyping && !isCommand(event)) open(event);
  });
}

/** Fetches what a page gains after it is shown. */
function later() {
  const idle = window.requestIdleCallback ?? setTimeout;
  for (const { href } of all("link[rel=later-script]")) idle(() => import(href));
}

function watch() {
  if (!("watch" in document.body.dataset)) return;
  new EventSource("/~watch").addEventListener("changed", () => location.reload());
}

theme();
copyButtons();
document.addEventListener("shown", (event) => copyButtons(event.detail));
contents();
filters();
terms();
shortcuts();
search();
later();
watch();
