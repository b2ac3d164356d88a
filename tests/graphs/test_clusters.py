"""Clusters in the chain: who belongs to one, and that its score is the mean of its nodes by the rules of all groups."""

import dataclasses
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from graphs.assessment import assess, regrouped
from graphs.clusters import members_of_clusters
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.organisation import Cluster
from graphs.score import resilience
from graphs.valuechain import ValueChain

ON = date(2021, 3, 1)
STRIKE = Disruption("Strike", ("DE",), ON, "D1", effect="supply", severity_likely=0.4)
CHIPS = Disruption("No chips", ("TW",), ON, "D2", industries=("C26",), effect="supply", severity_likely=0.5)


def test_the_rule_of_groups_holds_for_any_groups(toy: ValueChain) -> None:
    """All groups that are scored anyway, told as if they were others, are the same in everything."""
    later = ON + timedelta(weeks=3)  # so that something lies behind the date, and something ends after it
    ending = dataclasses.replace(STRIKE, end=later + timedelta(weeks=2))
    whole = assess(toy, [ending, CHIPS], later, Method())
    assert whole.scores.recovery_weeks.nunique() > 1
    members = resilience.groups(toy)
    labels = tuple(resilience.label(toy, level, key) for level, key in members.columns)
    again = regrouped(toy, whole, members, labels)
    own = whole.scores.loc[members.columns]
    pd.testing.assert_frame_equal(again.scores, own, rtol=1e-6, atol=1e-6)
    for level in ("country", "ecosystem"):
        pd.testing.assert_frame_equal(again.ranks(level), whole.ranks(level))
        for key in again.level(level).index:
            assert [one.text for one in again.reasons(level, key)] == [one.text for one in whole.reasons(level, key)]


def test_a_cluster_of_one_node_scores_as_that_node(toy: ValueChain) -> None:
    whole = assess(toy, [STRIKE, CHIPS], ON, Method())
    members = members_of_clusters(toy, [Cluster("Cars", country="DE", industries=("C29",), id="C1")])
    found = regrouped(toy, whole, members, ("Cars",))
    for name in ("score", "score_low", "score_high", "loss_meur", "structure", "state"):
        wanted = whole.scores.loc[("node", "DE_C29"), name]
        assert found.scores.loc[("cluster", "C1"), name] == pytest.approx(wanted, abs=1e-4), name
    lost = sum(one.points for one in found.reasons("cluster", "C1"))
    assert lost == pytest.approx(100 - found.scores.score[("cluster", "C1")])


@pytest.mark.parametrize(
    ("cluster", "keys"),
    [
        (Cluster("x", country="EU", industries=("C29",), id="C1"), ["DE_C29", "FR_C29"]),
        (Cluster("x", country="DE", ecosystems=("Electronics",), id="C1"), ["DE_C26"]),
        (Cluster("x", country="TW", industries=("C26",), id="C1"), None),
        (Cluster("x", industries=("C26",), id="C1"), None),
        (Cluster("x", country="DE", id="C1"), None),
        (Cluster("x", country="DE", industries=("C29",), id="C1", state="withdrawn"), None),
        (Cluster("x", country="DE", industries=("F",), id="C1"), None),
    ],
)
def test_who_belongs_to_one(toy: ValueChain, cluster: Cluster, keys: list[str] | None) -> None:
    found = members_of_clusters(toy, [cluster])
    assert list(found.columns) == ([] if keys is None else [("cluster", "C1")])
    if keys is not None:
        assert toy.keys[found["cluster", "C1"] > 0].tolist() == keys
        assert np.isfinite(found.to_numpy()).all()
        assert found.to_numpy().max() <= 1
