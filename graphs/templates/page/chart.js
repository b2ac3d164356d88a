// The chart: one view drawn by vis-network, with names at its edges and figures beside its marks.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let view = views.get(state.view);
let items = []; // what stands in the view: {id, thing, x, y, size, ...how it looks}
let byId = new Map(); // the same by id of the thing
let edges = []; // the links between them
let pointed = null; // the item under the pointer
let touched = false; // the pointer is a finger
let moved = false; // the reader has panned or zoomed: a resize then leaves the view alone
let network = null;
let shownNodes = null;
let shownEdges = null;
let bounds = { left: 0, right: 1, top: 0, bottom: 1 };

function draw() {
  [pointed, $("tip").hidden] = [null, true];
  view = views.get(state.view);
  layOut();
  look();
  shownNodes = new vis.DataSet(untold(items, asNode));
  shownEdges = new vis.DataSet(untold(edges, asEdge));
  if (network) network.setData({ nodes: shownNodes, edges: shownEdges });
  else {
    network = new vis.Network(chart, { nodes: shownNodes, edges: shownEdges }, data.network.options);
    chart.firstElementChild.tabIndex = -1; // the chart itself is the tab stop
    network.on("beforeDrawing", drawUnder);
    network.on("afterDrawing", drawOver);
    listen();
  }
  fit();
}

// Another date has other disrupted links; the rest stays where it is.
function redate() {
  layOut();
  look();
  shownNodes.update(untold(items, asNode));
  shownEdges.clear();
  shownEdges.add(untold(edges, asEdge));
}

