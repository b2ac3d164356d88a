// The panel: what is told of what is selected; of Europe as a whole while nothing is.

const WORST = 5;
let shownInPanel = "";

// Select a thing by its id, "" for nothing; a node that is not in view is looked for in its country.
function pick(id, { show = false, focus = false } = {}) {
  const one = id ? thing(id) : null;
  const elsewhere = one?.kind === "node" && !byId.has(id);
  const view = elsewhere ? `country:${data.countries[data.nodes.country[one.place]][0]}` : state.view;
  set({ selected: one ? one.id : "", view });
  const item = one && byId.get(one.id);
  if (item && (show || focus || elsewhere)) reveal(item);
  const found = one && measure(one, through());
  report(one ? `Selected: ${one.name.slice(0, 90)}${found ? `, ${percent(found.loss)} of output lost` : ""}.` : "");
  if (one && focus) $("panel").querySelector(".name").focus({ preventScroll: !phone.matches });
}

// Open an ecosystem or a country; what lies in one opens the one it lies in.
function open(one) {
  const view = opens(one);
  if (view && view !== state.view) set({ view, selected: one.kind === "node" ? one.id : view });
}

function opens(one) {
  if (one.kind === "ecosystem" || one.kind === "country") return one.id;
  if (one.kind === "group") return `ecosystem:${halves(one.key)[0]}`;
  if (one.kind === "node") return `country:${data.countries[data.nodes.country[one.place]][0]}`;
  return "";
}

const back = () => state.view !== INITIAL.view && set({ view: INITIAL.view });

// What is looked at: what is selected, else what the view is of; null for the whole.
const lookedAt = () => thing(state.selected || state.view);

function fillPanel() {
  const one = lookedAt();
  refill($("panel"), ...(one ? about(one) : overview()));
  if (shownInPanel !== (one?.id ?? "")) $("panel").scrollTop = 0;
  shownInPanel = one?.id ?? "";
}

// ---- nothing selected: where it hurts ----------------------------------------------------------------------------

function overview() {
  const now = through();
  const eu = thing("eu");
  const found = measure(eu, now);
  const parts = [make("h2", "name", scopeName())];
  parts[0].tabIndex = -1;
  if (found) parts.push(facts(figures(eu, found, now)));
  const ecosystems = ranked(data.ecosystems.map((name) => thing(`ecosystem:${name}`)), now);
  const countries = ranked(data.countries.filter(([, , , eu]) => eu).map(([code]) => thing(`country:${code}`)), now);
  if (!state.ecosystem) parts.push(...worst("Ecosystems hit hardest, EU", ecosystems, "by share of their output lost"));
  if (!state.country) parts.push(...worst("EU countries that lose most", countries.sort((a, b) => b.found.lossMeur - a.found.lossMeur), "in euro"));
  parts.push(...causesList(eu, now));
  return parts;
}

function scopeName() {
  const where = state.country ? data.countries.find(([code]) => code === state.country)[1] : "European Union";
  return state.ecosystem ? `${state.ecosystem}, ${where}` : where;
}

function ranked(all, now) {
  const found = all.filter(Boolean).map((one) => ({ one, found: measure(one, now) })).filter((row) => row.found && row.found.output > 0);
  return found.sort((a, b) => b.found.loss - a.found.loss);
}

function worst(heading, rows, note) {
  const some = rows.filter(({ found }) => found.lossMeur >= 0.5).slice(0, WORST);
  return list(heading, some.map(({ one, found }) => line(one, `${percent(found.loss)}\n${euros(found.lossMeur)}`, { colour: `var(--loss${levelOf(found.loss)})` })), note);
}

// ---- something selected ------------------------------------------------------------------------------------------

function about(one) {
  const now = through();
  const found = measure(one, now);
  const name = make("h2", "name", one.name);
  name.tabIndex = -1;
  const close = pressed("close", () => leave(), "×");
  close.setAttribute("aria-label", "Close");
  const parts = state.selected ? [close, name] : [name];
  if (one.kind === "node") parts.push(make("p", "key", one.key));
  const view = opens(one);
  if (view && view !== state.view) parts.push(pressed("go", () => open(one), `Open ${views.get(view).name}: ${one.kind === "country" || one.kind === "node" ? "industries and partners" : "industries by country"}`));
  if (!found) return [...parts, make("p", "hint", "Not counted under the filters that are set.")];
  parts.push(facts(figures(one, found, now)));
  parts.push(...causesList(one, now));
  parts.push(...insideOf(one, now));
  parts.push(...traded(one));
  parts.push(...why(one));
  return parts;
}

