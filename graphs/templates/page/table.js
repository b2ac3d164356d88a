// The twin of the picture: what is shown, as a table. Sorted by any column; made only while it is open.

const COLUMNS = [
  { field: "key", name: "Key", used: () => view.kind !== "groups" },
  { field: "label", name: "Name", used: () => true },
  { field: "loss_meur", name: "Loss, million €", used: () => true, written: (meur) => meur.toLocaleString("en", { maximumFractionDigits: Math.abs(meur) < 10 ? 2 : 0 }) },
  { field: "loss_share", name: "Loss, share of output", used: () => true, written: percent },
  { field: "loss_low_share", name: "Low", used: () => true, written: percent },
  { field: "loss_high_share", name: "High", used: () => true, written: percent },
  { field: "output_meur", name: "Output, million € a year", used: () => true, written: (meur) => meur.toLocaleString("en", { maximumFractionDigits: meur < 10 ? 2 : 0 }) },
  { field: "score", name: "Score", used: () => true, written: (points) => points.toFixed(1) },
  { field: "score_low", name: "Score, low", used: () => true, written: (points) => points.toFixed(1) },
  { field: "score_high", name: "Score, high", used: () => true, written: (points) => points.toFixed(1) },
  { field: "change", name: "Change, points", used: () => state.with >= 0, written: (points) => signed(points, 2) },
  { field: "direct", name: "Hit", used: () => true },
];
const isNumber = (column) => Boolean(column.written);
let sortedBy = { column: COLUMNS[2], down: true };

// A row for each item that is shown; null where there is nothing to say.
function rowsShown() {
  const whole = !state.country && !state.ecosystem; // only then a score of its own is that of what is counted
  return items.filter((item) => item.seen && isShown(item.seen)).map((item) => {
    const { thing: one, seen: found } = item;
    const scored = whole ? told(one, state.day) : null;
    return {
      item,
      kind: one.kind,
      key: one.key,
      label: one.name,
      loss_meur: found.lossMeur,
      loss_share: found.loss,
      loss_low_share: found.low,
      loss_high_share: found.high,
      output_meur: found.output,
      score: scored ? scored[0] : found.score,
      score_low: scored ? scored[1] : null,
      score_high: scored ? scored[2] : null,
      change: found.before ? (found.value ?? null) : null,
      direct: found.direct,
    };
  });
}

// The same in the order of the table; what is not known stands last.
function sortedRows() {
  const { column, down } = sortedBy;
  return rowsShown().sort((a, b) => {
    const [one, other] = [a[column.field], b[column.field]];
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "string" ? one.localeCompare(other) : one - other;
    return down ? -order : order;
  });
}

function fillTable() {
  if (!$("table").open) return;
  const columns = COLUMNS.filter((column) => column.used());
  if (!columns.includes(sortedBy.column)) sortedBy = { column: COLUMNS[2], down: true };
  const rows = sortedRows();
  const body = rows.map((row) => make("tr", "", ...columns.map((column) => bodyCell(column, row))));
  const caption = make("caption", "", make("span", "", `${sentences().join(" ")} ${rows.length} rows.`));
  const table = make("table", "", caption, make("thead", "", make("tr", "", ...columns.map(headCell))), make("tbody", "", ...body));
  refill($("rows"), table);
}

function bodyCell(column, row) {
  const value = row[column.field];
  if (column.field === "label") {
    const { id } = row.item.thing;
    const cell = make("th", "", pressed("plain", () => pick(id, { focus: true, show: true }), value));
    cell.scope = "row";
    cell.firstChild.dataset.at = id;
    return cell;
  }
  if (column.field === "direct") return make("td", "", value ? "directly" : "");
  return make("td", isNumber(column) ? "number" : "", value === null ? "–" : isNumber(column) ? column.written(value) : value);
}

function headCell(column) {
  const chosen = column === sortedBy.column;
  const sort = () => {
    sortedBy = { column, down: chosen ? !sortedBy.down : isNumber(column) || column.field === "direct" };
    fillTable();
  };
  const cell = make("th", isNumber(column) ? "number" : "", pressed("plain", sort, `${column.name}${chosen ? (sortedBy.down ? " ▾" : " ▴") : ""}`));
  cell.scope = "col";
  cell.firstChild.dataset.at = column.field;
  if (chosen) cell.setAttribute("aria-sort", sortedBy.down ? "descending" : "ascending");
  return cell;
}
