// The data of the page, and what can be computed from it. Nothing here touches the page.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);

function unpacked(text, kind) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return new kind(bytes.buffer);
}
const reals = (text) => unpacked(text, Float32Array);
const wholes = (text) => unpacked(text, Int32Array);

const output = reals(data.nodes.output);
const count = output.length;
const industryShares = reals(data.shares); // industries × ecosystems
const ecosystemShare = (node, column) => industryShares[data.nodes.industry[node] * data.ecosystems.length + column];
const regionOf = data.nodes.country.map((country) => Math.max(0, data.regions.indexOf(data.countries[country][2])));
const inEu = data.nodes.country.map((country) => data.countries[country][3]);

const views = new Map(data.views.map((view) => [view.id, view]));
const [first, ...opened] = data.views;
[first.items, first.x, first.y] = ["id", "x", "y"].map((name) => data.network.nodes.map((node) => node[name]));
for (const view of opened) [view.items, view.x, view.y] = [wholes(view.items), reals(view.x), reals(view.y)];
const links = {};
const trade = {};
for (const kind of ["groups", "countries", "nodes"]) {
  const { from, to, flow, ...rest } = data.links[kind];
  links[kind] = { from: wholes(from), to: wholes(to), flow: reals(flow), ...rest };
  const { supplier, supplied, buyer, sold_to: soldTo, bought, sold } = data.trade[kind];
  trade[kind] = { supplier: wholes(supplier), supplied: reals(supplied), buyer: wholes(buyer), soldTo: reals(soldTo), bought: reals(bought), sold: reals(sold) };
}

const days = data.days.map((day) => {
  const parts = day.causes.map((cause) => unpacked(cause.part, Int16Array));
  const hits = day.causes.map((cause) => unpacked(cause.hits, Uint8Array));
  const [cut, others] = [{}, {}];
  for (const [kind, { drawn: known, share, from, to, flow }] of Object.entries(day.cut)) {
    others[kind] = { from: wholes(from), to: wholes(to), flow: reals(flow) };
    const after = links[kind].flow.length; // their places are those after the links of the backbone
    cut[kind] = new Map([...known, ...Array.from(reals(share), (part, i) => [after + i, part])]);
  }
  return { ...day, loss: reals(day.loss), lost: unpacked(day.lost, Int16Array), parts, hits, cut, others };
});
const isHit = (day, cause, node) => (days[day].hits[cause][node >> 3] >> (node & 7)) & 1;

// ---- things: whatever can be looked at, as shares of nodes -------------------------------------------------------

const things = new Map();
const nodeOf = new Map(data.nodes.key.map((key, node) => [key, node]));

// ids: eu · ecosystem:NAME · region:NAME · country:CODE · industry:CODE · group:ECOSYSTEM|REGION · node:KEY
function thing(id) {
  if (!things.has(id)) things.set(id, made(id));
  return things.get(id);
}

function made(id) {
  const at = id.indexOf(":");
  const [kind, key] = at < 0 ? [id, ""] : [id.slice(0, at), id.slice(at + 1)];
  const member = {
    __proto__: null, // ids come out of addresses too: none may ask for what every object has
    eu: () => (node) => (inEu[node] ? 1 : 0),
    ecosystem: () => {
      const column = data.ecosystems.indexOf(key);
      return column < 0 ? null : (node) => (inEu[node] ? ecosystemShare(node, column) : 0);
    },
    region: () => {
      const region = data.regions.indexOf(key);
      return region < 0 ? null : (node) => (regionOf[node] === region ? 1 : 0);
    },
    country: () => {
      const country = data.countries.findIndex(([code]) => code === key);
      return country < 0 ? null : (node) => (data.nodes.country[node] === country ? 1 : 0);
    },
    industry: () => {
      const industry = data.industries.findIndex(([code]) => code === key);
      return industry < 0 ? null : (node) => (data.nodes.industry[node] === industry && inEu[node] ? 1 : 0);
    },
    group: () => {
      const [ecosystem, region] = halves(key);
      const [column, row] = [data.ecosystems.indexOf(ecosystem), data.regions.indexOf(region)];
      return column < 0 || row < 0 ? null : (node) => (regionOf[node] === row ? ecosystemShare(node, column) : 0);
    },
  }[kind]?.();
  if (kind === "node") {
    const node = nodeOf.get(key) ?? -1;
    return node < 0 ? null : { id, kind, key, name: data.nodes.label[node], nodes: [node], shares: [1], ecosystem: "", place: node };
  }
  if (!member) return null;
  const [nodes, shares] = [[], []];
  for (let node = 0; node < count; node += 1) {
    const share = member(node);
    if (share > 0) {
      nodes.push(node);
      shares.push(share);
    }
  }
  const ecosystem = kind === "ecosystem" ? key : kind === "group" ? halves(key)[0] : ""; // of which it is a part
  return { id, kind, key, name: nameOf(kind, key), nodes, shares, ecosystem, place: placeOf(kind, key) };
}

