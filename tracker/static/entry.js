// Makes the forms of entry quicker; without it every button of theirs works as well.
"use strict";
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const box = document.getElementById("hints");
  const impact = document.getElementById("impact");
  const trouble = document.getElementById("trouble");
  const waiting = document.getElementById("waiting");
  const keptAt = document.getElementById("kept-at");
  let leaving = false;

  const typed = () => new URLSearchParams(new FormData(form));

  // What the server answers as a part of this page: whether it could, and the part; null if there was no answer.
  async function ask(address, signal) {
    try {
      const answer = await fetch(`${address}?part=1`, { method: "POST", body: typed(), redirect: "manual", signal });
      if (answer.type === "opaqueredirect") {
        trouble.textContent = "You are no longer logged in. Log in again in another tab, then go on here: what you typed still stands.";
        return null;
      }
      if (answer.status >= 500 || [401, 403, 413, 429].includes(answer.status)) {
        trouble.textContent = "The desk did not take this in; what you typed still stands. Save it by its button.";
        return null;
      }
      const part = { ok: answer.ok, html: await answer.text() };
      trouble.textContent = "";
      return part;
    } catch (error) {
      if (error.name !== "AbortError" && !leaving) trouble.textContent = "The desk cannot be reached; what you typed still stands.";
      return null;
    }
  }

  // Kept for later, some seconds after the last key.
  let changed = false, keeping = 0;
  async function keep() {
    window.clearTimeout(keeping);
    if (!changed || leaving) return;
    changed = false;
    if (await ask(form.dataset.keep)) keptAt.textContent = `Kept at ${new Date().toTimeString().slice(0, 5)}.`;
    else if (!leaving) changed = true;
  }
  form.addEventListener("input", (event) => {
    event.target.classList.remove("filled");
    changed = true;
    window.clearTimeout(keeping);
    keeping = window.setTimeout(keep, 3000);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(keeping);
    if (waiting) waiting.textContent = "One moment: hundreds of lines take some seconds…";
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    if (waiting) waiting.textContent = "";
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && changed && !leaving) navigator.sendBeacon(`${form.dataset.keep}?part=1`, typed());
  });

  // Saved from anywhere.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(document.getElementById("save"));
    }
  });

  if (!box) return;

  // Suggestions and likely duplicates while one types.
  let pause = 0, asked = null, stale = false;
  function later() {
    window.clearTimeout(pause);
    pause = window.setTimeout(look, 300);
  }
  async function look() {
    if (form.elements.title.value.trim().length < 3) return;
    if (asked) asked.abort();
    asked = new AbortController();
    const answer = await ask("/disruptions/new/hints", asked.signal);
    if (!answer || !answer.ok) return;
    const html = answer.html;
    // Nobody's place is taken away while he or she reads or presses.
    if (box.contains(document.activeElement)) stale = true;
    else if (box.dataset.shown !== html) box.innerHTML = box.dataset.shown = html;
  }
  form.addEventListener("input", (event) => { if (event.target.hasAttribute("data-hints") || event.target.type === "radio") later(); });
  box.addEventListener("focusout", () => { if (stale) { stale = false; later(); } });

  function write(field, value) {
    const element = form.elements[field];
    if (element instanceof RadioNodeList) {
      for (const one of element) if (one.value === value) one.checked = true;
    } else if (element.hasAttribute("data-many") && element.value.trim()) {
      element.value = `${element.value.trim().replace(/;$/, "")}; ${value}`;
    } else {
      element.value = value;
    }
    const seen = element instanceof RadioNodeList ? element[0] : element;
    seen.dispatchEvent(new Event("input", { bubbles: true }));
    if (seen === element) element.classList.add("filled");
    const ticked = document.querySelectorAll("#more input:checked").length;
    document.getElementById("more-filled").textContent = ticked ? `(${ticked} ticked)` : "";
  }
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button.take");
    if (!button) return;
    event.preventDefault();
    const all = [...box.querySelectorAll("button[data-field]")];
    const chosen = button.hasAttribute("data-take-likely") ? all.filter((one) => one.hasAttribute("data-likely")) : [button];
    const next = all.find((one) => !chosen.includes(one) && all.indexOf(one) > all.indexOf(button));
    for (const one of chosen) {
      write(one.dataset.field, one.dataset.value);
      one.closest("li").remove();
    }
    const many = box.querySelector("[data-take-likely]");
    if (many && box.querySelectorAll("button[data-likely]").length < 2) many.parentElement.remove();
    box.querySelector("[role=status]").textContent = `Taken: ${chosen.map((one) => one.textContent.trim().replace(/^Take /, "")).join("; ")}`;
    // The button that was pressed is gone: go on with the next one, or with what is still needed.
    const needed = form.elements.origin.value.trim() ? document.getElementById("suggested-title") : form.elements.origin;
    (button.hasAttribute("data-field") && next ? next : needed).focus();
    stale = true;
  });

  // The impact, before anything is saved.
  async function estimate(event) {
    event.preventDefault();
    impact.innerHTML = '<p class="waiting" role="status">Estimating what it would cost: some seconds…</p>';
    impact.setAttribute("aria-busy", "true");
    const answer = await ask("/disruptions/new/preview");
    impact.innerHTML = answer ? answer.html : "";
    impact.removeAttribute("aria-busy");
    impact.scrollIntoView({ block: "nearest" });
  }
  form.querySelector("[data-preview]").addEventListener("click", estimate);
  form.querySelector("[data-check]").addEventListener("click", (event) => {
    event.preventDefault();
    look().then(() => box.scrollIntoView({ block: "nearest" }));
  });
  if (form.elements.title.value.trim()) later();
})();
