// Files to take away: the picture and its data, as shown.

const FORMS = {
  png: { type: "image/png", make: bitmap, said: () => "the picture, in twice the points of a screen" },
  svg: { type: "image/svg+xml", make: () => picture().svg, said: () => "the picture, to be enlarged at will" },
  csv: { type: "text/csv", make: csv, said: () => `the table, ${rowsShown().length} rows` },
  gexf: { type: "application/gexf+xml", make: gexf, said: () => networkSaid("for Gephi") },
  graphml: { type: "application/graphml+xml", make: graphml, said: () => networkSaid("for network programs") },
};
const KEPT_MS = 60_000; // on some phones a person confirms a download before it is read

function networkSaid(whom) {
  const { nodes, joints } = shownNetwork();
  return `${nodes.length} nodes and ${joints.length} links ${whom}`;
}

async function save(form) {
  const { type, make: made, said: what } = FORMS[form];
  const name = `${fileName()}.${form}`;
  try {
    const content = await made();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.download = name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
    report(`Saved ${name}: ${what()}.`);
  } catch (error) {
    report(`${name} could not be made: ${error.message}.`);
  }
}

// What a file is called: the date, what is shown and how, such as value-chain-2020-04-15-ecosystem-textiles.
function fileName() {
  const parts = ["value-chain", days[state.day].on];
  if (state.week !== null) parts.push("week", weekBegins(state.day, state.week));
  if (state.with >= 0) parts.push("since", days[state.with].on);
  parts.push(plain(state.view).replace(/[^a-z0-9]+/g, "-").slice(0, 60));
  if (state.show === "score") parts.push("score");
  if (narrowed().length) parts.push("filtered");
  return parts.join("-").replace(/-+/g, "-").replace(/-$/, "");
}

// What the view shows, in sentences: below the title of a picture, in the description of a network.
function sentences() {
  const { on, horizon } = days[state.day];
  const when = state.week === null ? `over the ${horizon} weeks from ${dated(on)}` : `in the week of ${dated(weekBegins(state.day, state.week))}`;
  const what = state.show === "score" ? `Resilience scores on ${dated(on)}` : `Output lost ${when}`;
  const change = state.with >= 0 ? `, and how that differs from ${dated(days[state.with].on)}` : "";
  const counts = narrowed();
  const found = [`${views.get(state.view).name}.`, `${what}${change}: an estimate.`];
  if (counts.length) found.push(`Counted: ${counts.join("; ")}.`);
  if (state.selected && state.selected !== state.view) found.push(`Selected: ${thing(state.selected).name}.`);
  return found;
}

// What the filters keep, in words.
function narrowed() {
  const found = [];
  if (state.country) found.push(data.countries.find(([code]) => code === state.country)[1]);
  if (state.ecosystem) found.push(state.ecosystem);
  if (state.hit) found.push("only what is hit");
  for (const name of ["kind", "state", "stage"]) if (state[name]) found.push(`disruptions of ${name} ${state[name]}`);
  const only = days[state.day].causes.find((cause) => cause.id === state.disruption);
  if (state.disruption && only) found.push(`the disruption ${only.id} ${only.title}`);
  return found;
}

function listenToSave() {
  for (const button of $("save").querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => {
      shut($("save"));
      save(button.dataset.save);
    });
  }
}
