"""What measures avoid: never less than nothing unless the kind says so, by hand on the toy, by ecosystem and in all."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.method import Method
from graphs.planning.applying import apply, faults_of
from graphs.planning.avoided import value_added_share, what_if
from graphs.planning.measures import KINDS, Measure
from graphs.shock import DatedShock, shock
from graphs.valuechain import ValueChain

ON, METHOD = date(2021, 3, 1), Method(horizon_weeks=12)
SEEDS = st.integers(0, 2**32 - 1)
HARMLESS = [name for name, kind in KINDS.items() if not kind.can_harm]

pytestmark = pytest.mark.usefixtures("one_thread")


def hit(chain: ValueChain, effect: str = "supply", key: str = "TW_C26", **more: object) -> DatedShock:
    country, _, industry = key.partition("_")
    words = {"industries": (industry,), "severity_likely": 0.8, "effect": effect} | more
    return shock(chain, [Disruption("Stop", (country,), ON, **words)], ON, METHOD)


def kinds_of_hit(chain: ValueChain, keys: list[str]) -> DatedShock:
    """A stop, a fall of demand and a cut link, together."""
    records = [
        Disruption(f"{effect}", (key[:2] if key[:3] != "ROW" else "ROW",), ON, effect=effect, severity_likely=0.7)
        for effect, key in zip(("supply", "demand", "link"), keys, strict=True)
    ]
    return shock(chain, records, ON, METHOD)


@pytest.mark.parametrize("pooled", [False, True])
@settings(max_examples=30)
@given(chain=st.from_type(ValueChain), seed=SEEDS, kind=st.sampled_from(HARMLESS))
def test_a_measure_never_adds_loss_unless_its_kind_says_so(chain, pooled: bool, seed: int, kind: str):
    """At no node, in no reading; nor does more of it."""
    method, random = replace(METHOD, pooled_stocks=pooled), np.random.default_rng(seed)
    for _ in range(50):
        keys = [str(one) for one in random.choice(chain.keys, 3)]
        amounts, delay = np.sort(random.uniform(0.001, min(KINDS[kind].most, 6), 2)), int(random.integers(0, 4))
        less, more = (Measure("M1", kind, float(one), (keys[0],), (keys[1],), keys[2], delay) for one in amounts)
        if not faults_of(chain, [more], method):
            break
    else:
        return  # this chain is too small for the kind
    given_shock = kinds_of_hit(chain, keys)
    some, much = (what_if(chain, given_shock, [one], method).nodes.to_numpy() for one in (less, more))
    noise = 1e-9 * chain.output[:, None] + 1e-9
    assert (some >= -noise).all()
    assert (much >= some - noise).all()


def test_a_nearer_supplier_can_add_loss(toy):
    """Chips from France instead of Taiwan, and France stops."""
    move = Measure("M1", "nearer supplier", 1.0, ("DE_C29",), ("TW_C26",), "FR_C26")
    assert KINDS["nearer supplier"].can_harm
    assert what_if(toy, hit(toy), [move], METHOD).table.loc[("eu", "EU"), "avoided_likely_meur"] > 0
    assert what_if(toy, hit(toy, key="FR_C26"), [move], METHOD).table.loc[("eu", "EU"), "avoided_likely_meur"] < 0


def test_the_table_adds_up(toy):
    stock = Measure("M1", "stock", 4, ("EU_C29",), ("TW_C26",))
    found = what_if(toy, hit(toy), [stock], METHOD)
    for reading in ("low", "likely", "high"):
        loss, left, avoided = (found.table[f"{what}_{reading}_meur"] for what in ("loss", "left", "avoided"))
        np.testing.assert_allclose(loss - left, avoided, atol=1e-9)
        column = found.nodes[f"avoided_{reading}_meur"]
        assert avoided[("all", "ALL")] == pytest.approx(column.sum())
        assert avoided[("eu", "EU")] == pytest.approx(column[toy.in_eu].sum())
        added = found.value_added.loc[("eu", "EU"), f"avoided_value_added_{reading}_meur"]
        assert added == pytest.approx((column * value_added_share(toy))[toy.in_eu].sum())
    assert found.table.loc["ecosystem"].avoided_likely_meur.max() > 0


@pytest.mark.parametrize(
    ("effect", "measure", "kind", "before", "after"),
    [
        ("supply", Measure("M", "skills", 0.3, ("TW_C26",), delay_weeks=4), "supply", [0.2] * 8, [0.2] * 4 + [0.5] * 4),
        ("supply", Measure("M", "skills", 0.9, ("TW_C26",)), "supply", [0.2] * 8, [1.0] * 8),
        ("supply", Measure("M", "shared capacity", 0.01, ("TW_C26",), (), "DE_C26"), "supply", [0.2] * 8, [0.21] * 8),
        ("demand", Measure("M", "demand support", 0.3, ("TW_C26",)), "demand", [0.2] * 8, [0.5] * 8),
        ("supply", Measure("M", "simpler rule", 3), "supply", [0.2] * 8, [0.2] * 5 + [1.0] * 3),
        ("supply", Measure("M", "simpler rule", 3, ("DE_A",)), "supply", [0.2] * 8, [0.2] * 8),
        ("supply", Measure("M", "transport alternative", 0.5), "supply", [0.2] * 8, [0.2] * 8),
    ],
)
def test_capacity_and_demand_are_put_back_as_the_catalogue_says(toy, effect, measure, kind, before, after):
    given_shock = hit(toy, effect)
    helped = apply(toy, given_shock, [measure], METHOD)
    for one, wanted in ((given_shock, before), (helped, after)):
        np.testing.assert_allclose(one.remaining(kind, 12)[:8, 9, 1], wanted, atol=1e-12)


def test_another_way_takes_its_share_of_a_cut_link(toy):
    given_shock = hit(toy, "link", felt=("DE",))
    helped = apply(toy, given_shock, [Measure("M", "transport alternative", 0.25, delay_weeks=2)], METHOD)
    [link] = helped.links(toy)
    np.testing.assert_allclose((link.active[:, 1:2] * link.cut[:, 1].max())[:4, 0], [0.8, 0.8, 0.6, 0.6])


def test_a_measure_that_comes_too_late_changes_nothing(toy):
    late = Measure("M1", "stock", 4, ("DE_C29",), ("TW_C26",), delay_weeks=12)
    assert what_if(toy, hit(toy), [late], METHOD).nodes.to_numpy().any() == 0


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (Measure("M1", "stock", 4, ("DE_G47",), ("FR_C29",)), "DE_G47 buys nothing from FR_C29"),
        (Measure("M1", "stock", 4, ("DE_X",), ("TW_C26",)), "'DE_X' is not in the value chain"),
        (Measure("M1", "second supplier", 0.5, ("DE_C29",), ("TW_C26",), "FR_C26"), "write up to 0.15"),
        (Measure("M1", "shared capacity", 0.1, ("DE_C29",), (), "DE_C29"), "cannot help itself"),
    ],
)
def test_what_does_not_fit_is_said(toy, measure: Measure, words: str):
    with pytest.raises(Faults, match=words):
        what_if(toy, hit(toy), [measure], METHOD)


def test_models_agree_that_restored_capacity_helps(toy):
    skills = Measure("M1", "skills", 0.5, ("TW_C26",))
    for model in ("inventories", "ario", "inoperability", "cascade"):
        found = what_if(toy, hit(toy), [skills], replace(METHOD, model=model))
        assert found.table.loc[("all", "ALL"), "avoided_likely_meur"] > 0