// Where everything stands, and what joins it.
function layOut() {
  const kind = view.kind;
  const pixel = Math.round; // vis-network knows no other pixels
  items = Array.from(view.items, (place, id) => ({ id, place, thing: drawn(kind, place), x: pixel(view.x[id]), y: pixel(view.y[id]), partner: id >= view.inside }));
  byId = new Map(items.map((item) => [item.thing.id, item]));
  const at = new Map(items.map((item) => [item.place, item]));
  edges = linksAmong(at, kind, state.day);
  pointed = null;
  const [xs, ys] = items.length ? [items.map((item) => item.x), items.map((item) => item.y)] : [[0], [0]];
  bounds = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function look() {
  const [now, then] = [through(), state.with >= 0 ? through(state.with, null) : null];
  for (const item of items) item.seen = seen(item.thing, now, then);
  const largest = Math.max(...items.map((item) => item.seen?.output ?? 0));
  for (const item of items) item.size = item.seen ? radius(item.seen.output, largest, view.kind, item.seen.direct) : 4;
}

function refresh() {
  look();
  const told = [...shownNodes.update(untold(items, asNode)), ...shownEdges.update(untold(edges, asEdge))];
  if (!told.length) network.redraw();
}

// What looks otherwise than when vis-network was last told; it draws everything anew for each update.
function untold(all, as) {
  return all.flatMap((one) => {
    const found = as(one);
    const text = JSON.stringify(found);
    if (one.told === text) return [];
    one.told = text;
    return [found];
  });
}

// Whether an item is what is selected, or a part of it.
function belongs(item, one) {
  if (item.thing === one) return true;
  const { thing: other } = item;
  if (other.kind === "group") {
    const [ecosystem, region] = halves(other.key);
    return (one.kind === "ecosystem" && one.key === ecosystem) || (one.kind === "region" && one.key === region) || (one.kind === "eu" && region.endsWith("EU"));
  }
  const node = other.nodes[0];
  const [code, , region, eu] = data.countries[data.nodes.country[node]];
  if (one.kind === "eu") return eu;
  if (one.kind === "region") return one.key === region;
  if (one.kind === "country") return one.key === code;
  if (other.kind !== "node") return false;
  if (one.kind === "industry") return data.industries[data.nodes.industry[node]][0] === one.key;
  if (one.kind === "ecosystem") return ecosystemShare(node, data.ecosystems.indexOf(one.key)) > 0;
  return false;
}

function spotlight() {
  const one = state.selected && state.selected !== view.id && thing(state.selected); // what a view is of is all of it
  if (!one) return null;
  const chosen = new Set(items.filter((item) => belongs(item, one)));
  if (!chosen.size) return null;
  const around = new Set(chosen);
  if (byId.has(one.id)) for (const { from, to } of edges) if (chosen.has(from) || chosen.has(to)) around.add(from).add(to);
  return { chosen, around, single: byId.has(one.id) };
}

let light = null;

function asNode(item) {
  if (item.id === 0) light = spotlight();
  const { seen: found } = item;
  const hidden = !found || !(isShown(found) || light?.around.has(item));
  if (hidden) return { id: item.id, x: item.x, y: item.y, size: 4, hidden: true };
  const rim = rimOf(found.colour);
  return {
    id: item.id,
    x: item.x,
    y: item.y,
    size: item.size,
    hidden: false,
    shape: found.direct ? "diamond" : "dot",
    opacity: light && !light.around.has(item) ? 0.25 : 1,
    borderWidth: Math.min(rim, 0.4 * item.size * fitting()), // the colour of a small mark must still be seen
    color: { background: colourOf(found.colour), border: rim > 1.5 ? theme.ink : theme.rim },
  };
}

function asEdge(edge) {
  const { from, to } = edge;
  const cut = isCut(edge.place);
  const there = from.seen && to.seen && (light?.around.has(from) || isShown(from.seen)) && (light?.around.has(to) || isShown(to.seen));
  const largest = edges[0].flow;
  const found = { id: edge.id, from: from.id, to: to.id, hidden: !there, width: 0.6 + 6 * Math.sqrt(edge.flow / largest), dashes: cut ? [7, 5] : false, smooth: arc(from, to), arrows: "" };
  const colour = cut ? theme.cut : theme.rim;
  if (!light) return { ...found, color: { color: colour, opacity: cut ? 0.8 : 0.26 } };
  if (light.single && light.chosen.has(to)) return { ...found, arrows: "to", color: { color: theme.supplier, opacity: 0.85 } };
  if (light.single && light.chosen.has(from)) return { ...found, arrows: "to", color: { color: theme.buyer, opacity: 0.85 } };
  const near = light.chosen.has(from) && light.chosen.has(to);
  return { ...found, hidden: !there || light.single, color: { color: colour, opacity: near ? 0.4 : 0.07 } };
}

// A flat arc within a row or a column, where straight links would cover each other.
function arc(from, to) {
  const [across, down] = [Math.abs(from.x - to.x), Math.abs(from.y - to.y)];
  if (across > 0 === down > 0) return false;
  return { enabled: true, type: "curvedCW", roundness: Math.min(0.4, 1 / (0.3 * Math.sqrt(across + down))) };
}

// ---- where one looks ---------------------------------------------------------------------------------------------

// Move the view so that the world's (x, y) lies at (px, py) of the chart.
function aim(x, y, px, py, scale, animation = false) {
  const position = { x: x + (chart.clientWidth / 2 - px) / scale, y: y + (chart.clientHeight / 2 - py) / scale };
  network.moveTo({ position, scale, animation });
}

// The room for a view in pixels of the screen, and how much it takes at scale 1.
function room() {
  const band = bands(view);
  const [width, height] = [bounds.right - bounds.left + 100, bounds.bottom - bounds.top + 84];
  return { band, width, height, freeWidth: chart.clientWidth - band.left - band.right, freeHeight: chart.clientHeight - band.top - 6 };
}

// The scale at which the whole is seen, unless rows or columns would be too close to be told apart: then the least at
// which they can be.
function fitting() {
  const { band, width, height, freeWidth, freeHeight } = room();
  const close = Math.min(spacing(view.rows, (at) => at) / 17, spacing(view.columns, (at) => at) / (band.small ? 34 : 15));
  const readable = Number.isFinite(close) ? 1 / close : 0.25;
  const whole = band.small && band.top ? freeHeight / height : Math.min(freeWidth / width, freeHeight / height);
  return Math.min(1.25, Math.max(readable, whole));
}

function fit() {
  const [{ band, width, freeWidth }, scale] = [room(), fitting()];
  const spare = Math.max(0, (freeWidth - width * scale) / 2) * (band.top ? 0.6 : 1);
  aim(bounds.left - 56, bounds.top - 36, band.left + spare, band.top + 2, scale);
  moved = false;
}

function zoom(factor) {
  const scale = Math.min(6, Math.max(0.1, network.getScale() * factor));
  const still = byId.get(state.selected) ?? network.getViewPosition(); // stays where it is on the screen
  const at = network.canvasToDOM(still);
  aim(still.x, still.y, at.x, at.y, scale, motion(150));
  moved = true;
}

function reveal(item) {
  const band = bands(view);
  const at = network.canvasToDOM(item);
  const inside = at.x > band.left + 8 && at.x < chart.clientWidth - 16 && at.y > band.top + 8 && at.y < chart.clientHeight - 16;
  if (inside) return;
  aim(item.x, item.y, (band.left + chart.clientWidth) / 2, (band.top + chart.clientHeight) / 2, network.getScale(), motion(300));
  moved = true;
}

function motion(duration) {
  return calm.matches ? false : { duration, easingFunction: "easeOutQuad" };
}

// The item at this point of the chart, or within so many pixels of it.
function nearest(at, slack) {
  const band = bands(view);
  if (at.x < band.left || at.y < band.top) return null;
  const world = network.DOMtoCanvas(at);
  const reachable = slack / network.getScale();
  let [best, least] = [null, Infinity];
  for (const item of items) {
    const distance = Math.hypot(item.x - world.x, item.y - world.y);
    if (distance >= least || distance > Math.max(item.size, reachable) || !item.seen || !(isShown(item.seen) || light?.around.has(item))) continue;
    [best, least] = [item, distance];
  }
  return best;
}

// ---- what is drawn under and over the network --------------------------------------------------------------------

function drawUnder(ctx) {
  if (!view.columns.length && !view.rows.length) return;
  ctx.lineWidth = 1 / network.getScale();
  ctx.strokeStyle = theme.grid;
  ctx.beginPath();
  for (const [x] of view.columns) {
    ctx.moveTo(x, bounds.top - 40);
    ctx.lineTo(x, bounds.bottom + 40);
  }
  for (const [y] of view.rows) {
    ctx.moveTo(bounds.left - 40, y);
    ctx.lineTo(bounds.right + 40, y);
  }
  ctx.stroke();
}

// Names and figures keep their size on the screen: they follow the world's places, not its scale.
function drawOver(ctx) {
  const ratio = ctx.canvas.width / ctx.canvas.clientWidth;
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (pointed) ring(ctx, pointed, 1.5);
  const selected = byId.get(state.selected);
  if (selected) ring(ctx, selected, 2.5);
  drawFigures(ctx);
  const active = [state.selected];
  const near = pointed ?? selected;
  if (near?.thing.kind === "group") active.push(...halves(near.thing.key).map((key, i) => `${i ? "region" : "ecosystem"}:${key}`));
  if (near?.thing.kind === "node") active.push(`country:${data.countries[data.nodes.country[near.thing.place]][0]}`, `industry:${data.industries[data.nodes.industry[near.thing.place]][0]}`);
  headers(ctx, view, network, active);
  ctx.restore();
}

function ring(ctx, item, width) {
  const at = network.canvasToDOM(item);
  ctx.lineWidth = width;
  ctx.strokeStyle = theme.accent;
  ctx.beginPath();
  ctx.arc(at.x, at.y, item.size * network.getScale() + 4, 0, 2 * Math.PI);
  ctx.stroke();
}

// The name of an item in full and in short, where columns and rows do not tell it.
function nameIn(item) {
  if (view.kind === "countries") return [item.thing.name, item.thing.key];
  if (!item.partner) return ["", ""];
  const [code] = data.countries[data.nodes.country[item.thing.place]];
  const [short, name] = data.industries[data.nodes.industry[item.thing.place]];
  return [`${name.length > 22 ? `${name.slice(0, 21)}…` : name}, ${code}`, `${short}, ${code}`];
}

// The figure of each item beside it, and its name if need be, as far as they do not cover each other.
function drawFigures(ctx) {
  const scale = network.getScale();
  const tight = view.rows.length > 1 && spacing(view.rows, (at) => at * scale) < 34;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.lineJoin = "round";
  ctx.font = `600 11px ${theme.font}`;
  const there = items.filter(({ seen: found }) => found && isShown(found));
  const taken = there.map((item) => {
    const [at, away] = [network.canvasToDOM(item), 0.8 * item.size * scale];
    return [at.x - away, at.y - away, at.x + away, at.y + away];
  });
  const [leftmost, rightmost] = [bands(view).left + 4, chart.clientWidth - 4];
  const order = [...items].sort((a, b) => (b.thing.id === state.selected) - (a.thing.id === state.selected) || Math.abs(b.seen?.value ?? 0) * b.size - Math.abs(a.seen?.value ?? 0) * a.size);
  for (const item of order) {
    const { seen: found } = item;
    if (!found || !(isShown(found) || light?.around.has(item)) || (light && !light.around.has(item))) continue;
    const at = network.canvasToDOM(item);
    if (at.x < -20 || at.y < -20 || at.x > chart.clientWidth + 20 || at.y > chart.clientHeight + 20) continue;
    const [full, short] = nameIn(item);
    const away = item.size * scale;
    const tries = [full, short, ""].filter((name, i) => name || i === 2).flatMap((name) => {
      const text = name ? `${name} ${found.text}` : found.text;
      const width = ctx.measureText(text).width;
      const [below, above, right] = [[at.x - width / 2, at.y + away + 8], [at.x - width / 2, at.y - away - 8], [at.x + away + 4, at.y]];
      return (tight && !item.partner ? [right, below] : [below, above]).map(([x, y]) => {
        const inside = item.partner ? Math.max(leftmost, Math.min(rightmost - width, x)) : x;
        return { text, x: inside, y, box: [inside, y - 6, inside + width, y + 6] };
      });
    });
    const free = tries.find(({ box }) => !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
    if (!free) continue;
    taken.push(free.box);
    ctx.lineWidth = 3;
    ctx.strokeStyle = theme.paper;
    ctx.strokeText(free.text, free.x, free.y);
    ctx.fillStyle = item.thing.id === state.selected ? theme.accent : theme.ink;
    ctx.fillText(free.text, free.x, free.y);
  }
}

// ---- pointer and keys --------------------------------------------------------------------------------------------

function listen() {
  network.on("click", ({ pointer: { DOM: at } }) => {
    const header = headerAt(at, view, network);
    if (header) return pick(header === state.selected ? "" : header);
    const item = nearest(at, 14);
    pick(item ? item.thing.id : "");
    return touched && item && point(at); // a finger does not hover: what it taps is told
  });
  network.on("doubleClick", ({ pointer: { DOM: at } }) => {
    const item = nearest(at, 14);
    const header = headerAt(at, view, network);
    if (item || header) open(item ? item.thing : thing(header));
  });
  network.on("zoom", () => (moved = true));
  network.on("dragEnd", () => (moved = true));
  network.on("resize", () => requestAnimationFrame(() => moved || fit()));
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    point(event.pointerType === "touch" ? null : { x: event.clientX - box.left, y: event.clientY - box.top });
  });
  chart.addEventListener("pointerdown", ({ pointerType }) => (touched = pointerType === "touch"));
  chart.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || point(null));
  chart.addEventListener("keydown", keyed);
  dark.addEventListener("change", () => {
    theme = readTheme();
    refresh();
    for (const listener of listeners) listener(state);
  });
}

