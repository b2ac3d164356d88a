"""The graph page in a real browser beside pyvis's own page of the same chain: first draw, panning, size, generation.

First draw is the page's own mark: the end of the frame after that in which the canvas was drawn for the first time,
counted from the request, so that the server's work, the way and every script are in it. The panel is full and the
figures stand beside the marks by then, which a run of its own makes sure of. Of pyvis's page, which is read from a
file: the frame after the first one drawn, and the end of stabilisation, before which a bar covers the picture.
"""

from __future__ import annotations

import math
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import uvicorn
from measure import Row, seconds
from playwright.sync_api import Browser, Page, Playwright, TimeoutError, sync_playwright
from pyvis.network import Network
from scipy import sparse

from graphs import sources
from graphs.atlas import atlas
from graphs.picture import picture_page
from graphs.valuechain import ValueChain
from reports.morning import headline
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings

DAY = date(2020, 4, 15)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
RUNS, PAN_SECONDS, PATIENCE_SECONDS = 5, 2.5, 60
LARGER = 70
"""Industries of the larger chain: with 44 countries 3,080 nodes."""

# vis-network clears the canvas once each time it draws. What pyvis calls `network` is listened to as it is made.
WATCH = """
const clear = CanvasRenderingContext2D.prototype.clearRect;
window.times = { drawn: 0, frames: 0, gap: 0, on: false };
CanvasRenderingContext2D.prototype.clearRect = function (...box) {
  window.times.drawn += 1;
  return clear.apply(this, box);
};
window.shown = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
window.count = () => {
  Object.assign(window.times, { drawn: 0, frames: 0, gap: 0, since: performance.now(), on: true });
  let last = performance.now();
  const frame = (now) => {
    window.times.frames += 1;
    window.times.gap = Math.max(window.times.gap, now - last);
    last = now;
    if (window.times.on) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};
window.counted = () => {
  window.times.on = false;
  return { ...window.times, seconds: (performance.now() - window.times.since) / 1000 };
};
"""
LISTEN = """
let made;
Object.defineProperty(window, "network", {
  get: () => made,
  set: (network) => {
    made = network;
    network.once("afterDrawing", () => window.shown((now) => (window.times.first = now)));
    network.once("stabilizationIterationsDone", () => window.shown((now) => (window.times.usable = now)));
  },
});
"""
AFTER = """async ([selector, value, event]) => {
  const element = document.querySelector(selector);
  if (value !== null) element.value = value;
  const begun = performance.now();
  element.dispatchEvent(new Event(event, { bubbles: true }));
  return (await new Promise(window.shown)) - begun;
}"""
CHECK = """
const prototype = CanvasRenderingContext2D.prototype;
const [write, mark] = [prototype.strokeText, performance.mark];
let figures = 0;
prototype.strokeText = function (...text) {
  figures += 1;
  return write.apply(this, text);
};
performance.mark = (name) => {
  const canvas = document.querySelector("#chart canvas");
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  window.seen = { figures, colours: new Set(pixels).size, panel: document.getElementById("panel").innerText.length };
  return mark.call(performance, name);
};
"""
LARGEST = """() => JSON.parse(document.getElementById("data").textContent).views
  .filter(({ id }) => id.startsWith("ecosystem:"))
  .reduce((one, other) => (other.items.length > one.items.length ? other : one)).id"""


@dataclass(frozen=True)
class Theirs:
    """What pyvis's own page took; None for what did not come in time."""

    size_mb: float
    made_s: float
    first_s: float | None
    usable_s: float | None
    redraw_s: float | None
    requests: int


