"""Groups of nodes and metrics by group."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.score import resilience
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)


@given(chain=RANDOM)
def test_groups_inside_the_eu_are_those_that_are_scored(chain):
    found, scored = metrics.groups(chain), resilience.groups(chain)
    pd.testing.assert_frame_equal(found[scored.columns], scored, check_names=False)
    outside = found.columns.difference(scored.columns)
    assert {level for level, _ in outside} <= {"country"}
    assert set(found["country"] if len(outside) else ()) <= set(chain.nodes.country)


@given(chain=RANDOM)
def test_countries_add_up_to_the_chain(chain):
    for series in (metrics.hypothetical_extraction(chain), chain.nodes.output_meur):
        assert metrics.by_group(chain, series).get("country", pd.Series(0.0)).sum() == pytest.approx(
            series[chain.nodes.country.map(chain.nodes.output_meur.groupby(chain.nodes.country).sum() > 0)].sum()
        )


@given(chain=RANDOM)
def test_means_are_weighted_by_output(chain):
    steps, x = metrics.upstreamness(chain), chain.nodes.output_meur
    found = metrics.by_group(chain, steps)
    for (level, key), value in found.items():
        assert value <= steps.max() + 1e-12
        if level == "country":
            of = chain.nodes.country == key
            assert value == pytest.approx(np.average(steps[of], weights=x[of]))
    assert found.name == "upstreamness_steps"


def test_ecosystems_hold_industries_by_their_share():
    nodes = pd.DataFrame(
        {"country": "DE", "industry": ["A", "B"], "label": "x", "output_meur": 100.0}, ["DE_A", "DE_B"]
    )
    shares = pd.DataFrame({"half": [0.5, 1.0]}, index=["A", "B"])
    base = ValueChain.from_matrix(["DE_A", "DE_B"], np.zeros((2, 2)), [100, 100])
    chain = ValueChain(nodes, base.flows, base.final_demand, base.meta, shares)
    assert metrics.by_group(chain, chain.series([10, 40], "x_meur"))["ecosystem", "half"] == 45
    assert metrics.by_group(chain, chain.series([10, 40], "x_share"))["ecosystem", "half"] == pytest.approx(30)


def test_a_list_of_keys_is_a_group(toy):
    members = pd.DataFrame({"cars": 1.0}, index=["FR_C29", "DE_C29"])
    assert metrics.by_group(toy, toy.nodes.output_meur, members)["cars"] == 900
    assert metrics.by_group(toy, toy.series(toy.output, "x_index"), members)["cars"] == pytest.approx(500)