function point(at) {
  const item = at && nearest(at, 7);
  const header = at && !item ? headerAt(at, view, network) : "";
  if (item !== pointed) {
    pointed = item;
    network.redraw();
  }
  chart.style.cursor = item || header ? "pointer" : "";
  const text = item ? hint(item) : header ? [thing(header)?.name ?? "", "Press to see it as a whole"] : [];
  const tip = $("tip");
  tip.hidden = !text.length;
  if (!text.length) return;
  tip.replaceChildren(...text.map((line) => make("p", "", line)));
  const x = at.x + 14 + tip.offsetWidth > chart.clientWidth ? at.x - 14 - tip.offsetWidth : at.x + 14;
  const y = at.y + 14 + tip.offsetHeight > chart.clientHeight ? at.y - 14 - tip.offsetHeight : at.y + 14;
  tip.style.left = `${Math.max(2, x)}px`;
  tip.style.top = `${Math.max(2, y)}px`;
}

function hint({ thing: one, seen: found }) {
  const range = found.low === null ? "" : ` (${percent(found.low)} to ${percent(found.high)})`;
  const lines = [one.name, `${percent(found.loss)} of output lost${range}: ${euros(found.lossMeur)}, estimate`, `Output ${euros(found.output)} a year`];
  if (found.score !== null) lines.push(`Score ${found.score.toFixed(0)} of 100`);
  if (found.direct) lines.push("Directly hit");
  return lines;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const others = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fit, Escape: () => (state.selected ? pick("") : back()), Enter: () => state.selected && open(thing(state.selected)) };
  const action = STEPS[event.key] ? () => step(...STEPS[event.key]) : others[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

// To the nearest item in a direction: far aside counts double.
function step(dx, dy) {
  const here = byId.get(state.selected);
  const there = items.filter((item) => item.seen && isShown(item.seen));
  if (!here) {
    const worst = there.sort((a, b) => b.seen.lossMeur - a.seen.lossMeur)[0];
    return worst && pick(worst.thing.id, { show: true });
  }
  const cost = (item) => {
    const [ahead, aside] = [(item.x - here.x) * dx + (item.y - here.y) * dy, Math.abs((item.x - here.x) * dy) + Math.abs((item.y - here.y) * dx)];
    return ahead > 1 && aside < 2 * ahead ? ahead + 2 * aside : Infinity;
  };
  const best = there.reduce((found, item) => (cost(item) < (found ? cost(found) : Infinity) ? item : found), null);
  if (best && cost(best) < Infinity) pick(best.thing.id, { show: true });
}