// The ecosystem and the region of a group's key; no region has a bar in its name.
const halves = (key) => [key.slice(0, key.lastIndexOf("|")), key.slice(key.lastIndexOf("|") + 1)];

function nameOf(kind, key) {
  if (kind === "eu") return "The European Union";
  if (kind === "country") return data.countries.find(([code]) => code === key)[1];
  if (kind === "industry") return `${data.industries.find(([code]) => code === key)[1]} (EU)`;
  return kind === "group" ? halves(key).join(", ") : key;
}

// Position among the things of a drawn kind, -1 if it is not drawn as one.
function placeOf(kind, key) {
  if (kind === "country") return data.countries.findIndex(([code]) => code === key);
  if (kind !== "group") return -1;
  const [ecosystem, region] = halves(key);
  return data.ecosystems.indexOf(ecosystem) * data.regions.length + data.regions.indexOf(region);
}

// The thing that stands at a position among those of a drawn kind.
function drawn(kind, place) {
  if (kind === "nodes") return thing(`node:${data.nodes.key[place]}`);
  if (kind === "countries") return thing(`country:${data.countries[place][0]}`);
  const [column, row] = [Math.floor(place / data.regions.length), place % data.regions.length];
  return thing(`group:${data.ecosystems[column]}|${data.regions[row]}`);
}

const drawnKind = (one) => ({ node: "nodes", country: "countries", group: "groups" })[one.kind] ?? null;

// ---- measures ----------------------------------------------------------------------------------------------------

// How a state looks at the nodes: which part of each counts, and which part of its loss.
//   scope: {country, ecosystem} narrow what is counted; causes: positions of disruptions, or null for all.
function lens({ day, week, causes, country, ecosystem }) {
  const shown = days[day];
  const inside = country ? data.countries.findIndex(([code]) => code === country) : -1;
  const column = ecosystem ? data.ecosystems.indexOf(ecosystem) : -1;
  const scope = (node, one) => {
    if (inside >= 0 && data.nodes.country[node] !== inside) return 0;
    return column < 0 || one.ecosystem === ecosystem ? 1 : ecosystemShare(node, column); // its shares are that already
  };
  const chosen = causes && causes.length < shown.causes.length ? causes : null;
  const part = (node) => {
    if (!chosen) return 1;
    let sum = 0;
    for (const cause of chosen) sum += shown.parts[cause][node];
    return sum / data.scale;
  };
  const loss = week === null ? (node) => shown.loss[count + node] : (node) => shown.lost[week * count + node] / data.scale;
  return { shown, day, week, scope, part, loss, chosen };
}

