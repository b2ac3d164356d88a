// What is looked at and how: one value, kept in the fragment of the address, changed by set() alone.

const INITIAL = {
  view: data.views[0].id, // id of a view
  day: 0, // position of the date
  with: $("other-with")?.value ? days.length - 1 : -1, // position of the date it is compared with, -1 for none
  show: "loss", // or "score"
  week: null, // position of a week of the wave, null for the whole horizon
  country: "", // code: count nothing else
  ecosystem: "", // name: count nothing else
  hit: false, // hide what is not hit
  kind: "", // of disruptions
  state: "",
  stage: "",
  disruption: "", // id of the only one that counts
  selected: "", // id of a thing
};
let state = { ...INITIAL };
const listeners = [];
const onChange = (listener) => listeners.push(listener);

// Change something; listeners are told what was before. A change of view can be gone back on.
function set(change, { remember = true } = {}) {
  const before = state;
  state = sound({ ...state, ...change });
  if (remember) write(state.view !== before.view);
  for (const listener of listeners) listener(before);
}

// A state in which everything exists and nothing contradicts.
function sound(wanted) {
  const found = { ...wanted };
  if (!views.has(found.view)) found.view = INITIAL.view;
  if (!days[found.day]) found.day = 0;
  if (!days[found.with] || found.with === found.day) found.with = -1;
  if (found.show !== "score") found.show = "loss";
  if (found.week !== null && !(found.week >= 0 && found.week < days[found.day].weeks)) found.week = null;
  if (found.with >= 0 || found.show === "score") found.week = null;
  if (!data.countries.some(([code]) => code === found.country)) found.country = "";
  if (!data.ecosystems.includes(found.ecosystem)) found.ecosystem = "";
  for (const [name, values] of Object.entries(choices(found.day))) if (!values.includes(found[name])) found[name] = "";
  if (found.selected && !thing(found.selected)) found.selected = "";
  return found;
}

// What the filters of disruptions offer on a day.
function choices(day) {
  const causes = days[day].causes;
  const distinct = (values) => [...new Set(values)].sort();
  return {
    kind: distinct(causes.map((cause) => cause.kind)),
    state: distinct(causes.map((cause) => cause.state)),
    stage: distinct(causes.flatMap((cause) => (cause.stages.length ? cause.stages : ["not stated"]))),
    disruption: causes.map((cause) => cause.id),
  };
}

// Positions of the disruptions that count under the filters; null if all do.
function counted(day, { kind, state: review, stage, disruption }) {
  if (!kind && !review && !stage && !disruption) return null;
  const fits = (cause) =>
    (!kind || cause.kind === kind) &&
    (!review || cause.state === review) &&
    (!stage || (stage === "not stated" ? !cause.stages.length : cause.stages.includes(stage))) &&
    (!disruption || cause.id === disruption);
  return days[day].causes.flatMap((cause, place) => (fits(cause) ? [place] : []));
}

const through = (day = state.day, week = state.week) => lens({ ...state, day, week, causes: counted(day, state) });

// ---- the fragment ------------------------------------------------------------------------------------------------

function write(forward) {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (name === "day") {
      if (value !== 0) words.set("on", days[value].on);
    } else if (name === "with") {
      if (value !== INITIAL.with) words.set("with", value < 0 ? "none" : days[value].on);
    } else if (value !== INITIAL[name]) words.set(name, value === true ? "1" : String(value));
  }
  const text = words.toString();
  try {
    const address = text ? `#${text}` : location.pathname + location.search;
    if (forward) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  } catch {
    // a viewer that forbids it: the page works without
  }
}

function read() {
  const text = location.hash.slice(1);
  if (text && !text.includes("=")) return node(text);
  const words = new URLSearchParams(text);
  const found = { ...INITIAL };
  for (const [name, value] of words) {
    if (name === "on") found.day = days.findIndex((day) => day.on === value);
    else if (name === "with") found.with = days.findIndex((day) => day.on === value);
    else if (name === "week") found.week = /^\d{1,3}$/.test(value) ? Number(value) : null;
    else if (name === "hit") found.hit = value === "1";
    else if (Object.hasOwn(INITIAL, name) && name !== "day") found[name] = value;
  }
  return found;
}

// The bare key of a node, such as #DE_C29: it is shown in its country.
function node(text) {
  let key = text;
  try {
    key = decodeURIComponent(text);
  } catch {
    // not ours: look for it as it stands
  }
  const found = thing(`node:${key}`);
  if (!found) return { ...INITIAL };
  return { ...INITIAL, view: `country:${data.countries[data.nodes.country[found.place]][0]}`, selected: found.id };
}
