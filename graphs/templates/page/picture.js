// The chart as a picture of its own, in SVG: as it stands on the screen, with its title, its legend and its notes.

const EDGE = 16; // pixels around it

// The picture as SVG, with its size in points: so many for each pixel of the screen.
function picture(points = 1) {
  return whole(() => composed(points));
}

// All of the view is in the picture, unless the reader has moved to a part of it. Done before the browser paints again.
function whole(make) {
  if (moved) return make();
  const [band, scale] = [bands(view), network.getScale()];
  const wide = band.left + band.right + (bounds.right - bounds.left + 76) * scale;
  const high = band.top + 8 + (bounds.bottom - bounds.top + 84) * scale;
  resize(`${Math.max(chart.clientWidth, Math.ceil(wide))}px`, `${Math.max(chart.clientHeight, Math.ceil(high))}px`);
  try {
    return make();
  } finally {
    resize("", "");
  }
}

function resize(width, height) {
  Object.assign(chart.style, { width, height });
  network.redraw();
  fit();
}

function composed(points) {
  const wide = chart.clientWidth;
  const pen = new Pen();
  let down = Math.ceil(heading(pen, wide));
  const drawn = element("g", { transform: `translate(${EDGE} ${down})`, "clip-path": "url(#chart-frame)" }, chartPart());
  const frame = element("clipPath", { id: "chart-frame" }, element("rect", { width: wide, height: chart.clientHeight }));
  down += chart.clientHeight + 22;
  down = key(pen, wide, down);
  down = remarks(pen, wide, down + 6);
  const [width, height] = [wide + 2 * EDGE, Math.ceil(down) + EDGE - 10];
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: width * points, height: height * points, viewBox: `0 0 ${width} ${height}`, role: "img" },
    element("title", {}, xml(document.title)),
    element("desc", {}, xml(sentences().join(" "))),
    element("defs", {}, frame),
    element("rect", { width, height, fill: theme.paper }),
    drawn,
    pen.svg(),
  );
  return { svg: `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n`, width: width * points, height: height * points };
}

// The same as points, two for each pixel of the screen.
async function bitmap() {
  const { svg, width, height } = picture(2);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the browser cannot make a picture of this size"))), "image/png");
  });
}

// ---- words -------------------------------------------------------------------------------------------------------

function heading(pen, wide) {
  let down = block(pen, document.title, wide, EDGE + 14, { weight: 700, size: 18, most: 3 });
  down = block(pen, days[state.day].lead, wide, down, { size: 13, most: 6 });
  return block(pen, sentences().join(" "), wide, down, { size: 13, most: 6, colour: theme.muted });
}

function remarks(pen, wide, down) {
  const notes = Array.from(document.querySelectorAll("footer p"), (note) => note.textContent);
  const rows = [`Estimate. ${$("caption").textContent}`, ...notes];
  return rows.reduce((at, text) => block(pen, text, wide, at, { size: 10.5, most: 8, colour: theme.muted }), down);
}

// A paragraph; returns where the next one begins.
function block(pen, text, wide, down, { weight = 400, size, most, colour = theme.ink }) {
  pen.font = `${weight} ${size}px ${theme.font}`;
  pen.fillStyle = colour;
  const lines = broken(pen, text, wide);
  if (lines.length > most) lines[most - 1] += " …";
  const shown = lines.slice(0, most);
  shown.forEach((line, i) => pen.fillText(line, EDGE, down + 1.35 * size * i));
  return down + 1.35 * size * shown.length + (shown.length ? 3 : 0);
}

// A text in lines of at most this width; a word that is wider is cut short.
function broken(pen, text, wide) {
  const lines = [];
  for (const word of text.slice(0, 2000).split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : "";
    if (longer && pen.measureText(longer).width <= wide) lines[lines.length - 1] = longer;
    else lines.push(shortened(pen, word, wide));
  }
  return lines;
}

// ---- the legend --------------------------------------------------------------------------------------------------

function key(pen, wide, top) {
  const { heading: level, rows } = legend();
  const dot = (fill, border) => ({ cx: 8, r: 7, fill, stroke: theme.ink, "stroke-width": border });
  const line = (stroke, width, dashes) => ["path", { d: "M0 0H22", stroke, "stroke-width": width, "stroke-dasharray": dashes }];
  const groups = [
    [level, rows.map(([colour, text]) => ["circle", dot(colourOf(colour), rimOf(colour)), text])],
    ["Marks", [
      ["circle", { ...dot(theme.loss0, 0), r: 6 }, "size: output"],
      ["path", { d: "M8 -8l8 8l-8 8l-8 -8z", fill: theme.loss3, stroke: theme.ink, "stroke-width": 2 }, "directly hit"],
      ["circle", { ...dot(theme.paper, 4), r: 6 }, $("border-said").textContent],
      ["g", {}, $("figure-said").textContent],
    ]],
    ["Links", [
      [...line(theme.rim, 2), "wider: larger flow"],
      [...line(theme.cut, 2, "5 3"), "disrupted"],
      ...(light?.single ? [[...line(theme.supplier, 3), "suppliers of the selected"], [...line(theme.buyer, 3), "its buyers"]] : []),
    ]],
  ];
  return groups.reduce((down, [name, entries]) => keyGroup(pen, wide, down, name, entries), top);
}