// What a lens shows of a thing. Shares are of its output over the horizon, or of the week; meur over the same time.
function measure(one, through) {
  const { shown, scope, part, loss, week } = through;
  let [made, lost, low, high, points, scored, hit] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < one.nodes.length; i += 1) {
    const node = one.nodes[i];
    const weight = one.shares[i] * scope(node, one) * output[node];
    if (!(weight > 0)) continue;
    const counted = part(node);
    made += weight;
    lost += weight * counted * loss(node);
    low += weight * counted * shown.loss[node];
    high += weight * counted * shown.loss[2 * count + node];
    const told = shown.told_nodes[node];
    if (told) {
      points += weight * told[0];
      scored += weight;
    }
    if (struck(through, node)) hit += weight;
  }
  if (!made) return null;
  const years = (week === null ? shown.horizon : 1) / 52;
  return {
    output: made,
    loss: lost / made,
    low: week === null ? low / made : null,
    high: week === null ? high / made : null,
    lossMeur: lost * years,
    lowMeur: low * years,
    highMeur: high * years,
    score: scored > 0.999 * made ? points / scored : null,
    direct: hit / made >= 0.5,
  };
}

// The share of a thing's output that is lost in each week of the wave.
function weekly(one, { shown, scope, part }) {
  let made = 0;
  const lost = new Float64Array(shown.weeks);
  for (let i = 0; i < one.nodes.length; i += 1) {
    const node = one.nodes[i];
    const weight = one.shares[i] * scope(node, one) * output[node];
    if (!(weight > 0)) continue;
    made += weight;
    const counted = (weight * part(node)) / data.scale;
    for (let week = 0; week < shown.weeks; week += 1) lost[week] += counted * shown.lost[week * count + node];
  }
  return Array.from(lost, (sum) => (made ? sum / made : 0));
}

function struck({ day, shown, chosen }, node) {
  for (const cause of chosen ?? shown.causes.keys()) if (isHit(day, cause, node)) return true;
  return false;
}

// How much of a thing's loss each disruption in force answers for, the largest first: an estimate.
function blamed(one, through) {
  const { shown, scope, loss, week, chosen } = through;
  const years = (week === null ? shown.horizon : 1) / 52;
  const found = [];
  for (const cause of chosen ?? shown.causes.keys()) {
    let meur = 0;
    for (let i = 0; i < one.nodes.length; i += 1) {
      const node = one.nodes[i];
      meur += one.shares[i] * scope(node, one) * output[node] * loss(node) * years * (shown.parts[cause][node] / data.scale);
    }
    found.push({ cause: shown.causes[cause], place: cause, meur });
  }
  return found.sort((a, b) => b.meur - a.meur);
}

const levelOf = (share) => data.breaks.filter((least) => share > least).length;

// What is told of a thing's own score: [score, low, high, rank, reasons], or null.
function told(one, day) {
  const shown = days[day];
  if (one.kind === "node") return shown.told_nodes[one.place];
  return shown.told[one.kind === "eu" ? "eu:EU" : one.id] ?? null;
}

// ---- words -------------------------------------------------------------------------------------------------------

function percent(share) {
  if (share === null) return "–";
  const value = Math.abs(share) * 100;
  const sign = share < 0 ? "−" : "";
  if (value > 0 && value < 0.01) return share > 0 ? "<0.01\u00a0%" : ">−0.01\u00a0%";
  return `${sign}${value.toFixed(value === 0 || value >= 9.95 ? 0 : value < 0.995 ? 2 : 1)}\u00a0%`;
}

function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? "±0" : `${value < 0 ? "−" : "+"}${text}`;
}

const thousands = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

function euros(meur) {
  const value = Math.abs(meur);
  const sign = meur < 0 ? "−" : "";
  if (value >= 999.5) return `${sign}${thousands((value / 1000).toFixed(value >= 99_950 ? 0 : 1))}\u00a0bn\u00a0€`;
  if (value > 0 && value < 0.5) return "< 1\u00a0m\u00a0€";
  return `${sign}${value.toFixed(0)}\u00a0m\u00a0€`;
}

function dated(text) {
  const [year, month, day] = text.split("-").map(Number);
  return `${day} ${"January February March April May June July August September October November December".split(" ")[month - 1]} ${year}`;
}

function weekBegins(day, week) {
  const at = new Date(`${days[day].first}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 7 * week);
  return at.toISOString().slice(0, 10);
}