def rows() -> Iterator[Row]:
    """The estimate, then a chain of twice its nodes and four times its flows; each beside pyvis's page."""
    estimate = sources.estimate_2014()
    with sync_playwright() as playwright:
        for chain, bar in ((estimate, 1.0), (larger(estimate), 1.5)):
            name = f"{len(chain):,} nodes"
            with _served(chain) as (desk, address):
                one = desk.assess(DAY)
                told = [(one, headline(one))]
                cold = seconds(lambda chain=chain, told=told: picture_page(chain, told), 1)  # type: ignore[misc]
                theirs = _theirs(playwright, chain)
                yield Row(f"{name}: the page from an assessment, first of the chain", cold, bar=2.0)
                warm = seconds(lambda chain=chain, told=told: picture_page(chain, told))  # type: ignore[misc]
                yield Row(f"{name}: the page from an assessment, others", warm, "pyvis", theirs.made_s)
                size = len(picture_page(chain, told).encode()) / 1e6
                yield Row(f"{name}: the file", size, bar=3.0, unit="MB", note=f"pyvis's {theirs.size_mb:.2f} MB")
                yield from _seen(playwright, name, f"{address}/graph?on={DAY}", bar, theirs)


def larger(chain: ValueChain) -> ValueChain:
    """The same economy with each industry in two or three parts of uneven size, which trade as the whole does."""
    random, industries = np.random.default_rng(5), list(dict.fromkeys(chain.nodes.industry))
    parts = {code: (LARGER + at) // len(industries) for at, code in enumerate(industries)}
    places, sizes, codes = [], [], []
    for place, code in enumerate(chain.nodes.industry):
        for part, size in enumerate(random.dirichlet(np.full(parts[code], 5.0))):
            places.append(place)
            sizes.append(size)
            codes.append(f"{code}.{part + 1}")
    scale = sparse.diags_array(sizes)
    flows = sparse.csr_array(scale @ sparse.csr_array(chain.flows)[places][:, places] @ scale)
    nodes = chain.nodes[["country", "label"]].iloc[places].assign(industry=codes)
    nodes.index = pd.Index(nodes.country + "_" + nodes.industry, name="key")
    nodes["output_meur"] = chain.output[places] * np.array(sizes)
    demand = pd.Series(chain.final_demand.to_numpy(float)[places] * np.array(sizes), nodes.index)
    whole = [code.rpartition(".")[0] for code in dict.fromkeys(codes)]
    membership = chain.membership.loc[whole].set_axis(list(dict.fromkeys(codes)))
    return ValueChain(nodes, flows, demand, chain.meta, membership)


@contextmanager
def _served(chain: ValueChain) -> Iterator[tuple[Desk, str]]:
    """A desk on this chain with the embedded record, really served."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Settings(database_url=f"sqlite:///{folder}/log.sqlite"))
        desk.chain = chain
        desk.seed(datetime(2021, 3, 1, tzinfo=UTC))
        server = uvicorn.Server(uvicorn.Config(create_app(desk), host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield desk, f"http://localhost:{port}"
        server.should_exit = True
        thread.join()
        desk.close()


def _seen(playwright: Playwright, name: str, address: str, bar: float, theirs: Theirs) -> Iterator[Row]:
    """The page in the browser: first draw beside pyvis's, then opening, panning and the wave."""
    with _browser(playwright) as browser:
        _refuse_half_drawn(browser, address)
        loads = sorted(_load(browser, address) for _ in range(RUNS))
        own, server = loads[0]
        each = ", ".join(f"{first:.2f}" for first, _ in loads)
        yield Row(
            f"{name}: first draw, served", own, bar=bar, note=f"{each} s; in the least {server:.2f} s of the server"
        )
        asked = f"it asks {theirs.requests} files of the network, this page none"
        yield _beside(own, "pyvis, first draw", theirs.first_s, asked)
        yield _beside(own, "pyvis, end of stabilisation", theirs.usable_s, "")
        page = _opened(browser, address)
        yield from _panned(page, f"{name}: first view", theirs.redraw_s)
        largest = page.evaluate(LARGEST)
        for view in (largest, "country:DE"):
            page.evaluate("(view) => (location.hash = new URLSearchParams({ selected: view }))", view)
            page.wait_for_selector(".go")
            opened = page.evaluate(AFTER, [".go", None, "click"]) / 1000
            yield Row(f"{name}: {view}, from the click to the frame", opened)
            yield from _panned(page, f"{name}: {view}", None)
        page.evaluate(AFTER, ["#view", "chain", "change"])
        steps = [page.evaluate(AFTER, ["#week", str(week), "input"]) / 1000 for week in range(20)]
        note = f"median of {len(steps)}, longest {max(steps):.3f} s"
        yield Row(f"{name}: one step of the wave, first view", statistics.median(steps), note=note)


def _beside(own: float, other: str, other_s: float | None, note: str) -> Row:
    if other_s is None:
        note = f"not within {PATIENCE_SECONDS} s; {note}".removesuffix("; ")
    return Row("the same", own, other, other_s or PATIENCE_SECONDS, note=note)


@contextmanager
def _browser(playwright: Playwright) -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield browser
    browser.close()


def _opened(browser: Browser, address: str, script: str = WATCH) -> Page:
    """The page when it is drawn; it may ask for nothing but itself and must not say a word on the console."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.add_init_script(script)
    page.goto(address)
    page.wait_for_function("window.__ready")
    assert asked == [address], asked
    return page


def _load(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds from the request to the first draw, and to the first byte of the answer."""
    page = _opened(browser, address, "")
    first = page.evaluate("performance.getEntriesByName('first-draw')[0].startTime")
    server = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    page.close()
    return first / 1000, server / 1000


def _refuse_half_drawn(browser: Browser, address: str) -> None:
    """At the mark the marks are coloured, figures stand beside them and the panel is full."""
    page = _opened(browser, address, CHECK)
    seen = page.evaluate("window.seen")
    page.close()
    assert seen["colours"] > 100, seen
    assert seen["figures"] > 50, seen
    assert seen["panel"] > 500, seen


def _panned(page: Page, what: str, other_s: float | None) -> Iterator[Row]:
    """A view is dragged to and fro by the mouse; it draws at each move that the browser hands on."""
    redraw, note = _dragged(page, "#chart")
    yield Row(f"{what}, panning, one redraw", redraw, bar=0.05, note=note)
    if other_s is not None:
        yield Row("the same", redraw, "pyvis, once stable", other_s)


def _dragged(page: Page, selector: str) -> tuple[float, str]:
    """Seconds from one redraw to the next while the mouse drags, and what else was counted."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y)  # soon, or it is a long press
    page.evaluate("window.count()")
    end, moves = time.perf_counter() + PAN_SECONDS, 0
    while time.perf_counter() < end:
        moves += 1
        page.mouse.move(x + 150 * math.sin(moves / 5), y + 100 * math.sin(moves / 3), steps=4)
    found = page.evaluate("window.counted()")
    page.mouse.up()
    each = {name: found[name] / found["seconds"] for name in ("drawn", "frames")}
    note = f"{each['drawn']:.0f} redraws/s, {each['frames']:.0f} frames/s, longest without one {found['gap']:.0f} ms"
    return 1 / max(each["drawn"], 1e-3), note


def _theirs(playwright: Playwright, chain: ValueChain) -> Theirs:
    """pyvis's own page of the same nodes and as many links as this page holds, with its physics; what it draws when."""
    links = len(atlas(chain).links["nodes"].flow_meur)
    least = float(np.sort(chain.flows.data)[-links])
    begin = time.perf_counter()
    net = Network(cdn_resources="in_line")
    net.from_nx(chain.graph(least))
    text = net.generate_html()
    made = time.perf_counter() - begin
    asked: list[str] = []
    with tempfile.TemporaryDirectory() as folder, _browser(playwright) as browser:
        file = Path(folder) / "pyvis.html"
        file.write_text(text, "utf-8")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.route("http*://**", lambda route: route.abort())
        page.add_init_script(WATCH + LISTEN)
        page.goto(file.as_uri(), wait_until="commit")
        until = time.perf_counter() + PATIENCE_SECONDS
        first, usable = (_when(page, f"window.times.{name}", until) for name in ("first", "usable"))
        redraw = _dragged(page, "#mynetwork")[0] if usable else None
    return Theirs(len(text.encode()) / 1e6, made, first, usable, redraw, len(asked) - 1)


def _when(page: Page, what: str, until: float) -> float | None:
    """When it came true, in seconds from the request; None if it does not until then."""
    left = max(1.0, until - time.perf_counter())
    try:
        return float(page.wait_for_function(what, timeout=1000 * left).json_value()) / 1000
    except TimeoutError:
        return None