function keyGroup(pen, wide, top, name, entries) {
  pen.fillStyle = theme.ink;
  pen.font = `700 12.5px ${theme.font}`;
  pen.fillText(name, EDGE, top);
  pen.font = `400 12.5px ${theme.font}`;
  let [across, down] = [0, top + 20];
  for (const [shape, look, text] of entries) {
    const room = shape === "g" ? 0 : look.d?.endsWith("H22") ? 30 : 24;
    const width = room + pen.measureText(text).width;
    if (across && across + width > wide) [across, down] = [0, down + 20];
    pen.save();
    pen.translate(EDGE + across, down - 4.5);
    pen.put(shape, look);
    pen.restore();
    pen.fillText(text, EDGE + across + room, down);
    across += width + 16;
  }
  return down + 24;
}

// ---- the chart ---------------------------------------------------------------------------------------------------

function chartPart() {
  const scale = network.getScale();
  const origin = network.canvasToDOM({ x: 0, y: 0 });
  const [under, over] = [new Pen(), new Pen()];
  drawUnder(under);
  const marks = items.map((item) => mark(item, scale)); // before the links: marks know what is lit
  const joined = edges.map((edge) => joint(edge, scale));
  const parts = [
    under.svg(),
    element("g", { id: "links", fill: "none" }, ...joined.map(([line]) => line)),
    element("g", { id: "marks" }, ...marks),
    element("g", { id: "arrows" }, ...joined.map(([, head]) => head)),
  ];
  drawOver(over);
  return element("g", { transform: `translate(${short(origin.x)} ${short(origin.y)}) scale(${scale})` }, ...parts) + element("g", { id: "names" }, over.svg());
}

function mark(item, scale) {
  const drawn = asNode(item);
  if (drawn.hidden) return "";
  const [x, y, r] = [item.x, item.y, drawn.size].map(short);
  const seeThrough = drawn.opacity < 1 ? drawn.opacity : undefined;
  const look = {
    fill: drawn.color.background,
    stroke: drawn.color.border,
    "stroke-width": short(Math.min(2 * drawn.size, drawn.borderWidth / scale)),
    "fill-opacity": seeThrough,
    "stroke-opacity": seeThrough,
  };
  const title = element("title", {}, xml(hint(item).join("\n")));
  if (drawn.shape === "diamond") return element("path", { d: `M${x} ${short(item.y - drawn.size)}l${r} ${r}l-${r} ${r}l-${r} -${r}z`, ...look }, title);
  return element("circle", { cx: x, cy: y, r, ...look }, title);
}

// A link and the head of its arrow, each "" if it has none.
function joint(edge, scale) {
  const drawn = asEdge(edge);
  if (drawn.hidden) return ["", ""];
  const { from, to } = edge;
  const via = drawn.smooth ? bend(from, to, drawn.smooth.roundness) : null;
  const width = Math.max(drawn.width, 0.3 / scale);
  const { color, opacity } = drawn.color;
  const head = drawn.arrows ? arrow(from, to, via, width) : "";
  const path = { d: `M${at(from)}${via ? `Q${at(via)} ` : "L"}${at(to)}`, stroke: color, "stroke-opacity": opacity, "stroke-width": short(width) };
  const dashes = drawn.dashes ? { "stroke-dasharray": drawn.dashes.join(" "), "stroke-linecap": "round" } : {};
  const title = element("title", {}, xml(`${from.thing.name} to ${to.thing.name}: ${euros(edge.flow)} a year`));
  return [element("path", { ...path, ...dashes }, title), head && element("path", { d: head, fill: color, "fill-opacity": opacity })];
}

const at = ({ x, y }) => `${short(x)} ${short(y)}`;

// Where the handle of a curve stands that bends clockwise; half way if it does not bend.
function bend(from, to, roundness) {
  const reach = 0.5 + 0.5 * roundness;
  const angle = Math.atan2(to.y - from.y, to.x - from.x) - 0.5 * Math.PI * roundness;
  const length = reach * Math.hypot(to.x - from.x, to.y - from.y);
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

// The head of an arrow, as far from the mark as vis-network leaves it: at a circle, or at the square around a diamond.
function arrow(from, to, via, width) {
  const point = (t) => {
    const [a, b, c] = via ? [(1 - t) ** 2, 2 * t * (1 - t), t ** 2] : [1 - t, 0, t];
    return { x: a * from.x + b * (via?.x ?? 0) + c * to.x, y: a * from.y + b * (via?.y ?? 0) + c * to.y };
  };
  const { shape, size, borderWidth } = asNode(to);
  const within = ({ x, y }) => {
    const [across, along] = [Math.abs(x - to.x), Math.abs(y - to.y)];
    const distance = Math.hypot(across, along);
    return distance < (shape === "diamond" ? (size * distance) / Math.max(across, along) + borderWidth : size);
  };
  let [outside, inside] = [0, 1];
  for (let i = 0; i < 20; i += 1) {
    const middle = (outside + inside) / 2;
    if (within(point(middle))) inside = middle;
    else outside = middle;
  }
  const tip = point(inside);
  const length = 15 * data.network.options.edges.arrows.to.scaleFactor + 3 * width;
  const before = point(Math.max(0, inside - length / Math.hypot(to.x - from.x, to.y - from.y)));
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const [cos, sin] = [length * Math.cos(angle), length * Math.sin(angle)];
  const turned = (x, y) => ({ x: tip.x + x * cos - y * sin, y: tip.y + x * sin + y * cos });
  return `M${at(tip)}L${at(turned(-1, 0.3))}L${at(turned(-0.9, 0))}L${at(turned(-1, -0.3))}z`;
}
