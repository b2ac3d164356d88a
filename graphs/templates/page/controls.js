// Views, search, filters and the choice of what is shown.

const phone = matchMedia("(max-width: 760px)");

function option(value, text) {
  const found = make("option", "", text.slice(0, 90));
  found.value = value;
  return found;
}

function fillControls() {
  const opened = (prefix) => data.views.filter((one) => one.id.startsWith(prefix)).map((one) => option(one.id, one.name));
  const grouped = (label, options) => {
    const found = make("optgroup", "", ...options);
    found.label = label;
    return found;
  };
  const whole = data.views.filter((one) => one.kind !== "nodes").map((one) => option(one.id, one.name));
  $("view").replaceChildren(grouped("The whole", whole), grouped("One ecosystem", opened("ecosystem:")), grouped("One country", opened("country:")));
  $("country").replaceChildren(option("", "All"), ...data.countries.map(([code, name]) => option(code, name)));
  $("ecosystem").replaceChildren(option("", "All"), ...data.ecosystems.map((name) => option(name, name)));
  $("with").replaceChildren(option("-1", "no other date"), ...days.map((day, i) => option(String(i), dated(day.on))));
  $("day").replaceChildren(...days.map((day, i) => option(String(i), dated(day.on))));
  $("dates").hidden = days.length < 2;
  const names = [...data.ecosystems, ...data.regions, ...data.countries.map(([, name]) => name), ...data.nodes.label];
  $("suggestions").replaceChildren(...[...new Set(names)].slice(0, 4000).map((name) => option(name, "")));
}

function showControls() {
  for (const name of ["view", "country", "ecosystem", "show"]) $(name).value = state[name];
  $("hit").checked = state.hit;
  $("day").value = String(state.day);
  $("with").value = String(state.with);
  const offered = choices(state.day);
  for (const name of ["kind", "state", "stage"]) {
    $(name).replaceChildren(option("", "All"), ...offered[name].map((value) => option(value, value)));
    $(name).value = state[name];
  }
  const causes = days[state.day].causes;
  $("disruption").replaceChildren(option("", "All"), ...causes.map((cause) => option(cause.id, `${cause.id} ${cause.title}`)));
  $("disruption").value = state.disruption;
  const set = ["country", "ecosystem", "hit", "kind", "state", "stage", "disruption"].filter((name) => state[name]);
  $("filters-set").textContent = set.length ? `(${set.length} set)` : "";
  $("clear").hidden = !set.length;
  $("back").hidden = state.view === INITIAL.view;
  document.querySelector("h1").textContent = `Europe's value chains on ${dated(days[state.day].on)}`;
  $("lead").textContent = days[state.day].lead + besides();
  document.title = document.querySelector("h1").textContent;
  showCaption();
  showLegend();
}

// The sentence is about the day as a whole: whether something narrower is on the screen.
function besides() {
  const less = [...narrowed(), ...(state.with >= 0 ? [`change since ${dated(days[state.with].on)}`] : [])];
  return less.length ? ` (That is of all disruptions. Shown below: ${less.join("; ")}.)` : "";
}

function showCaption() {
  const { id, kind, name } = views.get(state.view);
  const known = links[kind];
  const threshold = known.log10_alpha === null ? "" : ` that stand out (disparity filter, α < ${power(known.log10_alpha)})`;
  const words = {
    chain: "Ecosystems from upstream (left) to downstream (right), by parts of the world.",
    map: "Countries where they lie; the Americas to the left, others outside Europe to the right.",
  };
  const partners = "with the strongest suppliers from outside to the left and buyers to the right.";
  const opened = id.startsWith("country:") ? `Industries of ${name} from upstream to downstream, a row for each ecosystem, ${partners}` : `Industries in ${name}, by country, ${partners}`;
  $("caption").textContent = `${words[id] ?? opened} Links: of ${thousands(String(known.of))} flows only those${threshold} and the strongest of each${edges.some(({ place }) => place >= known.flow.length) ? ", with those most disrupted" : ""}${weaker ? `; ${weaker} of the weaker are left out here` : ""}.`;
  if (!items.length) $("caption").textContent = `${name}: nothing here has any output.`;
}

function power(log) {
  if (log > -3) return (10 ** log).toPrecision(2);
  const whole = Math.floor(log);
  const raised = String(-whole).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return `${(10 ** (log - whole)).toFixed(0)} × 10⁻${raised}`;
}

