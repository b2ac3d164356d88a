"use strict";
// The page's own script. Every text of the data reaches the page by textContent or on the canvas, never as HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  if (!data.nodes.length) {
    window.__ready = true;
    return;
  }
  const links = data.edges;
  const places = data.nodes.map(({ place, id, x, y, size }) => ({ ...place, id, x, y, size, links: [] }));
  for (const link of links) {
    places[link.from].links.push(link);
    places[link.to].links.push(link);
  }
  const byKey = new Map(places.map((place) => [place.key, place]));
  const directly = places.filter((place) => place.disruptions.length);
  const columns = data.columns.slice().sort((a, b) => a.at - b.at);
  const rows = data.rows.slice().sort((a, b) => a.at - b.at);
  const [left, right] = reach(columns.concat(places.map((place) => ({ at: place.x }))));
  const [top, bottom] = reach(rows.concat(places.map((place) => ({ at: place.y }))));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const phone = matchMedia("(max-width: 760px)");
  const chart = $("chart");

  let selected = null; // a place
  let pointed = null; // the place under the pointer
  let partners = new Set(); // ids of the places linked with the selected one
  let moved = false; // the reader has panned or zoomed: a resize then leaves the view alone
  let theme = readTheme();

  const nodeLooks = new Map();
  const linkLooks = new Map();
  const nodes = new vis.DataSet(data.nodes.map(({ place, ...node }) => ({ ...node, ...nodeLook(places[node.id]) })));
  const edges = new vis.DataSet(links.map(({ flow, cut, ...edge }) => ({ ...edge, ...linkLook(links[edge.id]) })));
  changed(places, nodeLook, nodeLooks);
  changed(links, linkLook, linkLooks);
  const network = new vis.Network(chart, { nodes, edges }, data.options);
  chart.firstElementChild.tabIndex = -1; // the chart itself is the tab stop

  start();

  function start() {
    fit();
    network.on("beforeDrawing", drawGrid);
    network.on("afterDrawing", drawMarks);
    network.once("afterDrawing", () => {
      performance.mark("first-draw");
      window.__ready = true;
    });
    listen();
    showFragment();
  }

  function reach(marks) {
    return marks.reduce(([low, high], { at }) => [Math.min(low, at), Math.max(high, at)], [Infinity, -Infinity]);
  }

  // ---- looks of nodes and links --------------------------------------------------------------------------------

  function readTheme() {
    const style = getComputedStyle(document.documentElement);
    const names = "paper ink muted accent line grid rim cut supplier buyer level0 level1 level2 level3 level4 level5";
    const colours = names.split(" ").map((name) => [name, style.getPropertyValue("--" + name).trim()]);
    return { ...Object.fromEntries(colours), font: getComputedStyle(document.body).fontFamily };
  }

  function isHit(place) {
    return place.level >= data.hit_level || place.disruptions.length > 0;
  }

  function isWanted(place) {
    const country = $("country").value;
    return (!country || place.country === country) && (isHit(place) || !$("only-hit").checked);
  }

  // A selection overrules the filters: the reader always sees it with all its partners.
  function isShown(place) {
    return !$("only-hit").checked || isHit(place) || place === selected || partners.has(place.id);
  }

  function isBright(place) {
    return selected ? place === selected || partners.has(place.id) : isWanted(place);
  }

  function nodeLook(place) {
    const direct = place.disruptions.length > 0;
    return {
      hidden: !isShown(place),
      opacity: isBright(place) ? 1 : 0.3,
      borderWidth: direct ? 2 : 0.7,
      color: { background: theme["level" + place.level], border: direct ? theme.ink : theme.rim },
    };
  }

  function linkLook(link) {
    if (selected && (link.to === selected.id || link.from === selected.id)) {
      const color = link.to === selected.id ? theme.supplier : theme.buyer;
      return { hidden: false, arrows: "to", color: { color, opacity: 0.9 } };
    }
    const [from, to] = [places[link.from], places[link.to]];
    const hidden = selected !== null || !isShown(from) || !isShown(to) || !(isBright(from) || isBright(to));
    const color = link.cut ? { color: theme.cut, opacity: 0.85 } : { color: theme.rim, opacity: 0.14 };
    return { hidden, arrows: "", color };
  }

  function refresh() {
    nodes.update(changed(places, nodeLook, nodeLooks));
    edges.update(changed(links, linkLook, linkLooks));
    network.redraw();
  }

  function changed(things, look, known) {
    const updates = [];
    for (const thing of things) {
      const now = look(thing);
      const text = JSON.stringify(now);
      if (known.get(thing.id) !== text) updates.push({ id: thing.id, ...now });
      known.set(thing.id, text);
    }
    return updates;
  }

  // ---- view ----------------------------------------------------------------------------------------------------

  // The headers stay at the left and the upper edge, like the frozen panes of a spreadsheet.
  function bands() {
    if (chart.clientWidth < 560) return { wide: false, left: 44, top: 66, right: 4, slant: Math.PI / 2 };
    return { wide: true, left: 146, top: 124, right: 66, slant: 1.05 };
  }

  // Move the view so that the world's (x, y) lies at (px, py) of the free part of the chart.
  function aim(x, y, px, py, scale, animation = false) {
    const position = { x: x + (chart.clientWidth / 2 - px) / scale, y: y + (chart.clientHeight / 2 - py) / scale };
    network.moveTo({ position, scale, animation });
  }

  function fit() {
    const band = bands();
    const width = right - left + 68; // with room for half a node, and above for arcs, around the outermost centres
    const height = bottom - top + 66;
    const freeWidth = chart.clientWidth - band.left - band.right;
    const freeHeight = chart.clientHeight - band.top - 8;
    const scale = Math.max(0.05, Math.min(1.4, freeWidth / width, freeHeight / height));
    aim(left - 34, top - 40, band.left, band.top + 4, scale);
    moved = false;
  }

  function zoom(factor) {
    const scale = Math.min(6, Math.max(0.05, network.getScale() * factor));
    const still = selected ?? network.getViewPosition(); // stays where it is on the screen
    const at = network.canvasToDOM(still);
    aim(still.x, still.y, at.x, at.y, scale, motion(150));
    moved = true;
  }

  function reveal(target) {
    const band = bands();
    const at = network.canvasToDOM(target);
    const scale = Math.max(network.getScale(), band.wide ? 0 : 0.45);
    const inWidth = at.x > band.left + 8 && at.x < chart.clientWidth - 16;
    const inHeight = at.y > band.top + 8 && at.y < chart.clientHeight - 16;
    if (inWidth && inHeight && scale === network.getScale()) return;
    const middle = { x: (band.left + chart.clientWidth) / 2, y: (band.top + chart.clientHeight) / 2 };
    aim(target.x, target.y, middle.x, middle.y, scale, motion(300));
    moved = true;
  }

  function motion(duration) {
    return calm.matches ? false : { duration, easingFunction: "easeOutQuad" };
  }

  // The place at this point of the chart, or within so many pixels of it.
  function nearest(at, slack) {
    const band = bands();
    if (at.x < band.left || at.y < band.top) return null;
    const world = network.DOMtoCanvas(at);
    const reachable = slack / network.getScale();
    let best = null;
    let least = Infinity;
    for (const candidate of places) {
      const distance = Math.hypot(candidate.x - world.x, candidate.y - world.y);
      if (distance >= least || distance > Math.max(candidate.size, reachable) || !isShown(candidate)) continue;
      [best, least] = [candidate, distance];
    }
    return best;
  }

  // ---- grid, headers and marks on the canvas -------------------------------------------------------------------

  function drawGrid(ctx) {
    const hair = 1 / network.getScale();
    ctx.lineWidth = hair;
    ctx.strokeStyle = theme.grid;
    for (const { at } of columns) stroke(ctx, at, top - 26, at, bottom + 26);
    for (const { at } of rows) stroke(ctx, left - 34, at, right + 34, at);
    if (!selected) return;
    ctx.globalAlpha = 0.13;
    ctx.fillStyle = theme.accent;
    ctx.fillRect(selected.x - 20, top - 26, 40, bottom - top + 52);
    ctx.fillRect(left - 34, selected.y - 18, right - left + 68, 36);
    ctx.globalAlpha = 1;
  }

  function stroke(ctx, x1, y1, x2, y2) {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  }

  // Headers and marks keep their size on the screen: they follow the world's coordinates, not its scale.
  function drawMarks(ctx) {
    const ratio = ctx.canvas.width / ctx.canvas.clientWidth;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (pointed && pointed !== selected) ring(ctx, pointed, 1.5);
    if (selected) ring(ctx, selected, 2.5);
    drawTags(ctx);
    const band = bands();
    drawColumns(ctx, band);
    drawRows(ctx, band);
    ctx.fillStyle = theme.paper;
    ctx.fillRect(0, 0, band.left, band.top);
    ctx.restore();
  }

  function ring(ctx, target, width) {
    const at = network.canvasToDOM(target);
    ctx.lineWidth = width;
    ctx.strokeStyle = theme.accent;
    ctx.beginPath();
    ctx.arc(at.x, at.y, target.size * network.getScale() + 4, 0, 2 * Math.PI);
    ctx.stroke();
  }

  // The keys of the selected and the directly hit places, as far as they do not cover each other.
  function drawTags(ctx) {
    ctx.font = `600 11px ${theme.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const named = directly.filter((target) => target !== selected && isShown(target));
    if (selected) named.unshift(selected);
    const edge = bands().left;
    const taken = named.map((target) => tagBox(network.canvasToDOM(target), -6, 0, 12));
    for (const target of named) {
      const text = shortened(ctx, target.key, 90);
      const boxes = tagBoxes(target, ctx.measureText(text).width);
      const free = boxes.find((box) => box.x > edge && !taken.some((other) => overlap(box, other)));
      if (!free) continue;
      taken.push(free);
      ctx.lineWidth = 4;
      ctx.strokeStyle = theme.paper;
      ctx.strokeText(text, free.x, free.y);
      ctx.fillStyle = target === selected ? theme.accent : isBright(target) ? theme.ink : theme.muted;
      ctx.fillText(text, free.x, free.y);
    }
  }

  function tagBoxes(target, width) {
    const at = network.canvasToDOM(target);
    const away = target.size * network.getScale() + 6;
    const sides = [[away, 0], [-away - width, 0], [-width / 2, -away - 5], [-width / 2, away + 5]];
    return sides.map(([dx, dy]) => tagBox(at, dx, dy, width));
  }

  function tagBox(at, dx, dy, width) {
    return { x: at.x + dx, y: at.y + dy, end: at.x + dx + width };
  }

  function overlap(one, other) {
    return Math.abs(one.y - other.y) < 13 && one.x < other.end && other.x < one.end;
  }

  function drawColumns(ctx, band) {
    ctx.fillStyle = theme.paper;
    ctx.fillRect(0, 0, chart.clientWidth, band.top);
    const length = (band.top - 12) / Math.sin(band.slant);
    const along = (at) => network.canvasToDOM({ x: at, y: 0 }).x;
    drawHeaders(ctx, columns, along, Math.sin(band.slant), (pointed || selected)?.x, (column, px) => {
      if (px < band.left - 4) return;
      ctx.save();
      ctx.translate(px + 2, band.top - 5);
      ctx.rotate(-band.slant);
      writeHeader(ctx, column, band.wide ? 0 : null, length);
      ctx.restore();
    });
  }

  function drawRows(ctx, band) {
    ctx.fillStyle = theme.paper;
    ctx.fillRect(0, 0, band.left, chart.clientHeight);
    const along = (at) => network.canvasToDOM({ x: 0, y: at }).y;
    drawHeaders(ctx, rows, along, 1, (pointed || selected)?.y, (row, px) => {
      ctx.save();
      ctx.translate(8, px);
      writeHeader(ctx, row, band.wide ? 30 : null, band.left - 10);
      ctx.restore();
    });
  }

  // Thin the headers out where they would overlap; the active one is always written, over its neighbours.
  function drawHeaders(ctx, marks, along, lean, active, write) {
    if (!marks.length) return;
    const extent = along(marks.at(-1).at) - along(marks[0].at);
    const spacing = marks.length > 1 ? (extent / (marks.length - 1)) * lean : 20;
    const every = Math.max(1, Math.ceil(10.2 / spacing));
    const size = Math.max(10, Math.min(11.5, spacing * every * 0.88));
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.font = `${size}px ${theme.font}`;
    const isActive = (mark) => active !== undefined && Math.abs(mark.at - active) < 1;
    marks.forEach((mark, i) => i % every === 0 && !isActive(mark) && write({ ...mark, size }, along(mark.at)));
    const chosen = marks.find(isActive);
    ctx.font = `600 ${size}px ${theme.font}`;
    if (chosen) write({ ...chosen, size, active: true }, along(chosen.at));
  }

  // Code, then the full label where there is room for it (labelAt: its place; 0: right behind the code).
  function writeHeader(ctx, { code, label, size, active }, labelAt, length) {
    const short = shortened(ctx, code, length);
    const behind = ctx.measureText(short).width + 5;
    const from = labelAt === null ? length : Math.max(labelAt, behind);
    const full = from < length - 12 ? shortened(ctx, label, length - from) : "";
    if (active) {
      ctx.fillStyle = theme.paper;
      ctx.fillRect(-2, -size * 0.5, (full ? from + ctx.measureText(full).width : behind) + 2, size);
    }
    ctx.fillStyle = active ? theme.accent : theme.ink;
    ctx.fillText(short, 0, 0);
    ctx.fillStyle = active ? theme.accent : theme.muted;
    ctx.fillText(full, from, 0);
  }

  function shortened(ctx, text, width) {
    let kept = text.slice(0, 60);
    if (kept === text && ctx.measureText(text).width <= width) return text;
    while (kept && ctx.measureText(kept + "…").width > width) kept = kept.slice(0, -1);
    return kept.trimEnd() + "…";
  }

  // ---- selection and panel -------------------------------------------------------------------------------------

  function select(target, { show = false, focus = false, scroll = true } = {}) {
    selected = target;
    partners = new Set(target ? target.links.flatMap((link) => [link.from, link.to]) : []);
    refresh();
    fillPanel();
    remember();
    report(target ? `Selected: ${target.key}, ${target.loss} of output lost.` : shownText());
    if (target && show) reveal(target);
    if (target && scroll && phone.matches) $("stage").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
    if (target && focus) $("panel").querySelector(".name").focus({ preventScroll: true });
  }

  function remember() {
    try {
      const fragment = selected ? "#" + encodeURIComponent(selected.key) : "";
      history.replaceState(null, "", fragment || location.pathname + location.search);
    } catch {
      // a key that is no text, or a viewer that forbids it: the page works without
    }
  }

  function showFragment() {
    let key = location.hash.slice(1);
    try {
      key = decodeURIComponent(key);
    } catch {
      // not ours: search for it as it stands
    }
    const target = byKey.get(key) ?? null;
    select(target, { show: true, scroll: false });
    if (key && !target) report(`Nothing here is called ${key.slice(0, 60)}.`);
  }

  function report(text) {
    $("status").textContent = text;
  }

  function shownText() {
    const count = places.filter(isWanted).length;
    const all = places.length.toLocaleString("en");
    return count === places.length ? `${all} industries` : `${count.toLocaleString("en")} of ${all} industries`;
  }

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    element.className = className;
    if (content.length && content.every((part) => typeof part === "string")) element.dir = "auto";
    element.append(...content);
    return element;
  }

  function fillPanel() {
    $("panel").replaceChildren(...(selected ? told(selected) : welcome()));
    $("panel").scrollTop = 0;
  }

  function welcome() {
    const advice = "Select an industry in the grid, or find it by name, to see its losses, suppliers and buyers.";
    const worst = hardest().slice(0, 10).map(loser);
    const heading = worst.length ? "Largest losses, million euro" : "No industry shown loses output";
    return [make("p", "hint", advice), make("h2", "", heading), make("ul", "partners", ...worst)];
  }

  function hardest() {
    return places.filter((place) => place.loss_meur > 0 && isWanted(place)).sort((a, b) => b.loss_meur - a.loss_meur);
  }

  function told(target) {
    const close = make("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", leave);
    const name = make("h2", "name", target.label);
    name.tabIndex = -1;
    return [
      close,
      name,
      make("p", "key", target.key),
      facts(target),
      ...said("Directly hit by", target.disruptions),
      ...said("Why", target.reasons),
      ...traded("suppliers", "Suppliers", target, "to", "from"),
      ...traded("buyers", "Buyers", target, "from", "to"),
    ];
  }

  function facts(target) {
    const list = make("dl", "");
    const add = (term, ...value) => list.append(make("dt", "", term), make("dd", "", ...value));
    add("Loss", make("strong", "", target.loss), ` of output (${target.loss_range})`);
    list.append(make("dd", "", `${target.loss_million} million euro`));
    add("Output", `${target.output} million euro`);
    if (target.score === null) add("Score", "none: outside the EU");
    else add("Score", make("strong", "", target.score.toFixed(0)), ` of 100${scoreRange(target)}`, scoreBar(target));
    return list;
  }

  function scoreRange({ score_low: low, score_high: high }) {
    return low === null || high === null ? "" : ` (${low.toFixed(0)} to ${high.toFixed(0)})`;
  }

  function scoreBar({ score, score_low: low, score_high: high }) {
    const range = document.createElement("i");
    range.style.left = `${low ?? score}%`;
    range.style.width = `${(high ?? score) - (low ?? score)}%`;
    const point = document.createElement("b");
    point.style.left = `${score}%`;
    const bar = make("span", "range", range, point);
    bar.setAttribute("aria-hidden", "true");
    return bar;
  }

  function said(heading, texts) {
    if (!texts.length) return [];
    return [make("h2", "", heading), make("ul", "said", ...texts.map((text) => make("li", "", text)))];
  }

  function traded(className, heading, target, here, there) {
    const found = target.links.filter((link) => link[here] === target.id); // the largest flow comes first
    const some = found.length > 5 ? `the largest 5 of ${found.length}` : `${found.length}`;
    const list = found.slice(0, 5).map((link) => partner(places[link[there]], link.flow, link.cut));
    const title = make("h2", "", found.length ? `${heading} (${some} drawn), million euro` : `${heading}: none drawn`);
    return [title, make("ul", "partners " + className, ...list)];
  }

  function loser(target) {
    const item = partner(target, `${target.loss_million}\n${target.loss}`);
    item.style.setProperty("--side", `var(--level${target.level})`);
    return item;
  }

  function partner(target, amount, cut = "") {
    const figures = make("em", "", cut ? `${amount}\ncut ${cut}` : amount);
    const button = make("button", cut ? "cut" : "", make("span", "", target.label), figures);
    button.type = "button";
    button.addEventListener("click", () => select(target, { show: true, focus: true }));
    return make("li", "", button);
  }

  function leave() {
    const inPanel = $("panel").contains(document.activeElement);
    select(null);
    if (inPanel) chart.focus({ preventScroll: true });
  }

  // ---- tooltip -------------------------------------------------------------------------------------------------

  function point(at) {
    const target = at && nearest(at, 7);
    if (target !== pointed) {
      pointed = target;
      chart.style.cursor = target ? "pointer" : "";
      network.redraw();
    }
    const text = target ? hint(target) : at ? header(at) : [];
    const tip = $("tip");
    tip.hidden = !text.length;
    if (!text.length) return;
    tip.replaceChildren(...text.map((line) => make("p", "", line)));
    const x = at.x + 14 + tip.offsetWidth > chart.clientWidth ? at.x - 14 - tip.offsetWidth : at.x + 14;
    const y = at.y + 14 + tip.offsetHeight > chart.clientHeight ? at.y - 14 - tip.offsetHeight : at.y + 14;
    tip.style.left = `${Math.max(2, x)}px`;
    tip.style.top = `${Math.max(2, y)}px`;
  }

  function hint(target) {
    const loss = `${target.loss} of output lost (${target.loss_range})`;
    return [target.label, loss, `Output ${target.output} million euro`];
  }

  // What the header under the pointer says in full.
  function header(at) {
    const band = bands();
    const inRows = at.x < band.left;
    if (inRows === at.y < band.top) return [];
    const foot = { x: at.x - (band.top - at.y) / Math.tan(band.slant), y: at.y }; // where a leaning column label starts
    const world = network.DOMtoCanvas(foot);
    const near = (mark) => Math.abs(mark.at - (inRows ? world.y : world.x)) * network.getScale() < 9;
    const found = (inRows ? rows : columns).find(near);
    return found ? [found.label, found.code] : [];
  }

  // ---- search, filters, keyboard -------------------------------------------------------------------------------

  function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  }

  function search(query) {
    const wanted = plain(query);
    if (!wanted) return;
    const words = wanted.split(/\s+/);
    const country = new Map(rows.map((row) => [row.code, row.label]));
    const matches = [];
    for (const candidate of places) {
      const key = plain(candidate.key);
      const text = plain([candidate.key, candidate.label, country.get(candidate.country)].join(" "));
      const fits = words.every((word) => text.includes(word));
      if (fits) matches.push({ candidate, rank: key === wanted ? 0 : key.startsWith(wanted) ? 1 : 2 });
    }
    matches.sort((a, b) => a.rank - b.rank || b.candidate.size - a.candidate.size);
    if (!matches.length) {
      report(`Nothing here matches “${query.trim().slice(0, 60)}”.`);
      return;
    }
    const { candidate, rank } = matches[0];
    select(candidate, { show: true });
    if (rank && matches.length > 1) report(`${matches.length} match; this is ${candidate.key.slice(0, 60)}, the best.`);
  }

  function suggest() {
    const options = places.map((target) => {
      const option = document.createElement("option");
      option.value = target.key;
      option.textContent = target.label.slice(0, 80);
      return option;
    });
    $("suggestions").replaceChildren(...options);
  }

  function step(dx, dy) {
    if (!selected) {
      select(hardest()[0] ?? places.find(isShown) ?? null, { show: true });
      return;
    }
    const ahead = (other) => (other.x - selected.x) * dx + (other.y - selected.y) * dy;
    const aside = (other) => Math.abs((other.x - selected.x) * dy) + Math.abs((other.y - selected.y) * dx);
    const inLine = places.filter((other) => ahead(other) > 0 && aside(other) < 1 && isShown(other));
    if (inLine.length) select(inLine.reduce((a, b) => (ahead(b) < ahead(a) ? b : a)), { show: true });
  }

  function listen() {
    network.on("click", ({ pointer: { DOM: at } }) => {
      if (at.x > bands().left && at.y > bands().top) select(nearest(at, 14));
    });
    network.on("zoom", () => (moved = true));
    network.on("dragEnd", () => (moved = true));
    network.on("resize", () => requestAnimationFrame(() => moved || fit()));
    chart.addEventListener("pointermove", (event) => {
      const box = chart.getBoundingClientRect();
      point(event.pointerType === "touch" ? null : { x: event.clientX - box.left, y: event.clientY - box.top });
    });
    chart.addEventListener("pointerleave", () => point(null));
    listenToKeys();
    listenToControls();
    window.addEventListener("hashchange", showFragment);
    dark.addEventListener("change", () => {
      theme = readTheme();
      refresh();
    });
  }

  function listenToKeys() {
    const actions = {
      ArrowLeft: () => step(-1, 0),
      ArrowRight: () => step(1, 0),
      ArrowUp: () => step(0, -1),
      ArrowDown: () => step(0, 1),
      "+": () => zoom(1.4),
      "-": () => zoom(1 / 1.4),
      0: fit,
    };
    chart.addEventListener("keydown", (event) => {
      if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      actions[event.key]();
    });
    document.addEventListener("keydown", (event) => {
      const clearsSearch = event.target.id === "search" && event.target.value;
      if (event.key === "Escape" && selected && !clearsSearch) leave();
    });
  }

  function listenToControls() {
    $("controls").addEventListener("submit", (event) => {
      event.preventDefault();
      search($("search").value);
    });
    $("search").addEventListener("focus", suggest, { once: true });
    $("search").addEventListener("input", (event) => {
      const picked = !/^(insertText|delete|insertComposition)/.test(event.inputType ?? "");
      const target = byKey.get(event.target.value);
      if (picked && target) select(target, { show: true });
    });
    for (const id of ["country", "only-hit"]) {
      $(id).addEventListener("change", () => {
        refresh();
        if (!selected) fillPanel();
        report(shownText());
      });
    }
    $("zoom-in").addEventListener("click", () => zoom(1.4));
    $("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
    $("fit").addEventListener("click", fit);
    // The open table must lengthen the page, not squeeze the picture.
    $("table").firstElementChild.addEventListener("click", () => {
      $("stage").style.flex = $("table").open ? "" : `0 0 ${$("stage").offsetHeight}px`;
    });
    $("table").addEventListener("click", (event) => {
      if (event.target.closest("a")) $("stage").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
    });
  }
})();
