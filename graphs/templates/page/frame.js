// The names of columns and rows: they stay at the edges of the chart, like the frozen panes of a spreadsheet.

const chart = $("chart");
const FONT_SIZE = 11.5;
const SLANT = 1.05;
const NARROW = 50; // pixels between columns below which their names stand aslant

// Room that names take at the top and at the left; at most two lines of a row, wrapped or slanted names of columns.
function bands(view) {
  const small = chart.clientWidth < 560;
  if (!view.rows.length && !view.columns.length) return { left: 0, top: 0, right: 0, small };
  const long = view.kind === "groups" ? 104 : 168;
  return { left: small ? 86 : long, top: small ? 96 : 92, right: small ? 8 : 40, small };
}

function headers(ctx, view, network, active) {
  const band = bands(view);
  if (!band.top) return;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, chart.clientWidth, band.top);
  ctx.fillRect(0, 0, band.left, chart.clientHeight);
  columnNames(ctx, view, network, band, active);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, band.top, band.left, chart.clientHeight);
  rowNames(ctx, view, network, band, active);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, band.left, band.top);
}

const spacing = (marks, along) => {
  let least = Infinity;
  for (let i = 1; i < marks.length; i += 1) least = Math.min(least, Math.abs(along(marks[i][0]) - along(marks[i - 1][0])));
  return least;
};

function columnNames(ctx, view, network, band, active) {
  const along = (at) => network.canvasToDOM({ x: at, y: 0 }).x;
  const room = spacing(view.columns, along);
  const slanted = room < NARROW;
  const size = slanted ? FONT_SIZE : Math.min(FONT_SIZE, 10 + (room - NARROW) / 20);
  const every = Math.max(1, Math.ceil(14 / (room * (slanted ? Math.sin(SLANT) : 1))));
  view.columns.forEach((mark, i) => {
    const chosen = active.includes(mark[1]) && mark[1] !== "";
    if (i % every && !chosen) return;
    const at = along(mark[0]);
    if (at < band.left - 10 || at > chart.clientWidth + 10) return;
    ctx.font = `${chosen ? 700 : 500} ${size}px ${theme.font}`;
    ctx.fillStyle = chosen ? theme.accent : theme.ink;
    ctx.save();
    if (slanted) {
      ctx.translate(at + 2, band.top - 6);
      ctx.rotate(-SLANT);
      ctx.fillText(shortened(ctx, mark[2], (band.top - 16) / Math.sin(SLANT)), 0, 0);
    } else {
      ctx.textAlign = "center";
      const lines = wrapped(ctx, mark[2], Math.min(room, 130) - 3, 5, 14);
      lines.forEach((text, line) => ctx.fillText(text, at, band.top - 10 - 13 * (lines.length - 1 - line)));
    }
    ctx.restore();
  });
}

function rowNames(ctx, view, network, band, active) {
  const along = (at) => network.canvasToDOM({ x: 0, y: at }).y;
  const room = spacing(view.rows, along);
  const every = Math.max(1, Math.ceil(12.5 / room));
  view.rows.forEach((mark, i) => {
    const chosen = active.includes(mark[1]) && mark[1] !== "";
    if (i % every && !chosen) return;
    const at = along(mark[0]);
    if (at < band.top + 2 || at > chart.clientHeight + 10) return;
    ctx.font = `${chosen ? 700 : 500} ${FONT_SIZE}px ${theme.font}`;
    ctx.fillStyle = chosen ? theme.accent : theme.ink;
    const lines = wrapped(ctx, mark[2], band.left - 14, room > 30 ? 3 : 1);
    lines.forEach((text, line) => ctx.fillText(text, 6, at + 13 * (line - (lines.length - 1) / 2)));
  });
}

// The id that the name under a point selects, "" if there is none.
function headerAt(at, view, network) {
  const band = bands(view);
  const inRows = at.x < band.left;
  if (!band.top || inRows === at.y < band.top) return "";
  const slanted = spacing(view.columns, (x) => network.canvasToDOM({ x, y: 0 }).x) < NARROW;
  const foot = inRows || !slanted ? at : { x: at.x - (band.top - at.y) / Math.tan(SLANT), y: at.y };
  const world = network.DOMtoCanvas(foot);
  const marks = inRows ? view.rows : view.columns;
  let best = ["", Infinity];
  for (const [place, id] of marks) {
    const distance = Math.abs(place - (inRows ? world.y : world.x)) * network.getScale();
    if (distance < best[1]) best = [id, distance];
  }
  return best[1] < 40 ? best[0] : "";
}

function shortened(ctx, text, width) {
  let kept = text.slice(0, 80);
  if (kept === text && ctx.measureText(text).width <= width) return text;
  while (kept && ctx.measureText(`${kept}…`).width > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

// A name in lines: broken between words, or after a hyphen; what does not fit ends with an ellipsis.
function wrapped(ctx, text, width, most, spare = 0) {
  const words = text.slice(0, 200).split(/(?<=[\s\-–])/);
  const lines = [""];
  for (const word of words) {
    if (lines.at(-1) && ctx.measureText((lines.at(-1) + word).trimEnd()).width > width) lines.push("");
    lines[lines.length - 1] += word;
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += "…";
  return kept.map((one) => shortened(ctx, one.trim(), width + spare));
}
