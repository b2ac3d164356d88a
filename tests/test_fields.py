"""Every public column stands in the table of fields, with its unit where its name says one."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pandas as pd
import pytest

from graphs import exchange, sources
from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.fields import fields
from graphs.method import Method
from graphs.picture import picture
from graphs.planning.alternatives import alternatives
from graphs.planning.avoided import what_if
from graphs.planning.measures import Measure
from graphs.planning.plan import plan
from graphs.score import resilience
from graphs.valuechain import ValueChain
from reports import figures
from reports.to_csv import to_csv

UNITS = {"_meur": "million EUR", "_share": "share", "_weeks": "weeks", "_steps": "steps"}
CHIPS = Disruption("No chips", ("TW",), date(2021, 3, 1), "D1", industries=("C26",), severity_likely=0.4)


@pytest.fixture(scope="module")
def chain() -> ValueChain:
    return sources.estimate_2014()


@pytest.fixture(scope="module")
def found(chain: ValueChain) -> Assessment:
    return assess(chain, [CHIPS], date(2021, 3, 1), Method())


def test_columns_are_described(chain: ValueChain, found: Assessment) -> None:
    graph = picture(chain, found, 50_000)
    nodes = {name for _, data in graph.nodes(data=True) for name in data}
    links = {name for _, _, data in graph.edges(data=True) for name in data}
    with zipfile.ZipFile(io.BytesIO(exchange.write(graph, "zip"))) as packed:
        written = [list(pd.read_csv(packed.open(name), nrows=1)) for name in ("nodes.csv", "edges.csv")]
    tables = [
        chain.nodes.columns,
        found.scores.columns,
        found.scores.index.names,
        found.nodes.columns,
        found.path.index.names,
        resilience.structure(chain, Method()).columns,
        pd.read_csv(io.StringIO(to_csv([found])), nrows=1).columns,
        *(figures.wave(found).reset_index(), figures.countries(found).reset_index(), figures.league(found, "country")),
        figures.stages([], found),
        *planned(),
        nodes,
        links,
        *([name.removesuffix("_json") for name in names] for names in written),
    ]
    known = set(fields().index)
    assert {str(name) for table in tables for name in table} <= known


def planned() -> list[pd.Index[str]]:
    """The columns of a plan and of what stands beside it, for the toy."""
    chain = sources.toy()
    found = assess(chain, [CHIPS], date(2021, 3, 1), Method())
    stock = Measure("M1", "stock", 4, ("DE_C29",), ("TW_C26",), cost_likely_meur=1)
    made, kept = plan(chain, found.shock, [stock], 5, found.method), what_if(chain, found.shock, [stock], found.method)
    helpers = alternatives(chain, found.nodes.loss_share, "TW_C26", found.method)
    tables = [made.table.reset_index(), made.frontier, made.robustness.reset_index(), kept.table.reset_index()]
    return [table.columns for table in (*tables, kept.value_added, helpers)]


def test_nothing_is_described_twice() -> None:
    assert fields().index.is_unique
    assert (fields().meaning != "").all()


@pytest.mark.parametrize("name", list(fields().index))
def test_units_agree_with_names(name: str) -> None:
    for ending, unit in UNITS.items():
        if name.endswith(ending):
            assert fields().unit[name].startswith(unit)
