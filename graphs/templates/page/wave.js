// The wave: what is lost week by week, as a line to slide along and to play.

let playing = 0;

function fillWave() {
  const { weeks, before, lost } = days[state.day];
  $("week").max = String(weeks - 1);
  const one = waveOf();
  const heights = weekly(one, through()).map((share) => Math.max(0, share));
  const top = Math.max(...heights, 1e-9);
  const bars = heights.map((share, week) => {
    const bar = make("i", week === state.week ? "now" : week < before ? "past" : "");
    bar.style.height = `${Math.max(2, (100 * share) / top)}%`;
    return bar;
  });
  $("bars").replaceChildren(...bars);
  const worst = heights.indexOf(Math.max(...heights));
  $("wave-top").textContent = `Output lost week by week: ${one.kind === "eu" ? "the EU" : one.name}. Most in the week of ${dated(weekBegins(state.day, worst))}: ${percent(heights[worst])}. Grey: before the date. Estimate.`;
  $("wave").hidden = !days[state.day].causes.length || state.with >= 0 || state.show === "score" || !lost.length;
}

// What the line is of: what is looked at, if it counts under the filters; else the EU.
function waveOf() {
  const one = lookedAt();
  return one && measure(one, through()) ? one : thing("eu");
}

function showWave() {
  const whole = state.week === null;
  $("week").value = String(whole ? days[state.day].before : state.week);
  const begins = weekBegins(state.day, Number($("week").value));
  const text = whole ? `All ${days[state.day].horizon} weeks from ${dated(days[state.day].on)}` : `Week of ${dated(begins)}`;
  $("week-said").textContent = text;
  $("week").setAttribute("aria-valuetext", text);
  $("whole").hidden = whole;
  Array.from($("bars").children).forEach((bar, week) => bar.classList.toggle("now", week === state.week));
}

function stop() {
  window.clearInterval(playing);
  playing = 0;
  $("play-said").textContent = "Play the wave";
  $("play-sign").textContent = "▶";
}

// The line of status says where the wave was left, not every week of it.
function halt() {
  stop();
  const one = waveOf();
  const found = state.week === null ? null : measure(one, through());
  if (found) report(`Stopped at the week of ${dated(weekBegins(state.day, state.week))}: ${one.kind === "eu" ? "the EU" : one.name} loses ${percent(found.loss)} of its output in it.`);
}

function play() {
  if (playing) return halt();
  const last = days[state.day].weeks - 1;
  set({ week: state.week === null || state.week >= last ? 0 : state.week });
  $("play-said").textContent = "Pause";
  $("play-sign").textContent = "❚❚";
  report("The wave plays, week by week.");
  playing = window.setInterval(() => {
    if (state.week === null || state.week >= last) return halt();
    return set({ week: state.week + 1 });
  }, 450);
  return undefined;
}

function listenToWave() {
  $("play").addEventListener("click", play);
  $("week").addEventListener("input", () => {
    stop();
    report("");
    set({ week: Number($("week").value) });
  });
  $("whole").addEventListener("click", () => {
    stop();
    report("");
    set({ week: null });
    $("week").focus();
  });
}
