"""What the tests share: the toy economy, the shipped estimate, the design data, and random chains and records.

``st.from_type`` of ``ValueChain``, ``Disruption`` or any other kind of record draws random ones in any test.
"""

import dataclasses
import itertools
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from scipy import sparse

from graphs import classification, content, disruption, sources
from graphs.classification import ECOSYSTEMS, STAGES
from graphs.content import Content
from graphs.disruption import Disruption
from graphs.record import Record
from graphs.valuechain import Meta, ValueChain
from tracker.conversation import Evidence
from tracker.kinds import KINDS

SEVERITIES = ("severity_low", "severity_likely", "severity_high")
INDUSTRIES = ("A", "C26", "D35", "G47", "H49")
MEMBERSHIP = classification.membership(INDUSTRIES)
INVENTED = Meta("Random chain", 0, "INVENTED for tests")
NODES = tuple(itertools.product(("DE", "FR", "TW", "ROW"), INDUSTRIES))
SHARED = Path(__file__).resolve().parents[2] / "shared"

BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# How long something takes says nothing here: the machine may be slow, or busy with other things.
settings.register_profile("suite", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(scope="session")
def toy() -> ValueChain:
    """Three countries × four industries in round numbers."""
    return sources.toy()


@pytest.fixture(scope="session")
def estimate() -> ValueChain:
    """The shipped estimate of 2014, 1,452 nodes; its inverse is computed once for the whole session."""
    return sources.estimate_2014()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of design data and golden numbers; without it tests are skipped, but under CI they fail."""
    if not SHARED.is_dir():
        reason = "needs ../shared/… (design data beside the project)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser without a window; without Chromium its tests are skipped, but under CI they fail."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        reason = "needs Chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve() -> Callable[[Any], Any]:
    """Really serves an application, while the block lasts: ``with serve(app) as address``."""
    import uvicorn

    @contextmanager
    def serving(app: Any) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as ours:  # who comes before it answers waits; nobody else gets it
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
            thread = threading.Thread(target=server.run, args=([ours],))
            thread.start()
            try:
                yield f"http://localhost:{ours.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()

    return serving


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """The inventory model on one thread: for small chains, starting more takes longer than the work."""
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


@pytest.fixture(scope="session")
def permuted() -> Callable[[ValueChain, Sequence[int]], ValueChain]:
    """The same chain with its nodes in another order."""

    def turn(chain: ValueChain, order: Sequence[int]) -> ValueChain:
        flows = sparse.csr_array(chain.flows.toarray()[np.ix_(order, order)])
        demand = chain.final_demand.iloc[order]
        return ValueChain(chain.nodes.iloc[order], flows, demand, chain.meta, chain.membership)

    return turn


@pytest.fixture(scope="session")
def halved() -> Callable[[ValueChain, int, float], ValueChain]:
    """The same chain with one node in two parts of identical coefficients; the second, "<key>+", stands last."""

    def cut(chain: ValueChain, position: int, share: float) -> ValueChain:
        where, parts = [*range(len(chain)), position], np.ones(len(chain) + 1)
        parts[position], parts[-1] = share, 1 - share
        flows = sparse.csr_array(chain.flows.toarray()[np.ix_(where, where)] * np.outer(parts, parts))
        nodes = chain.nodes[["country", "industry", "label"]].iloc[where]
        nodes.index = pd.Index([*chain.keys, f"{chain.keys[position]}+"], name="key")
        nodes["output_meur"] = chain.output[where] * parts
        demand = pd.Series(chain.final_demand.to_numpy(float)[where] * parts, nodes.index)
        return ValueChain(nodes, flows, demand, chain.meta, chain.membership)

    return cut


@st.composite
def chains(draw: st.DrawFn) -> ValueChain:
    """Up to seven nodes in four countries and five industries, dense to unlinked; more than half are odd.

    Odd chains have a node without output, without final demand or with a negative one; value added may be negative.
    """
    places = draw(st.lists(st.sampled_from(NODES), unique=True, min_size=1, max_size=7))
    keys = ["_".join(place) for place in places]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = len(places)
    linked = random.random((n, n)) < draw(st.sampled_from((0.0, 0.3, 0.7, 1.0)))
    flows = random.uniform(0.1, 50, (n, n)).round(2) * linked
    demand = random.uniform(20, 200, n).round(2)
    odd, node = draw(st.sampled_from(("", "", "no output", "no demand", "negative demand"))), n - 1
    if odd == "no output":
        flows[node], flows[:, node], demand[node] = 0, 0, 0
    if odd.endswith("demand") and flows[node].any():
        demand[node] = -0.3 * flows[node].sum() * (odd == "negative demand")
    country, industry = zip(*places, strict=True)
    columns = {"country": country, "industry": industry, "label": keys, "output_meur": flows.sum(axis=1) + demand}
    nodes = pd.DataFrame(columns, pd.Index(keys, name="key"))
    chain = ValueChain(nodes, sparse.csr_array(flows), pd.Series(demand, nodes.index), INVENTED, MEMBERSHIP)
    assume(max(abs(np.linalg.eigvals(chain.technical_coefficients))) < 0.98)
    return chain


@st.composite
def records(draw: st.DrawFn) -> Disruption:
    """Valid records of any content."""
    text = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t"), max_size=20)
    days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
    places = st.lists(st.sampled_from(("DE", "TW", "DE21", "ITC4", "EU", "WORLD", "ROW")), max_size=3).map(tuple)
    names = draw(st.sets(st.sampled_from(SEVERITIES)))
    severity = dict(zip(sorted(names, key=SEVERITIES.index), sorted(draw(_shares(len(names)))), strict=True))
    start, other = sorted((draw(days), draw(days)))
    state = draw(st.sampled_from(disruption.STATES))
    origin, felt = draw(places), draw(places)
    words: dict[str, Any] = {
        "ecosystems": _some_of(draw, ECOSYSTEMS),
        "industries": _some_of(draw, ("A", "A03", "C26", "C10-C12", "C26.11", "cars")),
        "stages": _some_of(draw, STAGES),
        "actions_required": _some_of(draw, disruption.ACTIONS),
        "sources": _some_of(draw, ("https://a.eu/b?c=d&e=ü", "http://x.org/#(y)")),
        "effect": draw(st.none() | st.sampled_from(disruption.EFFECTS)),
        "horizon": draw(st.none() | st.sampled_from(disruption.HORIZONS)),
        "confidence": draw(st.none() | st.sampled_from(disruption.CONFIDENCES)),
        "source_kind": draw(st.none() | st.sampled_from(disruption.SOURCE_KINDS)),
    }
    texts = {name: draw(text) for name in ("id", "description", "cause", "proposals", "magnitude", "note")}
    return Disruption(
        title="x" + draw(text),
        origin=origin if origin or felt else ("DE",),
        felt=felt,
        start=start,
        end=other if state == "resolved" or draw(st.booleans()) else None,
        state=state,
        merged_into=_other_than(texts["id"]) if state == "merged" else "",
        **words,
        **texts,
        **severity,
    )


@st.composite
def said(draw: st.DrawFn, kind: type[Record]) -> Record:
    """Valid records of any other kind: each field by what it may hold, sometimes left empty."""
    values = {}
    for field in kind.fields():
        one = _ONE[type(field.content)](field.content)
        if field.many:
            values[field.name] = draw(st.lists(one, max_size=2).map(tuple))
        elif field.default is dataclasses.MISSING:
            values[field.name] = draw(one)
        else:
            values[field.name] = draw(st.just(field.default) | one)
    if kind is Evidence and not values["address"]:
        values["quote"] = "x" + values["quote"]
    return kind(**values)


_LETTERS = st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t")
_ONE: dict[type[Content], Callable[[Any], st.SearchStrategy[Any]]] = {
    content.Text: lambda one: st.text(_LETTERS, max_size=20).map(lambda text: f"x{text}" if one.needed else text),
    content.Word: lambda one: st.sampled_from(one.words),
    content.Place: lambda _: st.sampled_from(("DE", "TW", "DE21", "ITC4", "EU", "WORLD", "ROW")),
    content.Country: lambda _: st.sampled_from(("DE", "EU")),
    content.Region: lambda _: st.sampled_from(("DE21", "DE3", "DE600")),
    content.Industry: lambda _: st.sampled_from(("A", "A03", "C26", "C10-C12", "C26.11", "cars")),
    content.Address: lambda _: st.sampled_from(("https://a.eu/b?c=d&e=ü", "http://x.org/#(y)")),
    content.Reference: lambda _: st.from_regex(r"[A-Z][0-9]{1,4}", fullmatch=True),
    content.Day: lambda _: st.dates(content.EARLIEST, content.LATEST),
    content.Share: lambda _: st.floats(0, 1),
    content.Number: lambda one: st.integers(0, content.LARGEST) if one.whole else st.floats(0, content.LARGEST),
}


def _other_than(record_id: str) -> str:
    return "D8" if record_id == "D7" else "D7"


def _shares(count: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(0, 1), min_size=count, max_size=count)


def _some_of(draw: st.DrawFn, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(draw(st.lists(st.sampled_from(words), unique=True, max_size=2)))


st.register_type_strategy(ValueChain, chains())
st.register_type_strategy(Disruption, records())
for _kind in KINDS.values():
    if _kind.cls is not Disruption:
        st.register_type_strategy(_kind.cls, said(_kind.cls))


@pytest.fixture
def wiod_folder(tmp_path: Path) -> Path:
    """Three invented years in the layout of the WIOD 2013 release: four countries × four industries, whole millions."""
    folder, random = tmp_path / "wiod", np.random.default_rng(2013)
    (folder / "years").mkdir(parents=True)
    industries = ["AtB", "27t28", "34t35", "71t74"]
    nodes = pd.MultiIndex.from_product([["DEU", "ROM", "TWN", "RoW"], industries], names=["country", "industry"])
    pd.DataFrame({"industry": industries, "label": ["Farming", "Metals", "Cars", "=Offices"]}).to_csv(
        folder / "industries.csv", index=False
    )
    n, flows = len(nodes), random.uniform(1, 90, (len(nodes), len(nodes)))
    for year in (2007, 2008, 2009):
        flows = flows * random.uniform(0.8, 1.1, n)[None, :]
        demand = random.uniform(-5, 900, (n, 4))
        output = np.round(flows.sum(axis=1) + demand.sum(axis=1)).astype(int)
        sold, bought = np.divmod(np.arange(n * n), n)
        cells = nodes[sold].to_frame(index=False).set_axis(["origin_country", "origin_industry"], axis=1)
        cells[["dest_country", "dest_industry"]] = nodes[bought].to_frame(index=False)
        cells["value"] = np.trunc(flows).astype(int).ravel()
        cells.astype({"origin_country": "category"}).to_parquet(folder / "years" / f"flows_{year}.parquet")
        final = nodes.repeat(4).to_frame(index=False).set_axis(["origin_country", "origin_industry"], axis=1)
        final["dest_country"] = np.tile(["DEU", "ROM", "TWN", "RoW"], n)
        final["category"], final["value"] = "HFCE", np.trunc(demand).astype(int).ravel()
        final.to_parquet(folder / "years" / f"final_demand_{year}.parquet")
        nodes.to_frame(index=False).assign(output=output).to_parquet(folder / "years" / f"output_{year}.parquet")
    return folder
