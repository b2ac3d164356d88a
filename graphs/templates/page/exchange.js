// What is shown as a table and as a network for other programs.

// The table as CSV, under the public names of its columns; UTF-8 with its mark, since Excel knows it by nothing else.
function csv() {
  const columns = COLUMNS.filter((column) => column.used() || column.field === "key");
  const about = Object.entries(circumstances());
  const cell = (value) => (typeof value === "number" ? String(exact(value)) : value === null ? "" : neutral(typeof value === "boolean" ? String(value).toUpperCase() : value));
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const head = [...columns.map((column) => publicName(column)), ...about.map(([name]) => name)];
  const rows = sortedRows().map((row) => [...columns.map(({ field }) => row[field]), ...about.map(([, value]) => value)].map(cell));
  return `\ufeff${[head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}

// A text that no spreadsheet computes: an apostrophe before what it would.
function neutral(text) {
  return /^'*(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(text) ? `'${text}` : text;
}

// As many digits as a number has that travelled in four bytes.
const exact = (number) => Number(number.toPrecision(7));

const publicName = ({ field }) => (field !== "change" ? field : state.show === "score" ? "score_change" : "loss_change_points");

// What every figure of the view depends on.
function circumstances() {
  const found = { on: days[state.day].on };
  if (state.week !== null) found.week = weekBegins(state.day, state.week);
  if (state.with >= 0) found.compared_with = days[state.with].on;
  const counts = narrowed();
  if (counts.length) found.counted = counts.join("; ");
  return found;
}

// ---- networks ----------------------------------------------------------------------------------------------------

const NODE_FIELDS = ["kind", "output_meur", "loss_meur", "loss_share", "loss_low_share", "loss_high_share", "score", "score_low", "score_high", "change", "direct"];

// The rows of the table as nodes, and the links that join them; ids are keys, each once.
function shownNetwork() {
  const ids = new Map();
  const nodes = rowsShown().map(({ item, label, ...row }) => {
    let id = xml(row.key);
    while (ids.has(id)) id += "+";
    ids.set(id, item);
    const values = NODE_FIELDS.filter((field) => row[field] !== null).map((field) => [publicName({ field }), row[field]]);
    return { id, item, label, values };
  });
  const idOf = new Map(nodes.map(({ id, item }) => [item, id]));
  const joined = edges.filter(({ from, to }) => idOf.has(from) && idOf.has(to));
  const cut = days[state.day].cut[view.kind];
  const joints = joined.map((edge) => ({
    edge,
    from: idOf.get(edge.from),
    to: idOf.get(edge.to),
    values: [["flow_meur", edge.flow], ["cut_share", cut.get(edge.place) ?? 0]],
  }));
  return { nodes, joints, fields: { node: declared(nodes), edge: declared(joints) } };
}

// Names and types of the attributes that some node or link has.
function declared(things) {
  const types = { number: "double", boolean: "boolean", string: "string" };
  return [...new Map(things.flatMap(({ values }) => values.map(([name, value]) => [name, types[typeof value]])))];
}

const plainly = (value) => xml(typeof value === "number" ? exact(value) : value);

// GEXF 1.3, with places (y upwards), sizes, colours and shapes as on the screen: https://gexf.net.
function gexf() {
  const { nodes, joints, fields } = shownNetwork();
  const attributes = (of) => element("attributes", { class: of, mode: "static" }, ...fields[of].map(([name, type]) => element("attribute", { id: name, title: name, type })));
  const values = (found) => element("attvalues", {}, ...found.map(([name, value]) => `<attvalue for="${name}" value="${plainly(value)}"/>`));
  const colour = (name, alpha) => {
    const [r, g, b] = [1, 3, 5].map((from) => Number.parseInt(hex(name).slice(from, from + 2), 16));
    return element("viz:color", { r, g, b, a: alpha });
  };
  const node = ({ id, item, label, values: found }) => {
    const looks = [
      colour(colourOf(item.seen.colour), 1),
      element("viz:position", { x: short(item.x), y: short(0 - item.y), z: 0 }),
      element("viz:size", { value: short(item.size) }),
      element("viz:shape", { value: item.seen.direct ? "diamond" : "disc" }),
    ];
    return `<node id="${id}" label="${xml(label)}">${values(found)}${looks.join("")}</node>`;
  };
  const link = ({ edge, from, to, values: found }) => {
    const { color, width, dashes } = asEdge(edge);
    const looks = [colour(color.color, color.opacity), element("viz:thickness", { value: short(width) }), element("viz:shape", { value: dashes ? "dashed" : "solid" })];
    return `<edge id="${edge.id}" source="${from}" target="${to}" weight="${exact(edge.flow)}">${values(found)}${looks.join("")}</edge>`;
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">',
    element("meta", {}, element("creator", {}, "Value-chain disruption tracker"), element("description", {}, xml(described()))),
    '<graph defaultedgetype="directed" idtype="string" mode="static">',
    attributes("node"),
    attributes("edge"),
    `<nodes>\n${nodes.map(node).join("\n")}\n</nodes>`,
    `<edges>\n${joints.map(link).join("\n")}\n</edges>`,
    "</graph>\n</gexf>\n",
  ].join("\n");
}

// GraphML: http://graphml.graphdrawing.org. What the view depends on stands with the graph.
function graphml() {
  const { nodes, joints, fields } = shownNetwork();
  const about = Object.entries({ description: described(), ...circumstances() });
  const key = (of) => ([name, type]) => element("key", { id: `${of}_${name}`, for: of, "attr.name": name, "attr.type": type });
  const data = (of) => ([name, value]) => `<data key="${of}_${name}">${plainly(value)}</data>`;
  const edge = ({ from, to, values }) => `<edge source="${from}" target="${to}">${values.map(data("edge")).join("")}</edge>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...about.map(([name]) => key("graph")([name, "string"])),
    ...[["label", "string"], ...fields.node].map(key("node")),
    ...[...fields.edge, ["weight", "double"]].map(key("edge")),
    '<graph id="G" edgedefault="directed">',
    ...about.map(data("graph")),
    ...nodes.map(({ id, label, values }) => `<node id="${id}">${[["label", label], ...values].map(data("node")).join("")}</node>`),
    ...joints.map(({ values, ...rest }) => edge({ ...rest, values: [...values, ["weight", values[0][1]]] })),
    "</graph>\n</graphml>\n",
  ].join("\n");
}

const described = () => [`${document.title}.`, ...sentences(), $("caption").textContent].join(" ");

// A colour of the theme as #rrggbb.
function hex(colour) {
  measuring.fillStyle = colour;
  return measuring.fillStyle;
}