function figures(one, found, now) {
  const when = now.week === null ? `over ${now.shown.horizon} weeks` : `in the week of ${dated(weekBegins(now.day, now.week))}`;
  const range = found.low === null ? "" : ` (${percent(found.low)} to ${percent(found.high)})`;
  const rows = [["Loses", make("strong", "", percent(found.loss)), `${range} of output ${when}`]];
  const spread = found.low === null ? "" : ` (${euros(found.lowMeur)} to ${euros(found.highMeur)})`;
  rows.push(["That is", `${euros(found.lossMeur)}${spread}, estimate`]);
  if (found.low !== null) rows.at(-1).push(rangeBar(found.low, found.loss, found.high, Math.max(0.05, 1.1 * found.high)));
  const then = state.with >= 0 && measure(one, through(state.with, null));
  if (then) rows.push([`Since ${days[state.with].on}`, `${signed(100 * (found.loss - then.loss), 1)} points of output (was ${percent(then.loss)})`]);
  const scored = told(one, now.day);
  const narrowed = state.country || state.ecosystem;
  if (scored && !narrowed) {
    const [score, low, high, rank] = scored;
    const before = state.with >= 0 && told(one, state.with);
    const change = before ? `, ${signed(score - before[0], 1)} since ${days[state.with].on}` : "";
    const place = rank ? `, ${ordinal(rank[0])} of ${rankedAmong(one, now.day)} (${rank[1]}–${rank[2]})` : "";
    rows.push(["Score", make("strong", "", score.toFixed(0)), ` of 100 (${low.toFixed(0)} to ${high.toFixed(0)})${place}${change}`, rangeBar(low, score, high, 100)]);
  } else if (found.score !== null) rows.push(["Score", make("strong", "", found.score.toFixed(0)), " of 100, mean of its industries"]);
  else if (!narrowed) rows.push(["Score", "none: scores are of the EU27"]);
  rows.push(["Output", `${euros(found.output)} a year`]);
  if (found.direct) rows.push(["Hit", one.kind === "node" ? "directly: a disruption cuts it at first hand" : "directly, in at least half of its output"]);
  return rows;
}

function ordinal(rank) {
  const end = rank % 100 > 10 && rank % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][rank % 10] ?? "th";
  return `${rank}${end}`;
}

const rankedAmong = (one, day) => Object.keys(days[day].told).filter((key) => key.startsWith(`${one.kind}:`)).length;

// What a thing consists of, what loses most first.
function insideOf(one, now) {
  if (one.kind === "node") return [];
  const sums = (key, ids) => {
    const narrowed = ids.map((id) => ({ id, found: measure(overlap(one, id), now) })).filter(({ found }) => found && found.lossMeur >= 0.5);
    narrowed.sort((a, b) => b.found.lossMeur - a.found.lossMeur);
    return narrowed.slice(0, WORST).map(({ id, found }) => line(thing(id), `${euros(found.lossMeur)}\n${percent(found.loss)}`, { colour: `var(--loss${levelOf(found.loss)})` }));
  };
  const countries = [...new Set(one.nodes.map((node) => data.nodes.country[node]))].map((place) => `country:${data.countries[place][0]}`);
  const parts = [];
  if (countries.length > 1) parts.push(...list("Countries that lose most in it", sums("country", countries)));
  const nodes = one.nodes.length <= 60 ? one.nodes.map((node) => `node:${data.nodes.key[node]}`) : null;
  if (nodes && one.kind !== "industry") parts.push(...list("Industries that lose most in it", sums("node", nodes)));
  else if (one.kind !== "industry") {
    const industries = [...new Set(one.nodes.map((node) => data.nodes.industry[node]))].map((place) => `industry:${data.industries[place][0]}`);
    if (industries.length > 1 && one.nodes.some((node) => inEu[node])) parts.push(...list("Industries that lose most in it", sums("industry", industries)));
  }
  return parts;
}

// The part of one thing that lies in another.
function overlap(one, id) {
  const other = new Map(thing(id).nodes.map((node, i) => [node, thing(id).shares[i]]));
  const [nodes, shares] = [[], []];
  one.nodes.forEach((node, i) => {
    if (other.has(node)) {
      nodes.push(node);
      shares.push(one.shares[i] * Math.min(1, thing(id).kind === "ecosystem" ? other.get(node) : 1));
    }
  });
  return { ...thing(id), nodes, shares, ecosystem: one.ecosystem };
}

function why(one) {
  const scored = told(one, state.day);
  if (!scored) return [];
  const [, , , , reasons] = scored;
  const items = reasons.map(([points, text]) => make("li", "", make("b", "", `−${points.toFixed(1)}`), make("span", "", data.texts[text])));
  return items.length ? [make("h2", "", "Why the score is not 100: the points it loses"), make("ul", "reasons", ...items)] : [];
}

function traded(one) {
  const kind = drawnKind(one);
  if (!kind) return [];
  const found = trade[kind];
  const width = found.supplier.length / found.bought.length;
  const rows = (who, flows, total) => {
    const items = [];
    for (let i = one.place * width; i < (one.place + 1) * width; i += 1) {
      if (who[i] < 0) break;
      const other = drawn(kind, who[i]);
      const loss = measure(other, { ...through(), scope: () => 1 });
      const share = total > 0 ? `, ${percent(flows[i] / total)}` : "";
      items.push(line(other, `${euros(flows[i])}${share}\n${loss ? `loses ${percent(loss.loss)}` : ""}`, { colour: loss ? `var(--loss${levelOf(loss.loss)})` : "", dashed: who === found.supplier ? isCutBetween(kind, who[i], one.place) : isCutBetween(kind, one.place, who[i]) }));
    }
    return items;
  };
  return [
    ...list("Strongest suppliers", rows(found.supplier, found.supplied, found.bought[one.place]), "a year, share of all inputs"),
    ...list("Strongest buyers", rows(found.buyer, found.soldTo, found.sold[one.place]), "a year, share of all sales to industries"),
  ];
}

// Escape in the panel closes it.
function listenToPanel() {
  $("panel").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.selected) leave();
  });
}

function leave() {
  const inPanel = $("panel").contains(document.activeElement);
  pick("");
  if (inPanel) chart.focus({ preventScroll: true });
}