function showLegend() {
  const { heading, rows } = legend();
  const row = ([colour, text]) => {
    const mark = make("i", "dot");
    mark.style.background = colour === "none" ? "transparent" : `var(--${colour})`;
    mark.style.borderWidth = `${rimOf(colour)}px`;
    return make("li", "", mark, text);
  };
  $("figure-said").textContent = `figure at a mark: ${state.with >= 0 ? "the change" : state.show === "score" ? "the score" : "% of output lost"}`;
  $("border-said").textContent = `thicker border: ${state.with >= 0 ? "larger change" : "worse"}`;
  $("levels-heading").textContent = heading;
  $("levels").replaceChildren(...rows.map(row));
}

// ---- search ------------------------------------------------------------------------------------------------------

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

function search(query) {
  const wanted = plain(query);
  if (!wanted) return;
  const words = wanted.split(/\s+/);
  const found = [];
  const look = (id, text, weight) => {
    const whole = plain(text);
    if (!words.every((word) => whole.includes(word))) return;
    found.push({ id, rank: (whole === wanted || whole.split("\n").includes(wanted) ? 0 : whole.startsWith(wanted) ? 1 : 2), weight });
  };
  look("eu", "The European Union\nEU\nEU27", 1e10);
  data.ecosystems.forEach((name) => look(`ecosystem:${name}`, name, 1e9));
  data.countries.forEach(([code, name]) => look(`country:${code}`, `${name}\n${code}`, 1e8));
  data.regions.forEach((name) => look(`region:${name}`, name, 1e7));
  data.industries.forEach(([code, name]) => thing(`industry:${code}`).nodes.length && look(`industry:${code}`, `${name} (EU)\n${code}`, 1e6));
  data.nodes.key.forEach((key, node) => look(`node:${key}`, `${data.nodes.label[node]}\n${key}`, output[node]));
  found.sort((a, b) => a.rank - b.rank || b.weight - a.weight);
  if (!found.length) return report(`Nothing here is called “${query.trim().slice(0, 60)}”.`);
  pick(found[0].id, { show: true, focus: phone.matches }); // on a phone what is found stands far below
  if (found.length > 1 && found[0].rank) report(`${found.length} match; this is ${thing(found[0].id).name.slice(0, 60)}, the largest.`);
}

function filter(change) {
  set(change);
  const found = measure(thing("eu"), through());
  report(`${shownSaid()}${found ? `; the EU loses ${percent(found.loss)}` : ""}.`);
}

function shownSaid() {
  const kept = items.filter((item) => item.seen && isShown(item.seen)).length;
  return `${kept === items.length ? "All" : `${kept} of`} ${items.length} shown`;
}

function listenToControls() {
  $("controls").addEventListener("submit", (event) => {
    event.preventDefault();
    search($("search").value);
  });
  $("search").addEventListener("input", (event) => {
    const typed = event.inputType && event.inputType !== "insertReplacementText";
    if (!typed) search($("search").value); // chosen from the list
  });
  $("view").addEventListener("change", () => set({ view: $("view").value, selected: thing($("view").value) ? $("view").value : "" }));
  $("show").addEventListener("change", () => set({ show: $("show").value }));
  for (const name of ["country", "ecosystem", "kind", "state", "stage", "disruption"]) {
    $(name).addEventListener("change", () => filter({ [name]: $(name).value }));
  }
  $("hit").addEventListener("change", () => filter({ hit: $("hit").checked }));
  $("day").addEventListener("change", () => set({ day: Number($("day").value), week: null }));
  $("with").addEventListener("change", () => set({ with: Number($("with").value) }));
  $("clear").addEventListener("click", () => {
    filter({ country: "", ecosystem: "", hit: false, kind: "", state: "", stage: "", disruption: "" });
    $("filters").querySelector("summary").focus();
  });
  $("back").addEventListener("click", () => {
    back();
    chart.focus({ preventScroll: true });
  });
  for (const menu of document.querySelectorAll(".menu")) listenToMenu(menu);
  $("zoom-in").addEventListener("click", () => zoom(1.3));
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
  $("fit").addEventListener("click", fit);
}

// ---- menus -------------------------------------------------------------------------------------------------------

// A menu opens within the page and closes on Escape, when another opens, and when one goes on elsewhere.
function listenToMenu(menu) {
  const outside = ({ target }) => {
    if (menu.open && !menu.contains(target)) menu.open = false;
  };
  menu.addEventListener("toggle", () => {
    const box = menu.querySelector("div");
    box.style.left = "";
    const beyond = box.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
    if (beyond > 0) box.style.left = `${box.offsetLeft - beyond}px`;
  });
  document.addEventListener("pointerdown", outside);
  document.addEventListener("focusin", outside);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    event.preventDefault();
    shut(menu);
  }, { capture: true });
}

function shut(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}
