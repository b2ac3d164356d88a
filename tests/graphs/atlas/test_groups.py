"""Ecosystems by parts of the world hold every node, by its share and once in each."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import metrics
from graphs.atlas.groups import NO_ECOSYSTEM, groups_of
from graphs.geography import REGIONS, region

DATA, FEW = st.data(), settings(max_examples=25)


@given(data=DATA)
@FEW
def test_each_column_has_the_output_that_is_scored(chains, data):
    chain = data.draw(chains)
    found, scored = groups_of(chain), metrics.groups(chain)
    inside = chain.output * chain.in_eu
    made = dict(zip(found.columns, inside @ found.shares, strict=True))
    for level, name in scored.columns:
        if level == "ecosystem":
            assert made[name] == pytest.approx(chain.output @ scored[level, name].to_numpy())
    for name in set(made) - {NO_ECOSYSTEM}:
        assert made[name] == 0 or ("ecosystem", name) in scored.columns


@given(data=DATA)
@FEW
def test_groups_are_the_columns_cut_by_parts_of_the_world(chains, data):
    chain = data.draw(chains)
    found = groups_of(chain)
    members = found.members.toarray().reshape(len(chain), len(found.columns), len(found.regions))
    np.testing.assert_array_equal(members.sum(axis=2), found.shares)
    for node, country in enumerate(chain.nodes.country):
        there = found.regions[found.region_of[node]]
        assert there == region(country)
        assert not np.delete(members[node], found.regions.index(there), axis=1).any()
    assert list(found.regions) == [name for name in REGIONS if name in set(map(region, chain.nodes.country))]


@given(data=DATA)
@FEW
def test_what_is_in_no_ecosystem_stands_once_and_what_is_in_several_in_each(chains, data):
    chain = data.draw(chains)
    found = groups_of(chain)
    named = chain.membership.reindex(chain.nodes.industry).fillna(0.0).to_numpy()
    alone = named.sum(axis=1) == 0
    expected = np.where(alone, 1.0, named.sum(axis=1)) * (chain.output > 0)
    np.testing.assert_allclose(found.shares.sum(axis=1) * (chain.output > 0), expected)
    if NO_ECOSYSTEM in found.columns:
        assert found.columns[-1] == NO_ECOSYSTEM
        assert found.shares[:, -1].tolist() == alone.tolist()
    else:
        assert not (alone & (chain.output > 0)).any()


@given(data=DATA)
@FEW
def test_columns_lead_from_upstream_to_downstream(chains, data):
    chain = data.draw(chains)
    found = groups_of(chain)
    steps = metrics.upstreamness(chain).clip(upper=10).to_numpy()
    means = [np.average(steps, weights=chain.output * found.shares[:, at]) for at in range(len(found.columns))]
    ordered = means[:-1] if NO_ECOSYSTEM in found.columns else means
    assert (np.diff(ordered) <= 1e-9).all()
    assert "" not in found.columns
    assert len(set(found.columns)) == len(found.columns)


def test_shares_are_those_of_the_industry(chain_of):
    shares = pd.DataFrame({"Half": [0.5, 0, 0], "Whole": [0, 1, 0], "Both": [0.25, 1, 0]}, index=["A", "B", "C26"])
    chain = chain_of([("DE", "A"), ("TW", "B"), ("FR", "C26")], np.zeros(9), [100, 50, 10], shares)
    found = groups_of(chain)
    assert set(found.columns) == {"Half", "Whole", "Both", NO_ECOSYSTEM}
    by_name = {name: found.shares[:, at].tolist() for at, name in enumerate(found.columns)}
    assert by_name == {"Half": [0.5, 0, 0], "Whole": [0, 1, 0], "Both": [0.25, 1, 0], NO_ECOSYSTEM: [0, 0, 1]}


def test_a_chain_that_makes_nothing_has_no_columns(chain_of):
    found = groups_of(chain_of([("DE", "A"), ("TW", "B")], np.zeros(4), [0, 0]))
    assert found.columns == ()
    assert found.members.shape == (2, 0)


def test_the_estimate_has_fourteen_ecosystems_and_the_rest_in_eight_parts(estimate):
    found = groups_of(estimate)
    assert len(found.columns) == 15
    assert found.regions == REGIONS
    made = estimate.output @ found.members
    assert made.shape == (120,)
    alone = estimate.membership.loc[estimate.nodes.industry].sum(axis=1).to_numpy() == 0
    assert made[-8:].sum() == pytest.approx(estimate.output[alone].sum())
