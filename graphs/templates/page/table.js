// The twin of the picture: what is shown, as a table. Sorted by any column; made only while it is open.

let sortedBy = { column: 2, down: true };

function rowsShown() {
  const kept = items.filter((item) => item.seen && isShown(item.seen));
  return kept.map(({ thing: one, seen: found }) => {
    const scored = told(one, state.day);
    return [
      one.kind === "node" ? one.key : one.kind === "country" ? one.key : "",
      one.name,
      found.lossMeur,
      found.loss,
      found.low,
      found.high,
      found.output,
      scored && !state.country && !state.ecosystem ? scored[0] : found.score,
      scored ? scored[1] : null,
      scored ? scored[2] : null,
      found.before ? found.value : null,
      found.direct ? "directly" : "",
      one.id,
    ];
  });
}

const COLUMNS = ["Key", "Name", "Loss, million €", "Loss, share of output", "Low", "High", "Output, million € a year", "Score", "Score, low", "Score, high", "Change", "Hit"];
const NUMBERS = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10]);

function written(column, value) {
  if (value === null) return "–";
  if (column === 2 || column === 6) return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
  if (column >= 3 && column <= 5) return percent(value);
  if (column >= 7 && column <= 9) return value.toFixed(1);
  return column === 10 ? signed(value, 2) : value;
}

function fillTable() {
  if (!$("table").open) return;
  const used = COLUMNS.map((_, column) => column !== 10 || state.with >= 0);
  const rows = rowsShown();
  const compare = (a, b) => {
    const [one, other] = [a[sortedBy.column], b[sortedBy.column]];
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "number" ? one - other : one.localeCompare(other);
    return sortedBy.down ? -order : order;
  };
  rows.sort(compare);
  const head = COLUMNS.flatMap((name, column) => (used[column] ? [headCell(name, column)] : []));
  const body = rows.map((row) => {
    const cells = COLUMNS.flatMap((_, column) => {
      if (!used[column]) return [];
      const cell = make(column === 1 ? "th" : "td", NUMBERS.has(column) ? "number" : "");
      if (column === 1) {
        cell.scope = "row";
        cell.append(pressed("plain", () => pick(row[12], { focus: true, show: true }), row[1]));
      } else cell.textContent = written(column, row[column]);
      return [cell];
    });
    return make("tr", "", ...cells);
  });
  const caption = make("caption", "", `${views.get(state.view).name}: ${rows.length} rows, estimate. ${$("week-said").textContent}.`);
  const table = make("table", "", caption, make("thead", "", make("tr", "", ...head)), make("tbody", "", ...body));
  $("rows").replaceChildren(table);
}

function headCell(name, column) {
  const cell = make("th", NUMBERS.has(column) ? "number" : "");
  cell.scope = "col";
  if (column === sortedBy.column) cell.setAttribute("aria-sort", sortedBy.down ? "descending" : "ascending");
  const sort = () => {
    sortedBy = { column, down: column === sortedBy.column ? !sortedBy.down : NUMBERS.has(column) };
    fillTable();
    $("rows").querySelectorAll("thead button")[[...cell.parentElement.children].indexOf(cell)].focus();
  };
  const arrow = column === sortedBy.column ? (sortedBy.down ? " ▾" : " ▴") : "";
  cell.append(pressed("plain", sort, `${name}${arrow}`));
  return cell;
}
