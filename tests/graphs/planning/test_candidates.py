"""Who could help, and what is proposed: always fits the chain, names who is hit, and costs are left to the user."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.method import Method
from graphs.planning.alternatives import alternatives
from graphs.planning.applying import faults_of
from graphs.planning.candidates import candidates
from graphs.shock import DatedShock, shock
from graphs.valuechain import ValueChain

ON, METHOD = date(2021, 3, 1), Method(horizon_weeks=12)

pytestmark = pytest.mark.usefixtures("one_thread")


def hit(chain: ValueChain, effect: str, places: tuple[str, ...] = ("TW",), **more: object) -> DatedShock:
    record = Disruption("Stop", places, ON, effect=effect, severity_likely=0.8, **more)
    return shock(chain, [record], ON, METHOD)


@settings(max_examples=30)
@given(chain=st.from_type(ValueChain), effect=st.sampled_from(["supply", "demand", "link"]))
def test_what_is_proposed_fits_and_has_no_cost(chain, effect: str):
    found = candidates(chain, hit(chain, effect, (str(chain.nodes.country.iloc[0]),)), METHOD)
    assert len(found) <= 10
    assert all(not faults_of(chain, [one], METHOD) for one in found)
    assert all(one.cost_eur is None for one in found)
    assert len({one.id for one in found}) == len(found)


def test_against_a_stop_of_chips_stocks_and_stand_ins_where_it_hurts(toy):
    found = candidates(toy, hit(toy, "supply", industries=("C26",)), METHOD)
    assert [(one.kind, one.at, one.supplier) for one in found[:2]] == [
        ("stock", ("DE_C29",), ("TW_C26",)),
        ("second supplier", ("DE_C29",), ("TW_C26",)),
    ]
    assert {"substitution", "new capacity"} <= {one.kind for one in found}
    assert not {"transport alternative", "demand support", "shared capacity"} & {one.kind for one in found}


@pytest.mark.parametrize(
    ("effect", "places", "kind"),
    [
        ("link", ("TW",), "transport alternative"),
        ("demand", ("DE",), "demand support"),
        ("supply", ("DE",), "shared capacity"),
    ],
)
def test_the_kind_follows_from_what_is_cut(toy, effect: str, places: tuple[str, ...], kind: str):
    assert kind in {one.kind for one in candidates(toy, hit(toy, effect, places), METHOD)}


def lost(chain: ValueChain, **shares: float) -> pd.Series:
    return pd.Series([shares.get(key, 0.0) for key in chain.keys], chain.keys)


def test_alternatives_by_hand(toy):
    """DE_C26 makes 120 and loses a tenth: overtime 10.8, three quarters independent of a supplier that loses 0.4."""
    found = alternatives(toy, lost(toy, TW_C26=0.4, DE_C26=0.1), "TW_C26", METHOD)
    assert found.index.tolist() == ["DE_C26", "FR_C26"]
    row = found.loc["DE_C26"]
    np.testing.assert_allclose([row.spare_meur, row.independence_share, row.usable_meur], [10.8, 0.75, 8.1])
    links = toy.flows.toarray()
    assert row.covers_share == pytest.approx(8.1 / links[9][toy.in_eu].sum())
    customers = [i for i in range(12) if links[9, i] > 0 and toy.in_eu[i] and i != 1]
    assert row.sells_meur == pytest.approx(links[1, customers].sum())


def test_who_is_hit_as_hard_is_no_help(toy):
    found = alternatives(toy, lost(toy, TW_C26=0.4, DE_C26=0.4), "TW_C26", METHOD)
    assert found.index.tolist() == ["FR_C26", "DE_C26"]
    assert found.usable_meur["DE_C26"] == 0


def test_an_industry_is_helped_by_its_own_nodes_that_still_work(toy):
    found = alternatives(toy, lost(toy, DE_C26=0.4), "C26", METHOD)
    assert found.index.tolist() == ["FR_C26", "DE_C26"]
    with pytest.raises(Faults, match="'X99' is not in the value chain"):
        alternatives(toy, lost(toy), "X99", METHOD)


@settings(max_examples=30)
@given(chain=st.from_type(ValueChain), seed=st.integers(0, 2**32 - 1))
def test_alternatives_stay_within_their_bounds(chain, seed: int):
    share = pd.Series(np.random.default_rng(seed).uniform(0, 1, len(chain)), chain.keys)
    found = alternatives(chain, share, str(chain.keys[0]), METHOD)
    assert chain.keys[0] not in found.index
    assert set(found.country) <= {"DE", "FR"}
    assert (found.usable_meur <= found.spare_meur + 1e-12).all()
    assert (found.spare_meur <= METHOD.overtime_share * found.output_meur + 1e-12).all()
    assert found.usable_meur.is_monotonic_decreasing
    assert np.isfinite(found[["spare_meur", "independence_share", "usable_meur", "covers_share"]].to_numpy()).all()
