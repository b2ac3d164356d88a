// The wave: what is lost week by week, as a line to slide along and to play.

let playing = 0;

function fillWave() {
  const { weeks, before, lost } = days[state.day];
  $("week").max = String(weeks - 1);
  const eu = thing("eu");
  const heights = Array.from({ length: weeks }, (_, week) => Math.max(0, measure(eu, through(state.day, week))?.loss ?? 0));
  const top = Math.max(...heights, 1e-9);
  const bars = heights.map((share, week) => {
    const bar = make("i", week === state.week ? "now" : week < before ? "past" : "");
    bar.style.height = `${Math.max(2, (100 * share) / top)}%`;
    return bar;
  });
  $("bars").replaceChildren(...bars);
  $("wave-top").textContent = `Output lost in the EU, week by week; at most ${percent(Math.max(...heights))}. Estimate.`;
  $("wave").hidden = !days[state.day].causes.length || state.with >= 0 || state.show === "score" || !lost.length;
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
  $("play").textContent = "▶ Play the wave";
}

function play() {
  if (playing) return stop();
  const last = days[state.day].weeks - 1;
  set({ week: state.week === null || state.week >= last ? 0 : state.week });
  $("play").textContent = "❚❚ Pause";
  playing = window.setInterval(() => {
    if (state.week === null || state.week >= last) return stop();
    return set({ week: state.week + 1 });
  }, 450);
  return undefined;
}

function listenToWave() {
  $("play").addEventListener("click", play);
  $("week").addEventListener("input", () => {
    stop();
    set({ week: Number($("week").value) });
  });
  $("whole").addEventListener("click", () => {
    stop();
    set({ week: null });
    $("week").focus();
  });
}
