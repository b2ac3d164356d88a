// How a thing looks: its colour, border, shape, size and the figure beside it. Never by colour alone.

const dark = matchMedia("(prefers-color-scheme: dark)");
let theme = readTheme();

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "muted", "accent", "line", "grid", "rim", "cut", "supplier", "buyer"];
  for (let level = 0; level < 6; level += 1) names.push(`loss${level}`, `score${level}`);
  for (let level = 0; level < 7; level += 1) names.push(`change${level}`);
  const colours = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return { ...Object.fromEntries(colours), font: getComputedStyle(document.body).fontFamily };
}

const CHANGE_BREAKS = [0.1, 1, 5]; // percentage points of output, or points of the score

// What the state shows of a thing: the measures of the day, of the other date if two are compared, and how it looks.
function seen(one, now = through(), then = state.with >= 0 ? through(state.with, null) : null) {
  const here = measure(one, now);
  if (!here) return null;
  const before = then && measure(one, then);
  const found = { ...here, thing: one, before };
  if (before) return { ...found, ...changed(here, before) };
  if (state.show === "score") {
    if (here.score === null) return { ...found, text: "–", colour: "none" };
    const level = data.score_breaks.filter((least) => here.score < least).length;
    return { ...found, text: here.score.toFixed(0), value: here.score, colour: `score${level}` };
  }
  return { ...found, text: brief(here.loss), value: here.loss, colour: `loss${levelOf(here.loss)}` };
}

// The change from the other date to this one; worse is warm, better is cold.
function changed(here, before) {
  const score = state.show === "score";
  if (score && (here.score === null || before.score === null)) return { text: "–", colour: "none" };
  const value = score ? here.score - before.score : 100 * (here.loss - before.loss);
  const size = CHANGE_BREAKS.filter((least) => Math.abs(value) > least).length;
  const worse = score ? value < 0 : value > 0;
  return { text: signed(value, 1), value, colour: `change${3 + (worse ? size : -size)}` };
}

// A share in the few letters that fit under a mark.
function brief(share) {
  const value = 100 * share;
  if (value < 0.05) return value < -0.05 ? `−${(-value).toFixed(value > -9.95 ? 1 : 0)}` : "0";
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

const isShown = (found) => !state.hit || found.direct || levelOf(Math.abs(found.loss)) >= data.hit_level;

// Volume follows output, as of a ball; what is nearly nothing can still be seen and pressed.
const LARGEST = { groups: 30, countries: 40, nodes: 28 };
const LEAST = { groups: 5, countries: 5, nodes: 10 };
function radius(made, largest, kind, direct) {
  const size = Math.max(LEAST[kind], LARGEST[kind] * Math.cbrt(largest > 0 ? made / largest : 0));
  return direct ? size * 1.2 : size; // the corners of a diamond take the space
}

// How thick the border of a level is: the worse, or the larger a change, the thicker.
function rimOf(colour) {
  if (colour === "none") return 1;
  const level = Number(colour.at(-1));
  return 0.8 + (colour.startsWith("change") ? Math.abs(level - 3) : 0.6 * level);
}

const colourOf = (name) => (name === "none" ? theme.paper : theme[name]);

// What the legend says: a row for each level, the worst last.
function legend() {
  if (state.with >= 0) {
    const unit = state.show === "score" ? "points of the score" : "percentage points of output";
    const [worse, better] = state.show === "score" ? ["down", "up"] : ["more lost", "less lost"];
    const words = [`over 5 ${better}`, `1–5 ${better}`, `0.1–1 ${better}`, "no change over 0.1", `0.1–1 ${worse}`, `1–5 ${worse}`, `over 5 ${worse}`];
    return { heading: `Change since ${dated(days[state.with].on)}, ${unit}`, rows: words.map((text, level) => [`change${level}`, text]) };
  }
  if (state.show === "score") {
    return { heading: "Resilience score, 100 is best", rows: [...data.score_levels.map((text, level) => [`score${level}`, text]), ["none", "none: outside the EU"]] };
  }
  const when = state.week === null ? `in ${days[state.day].horizon} weeks` : "in that week";
  return { heading: `Output lost ${when}`, rows: data.levels.map((text, level) => [`loss${level}`, text]) };
}
