// Pieces of the page. Text reaches it by textContent alone, never as HTML.

function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content.length && content.every((part) => typeof part === "string")) element.dir = "auto";
  element.append(...content);
  return element;
}

function pressed(className, action, ...content) {
  const button = make("button", className, ...content);
  button.type = "button";
  button.addEventListener("click", action);
  return button;
}

// A range with a point in it, between 0 and most.
function rangeBar(low, value, high, most) {
  const place = (at) => `${Math.max(0, Math.min(100, (100 * at) / most))}%`;
  const range = make("i", "");
  range.style.left = place(low);
  range.style.width = `${Math.max(0, Math.min(100, (100 * (high - low)) / most))}%`;
  const point = make("b", "");
  point.style.left = place(value);
  const bar = make("span", "range", range, point);
  bar.setAttribute("aria-hidden", "true");
  return bar;
}

// Fill a place anew; what the reader has opened in it stays open, and what has the focus keeps it.
// Both are known by data-at, the second of two alike as the second.
function refill(place, ...content) {
  const alike = (at) => Array.from(place.querySelectorAll("[data-at]")).filter((one) => one.dataset.at === at);
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const at = focused?.dataset.at;
  const turn = alike(at).indexOf(focused);
  const open = new Set(Array.from(place.querySelectorAll("details[open]"), (one) => one.dataset.at));
  place.replaceChildren(...content);
  for (const one of place.querySelectorAll("details")) one.open = open.has(one.dataset.at);
  if (focused && focused !== place) (alike(at)[turn] ?? place.querySelector(".name") ?? place).focus({ preventScroll: true });
}

// One line of a list that selects a thing: its name, figures, and a mark in its colour.
function line(one, figures, { colour = "", dashed = false } = {}) {
  const mark = make("i", "mark");
  if (colour) mark.style.background = colour;
  const button = pressed(dashed ? "line cut" : "line", () => pick(one.id, { focus: true }), mark, make("span", "", one.name), make("em", "", figures));
  button.dataset.at = one.id;
  return make("li", "", button);
}

function list(heading, items, note = "") {
  if (!items.length) return [];
  return [make("h2", "", heading), ...(note ? [make("p", "hint", note)] : []), make("ul", "lines", ...items)];
}

function facts(rows) {
  const found = make("dl", "");
  for (const [term, ...value] of rows) found.append(make("dt", "", term), make("dd", "", ...value));
  return found;
}

// A link to a source: only addresses of the web, and nothing of this page goes with it.
function source(address) {
  if (!/^https?:\/\//i.test(address)) return make("span", "", address);
  const link = make("a", "", address.replace(/^https?:\/\/(www\.)?/i, "").slice(0, 70));
  link.href = address;
  link.rel = "noopener noreferrer";
  link.target = "_blank";
  link.title = address;
  return link;
}

function report(text) {
  $("status").textContent = text;
}
