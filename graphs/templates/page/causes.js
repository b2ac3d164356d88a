// The disruptions behind a loss: each with its part in it, its words and its sources.

const SMALL = 0.01; // a smaller part of a loss is told on request

function causesList(one, now) {
  const rows = blamed(one, now);
  if (!rows.length) return [make("h2", "", "Disruptions"), make("p", "hint", now.chosen ? "None in force fits the filters." : "None is in force on this day."), ...gone(now)];
  const all = rows.reduce((sum, { meur }) => sum + meur, 0);
  const items = rows.map(({ cause, meur }) => causeLine(cause, meur, all));
  const large = rows.filter(({ meur }) => all > 0 && meur >= SMALL * all).length || rows.length;
  const parts = [make("h2", "", `Disruptions in force (${rows.length})`), make("p", "hint", "with their part in this loss: an estimate, by what each would cost alone")];
  if (rows.length > 1 && rows[0].meur > all / 2) parts.push(make("p", "hint", `${part(rows[0].meur, all)} of it rests on one record, with ${rows[0].cause.sources.length === 1 ? "one source" : `${rows[0].cause.sources.length} sources`}.`));
  parts.push(make("ul", "lines", ...items.slice(0, large)));
  if (large < rows.length) {
    const rest = make("details", "rest", make("summary", "", `${rows.length - large} more, each under 1 %`), make("ul", "lines", ...items.slice(large)));
    rest.dataset.at = "rest";
    rest.firstElementChild.dataset.at = "summary rest";
    parts.push(rest);
  }
  return [...parts, ...gone(now)];
}

function causeLine(cause, meur, all) {
  const marks = [cause.severity.length ? "" : "severity assumed", state.with >= 0 && !days[state.with].causes.some(({ id }) => id === cause.id) ? `not in force on ${dated(days[state.with].on)}` : ""].filter(Boolean);
  const name = make("span", "", make("span", "title", cause.title), ...(marks.length ? [make("small", "", marks.join("; "))] : []));
  const summary = make("summary", "", name, make("em", "", all > 0.5 ? `${euros(meur)}\n${part(meur, all)}` : "no loss"));
  const details = make("details", "cause", summary, ...said(cause));
  details.dataset.at = cause.id;
  summary.dataset.at = `summary ${cause.id}`;
  return make("li", "", details);
}

const part = (meur, all) => (all > 0 ? (meur < SMALL * all ? "< 1 %" : `${Math.round((100 * meur) / all)} %`) : "");

// What was in force on the date compared with, and is not on this one.
function gone({ day }) {
  if (state.with < 0) return [];
  const here = new Set(days[day].causes.map((cause) => cause.id));
  const items = days[state.with].causes.filter((cause) => !here.has(cause.id)).map((cause) => make("li", "", cause.title));
  return items.length ? [make("h2", "", `In force on ${dated(days[state.with].on)}, not on ${dated(days[day].on)}`), make("ul", "lines", ...items)] : [];
}

const STATES = { reported: "reported, not yet verified by a second person", verified: "verified by a second person", resolved: "resolved: it is over" };
const KINDS = { supply: "cuts supply: less can be made", demand: "cuts demand: customers buy less", link: "cuts a link: sales from one place to another" };

function said(cause) {
  const severity = cause.severity.map((share) => `${+(100 * share).toFixed(1)}`).join("–");
  const rows = [["Where", cause.places.join(", ")], ["When", `${dated(cause.start)} to ${cause.end ? dated(cause.end) : "a day not known"}`], ["What", KINDS[cause.kind] ?? cause.kind]];
  rows.push(["How much", severity ? `${severity} %` : "not stated: assumed, see below"]);
  if (cause.stages.length) rows.push(["Stage", cause.stages.join(", ")]);
  if (cause.cause) rows.push(["Cause", cause.cause]);
  if (cause.figures) rows.push(["Published", cause.figures]);
  if (cause.assumed.length) rows.push(["Assumed", cause.assumed.join("; ")]);
  rows.push(["State", `${STATES[cause.state] ?? cause.state} (record ${cause.id})`]);
  rows.push(["Sources", ...(cause.sources.length ? cause.sources.map((address) => make("div", "", source(address))) : ["none given"])]);
  const only = state.disruption === cause.id;
  const button = pressed("small", () => set({ disruption: only ? "" : cause.id }), only ? "Show all disruptions" : "Show its part alone");
  button.dataset.at = `only ${cause.id}`;
  return [facts(rows), button];
}
