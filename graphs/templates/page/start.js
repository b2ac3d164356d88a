// Put together.

fillControls();
state = sound(read());
draw();
showAll({ view: state.view, day: -1 });
onChange(showAll);
onChange((before) => state.view !== before.view && report(`${views.get(state.view).name}: ${shownSaid().toLowerCase()}.`));
listenToControls();
listenToWave();
listenToSave();
listenToPanel();
$("table").addEventListener("toggle", fillTable);
window.addEventListener("popstate", () => set(read(), { remember: false }));
// The frame after that in which the picture was drawn: it is on the screen, and so is the panel.
network.once("afterDrawing", () =>
  requestAnimationFrame(() =>
    window.setTimeout(() => {
      performance.mark("first-draw");
      window.__page = { set, thing, through, measure, blamed, told, now: () => ({ ...state }), placeOn, shownNetwork }; // for its tests
      window.__ready = true;
    }),
  ),
);

function showAll(before) {
  if (state.view !== before.view) draw();
  else if (before.day >= 0 && state.day !== before.day) redate();
  else if (before.day >= 0) refresh();
  if (["view", "day", "with", "show", "country", "ecosystem", "kind", "state", "stage", "disruption", "selected"].some((name) => state[name] !== before[name])) fillWave();
  showWave();
  showControls();
  fillPanel();
  fillTable();
}

// Where an item stands on the screen, in pixels from the corner of the chart.
function placeOn(id) {
  return network.canvasToDOM(byId.get(id));
}
