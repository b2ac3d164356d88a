"""Ensembles: each scenario is what it says, whatever runs beside it and however many there are."""

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest

from graphs import ensemble as module
from graphs.disruption import Disruption
from graphs.ensemble import BLOCK, Ensemble, blocks, outcomes, scenario, size
from graphs.errors import Faults
from graphs.fields import fields
from graphs.method import Method
from graphs.propagation import WEEKS_A_YEAR, propagate
from graphs.shock import Effect, Shock
from graphs.valuechain import ValueChain

METHOD = Method()
START = date(2021, 3, 1)
STRIKE = Disruption("Strike", ("DE",), START, "D1", industries=("C29",), effect="supply", severity_likely=0.4)
STATED = Disruption(
    "Fewer cars", ("FR",), START, "D2", industries=("C29",), effect="demand", end=date(2021, 4, 11),
    severity_low=0.2, severity_likely=0.4, severity_high=0.8,
)  # fmt: skip
BAN = Disruption("No chips", ("TW",), START, "D3", industries=("C26",), felt=("DE",), effect="link")
RECORD = (STRIKE, STATED, BAN, Disruption("A draft", ("FR",), START, "D4", state="draft"))


def kept_alone(chain: ValueChain, effect: Effect) -> np.ndarray:
    """Share kept by node over the horizon when one effect is all there is, in one lane."""
    shock = Shock((effect,), METHOD.horizon_weeks, scenarios=1)
    return propagate(chain, shock, METHOD).kept[:, :, 0].mean(axis=0)


def effect_of(chain: ValueChain, kind: str, cut: dict[str, float], weeks: int, buyer: str = "") -> Effect:
    """An effect on named nodes, made without the ensemble."""
    of = chain.series(np.zeros(len(chain)), "cut")
    buyers = of.copy()
    for key, share in cut.items():
        of[key] = share
    if buyer:
        buyers[buyer] = 1.0
    active = (np.arange(METHOD.horizon_weeks) < weeks).astype(float)[:, None]
    return Effect(kind, of.to_numpy()[:, None], active, buyers.to_numpy()[:, None], domestic=True)


def of(chain: ValueChain, ensemble: Ensemble) -> pd.DataFrame:
    return pd.concat([outcomes(chain, ensemble, METHOD, block) for block in range(blocks(chain, ensemble))])


def test_every_node_is_stopped_as_if_alone(toy: ValueChain) -> None:
    found = of(toy, Ensemble("nodes", share=0.7, weeks=6))
    assert found.what.tolist() == list(toy.keys)
    assert found.scenario.tolist() == found.index.tolist() == list(range(12))
    normal = toy.output * METHOD.horizon_weeks / WEEKS_A_YEAR
    for row in found.itertuples():
        loss = (1 - kept_alone(toy, effect_of(toy, "supply", {row.what: 0.7}, 6))) * normal
        others = toy.series(loss, "loss").drop(row.what)
        assert row.loss_meur == pytest.approx(loss.sum(), rel=1e-9)
        assert row.eu_loss_meur == pytest.approx(loss[toy.in_eu].sum(), rel=1e-9)
        assert row.eu_loss_share == pytest.approx(loss[toy.in_eu].sum() / normal[toy.in_eu].sum(), rel=1e-9)
        assert row.knock_on_meur == pytest.approx(others.sum(), rel=1e-9)
        assert row.worst_node == others.idxmax()
        assert row.worst_node_loss_share == pytest.approx(1 - kept_alone(
            toy, effect_of(toy, "supply", {row.what: 0.7}, 6))[toy.keys.get_loc(row.worst_node)], rel=1e-9)  # fmt: skip
        assert (row.severity_share, row.duration_weeks) == (0.7, 6)


def test_every_link_from_the_threshold_on_is_cut_as_if_alone(toy: ValueChain) -> None:
    found = of(toy, Ensemble("links", share=1.0, weeks=4, min_flow_meur=10.0))
    flows = toy.flows.tocoo()
    large = {
        f"{toy.keys[a]} → {toy.keys[b]}"
        for a, b, flow in zip(flows.row, flows.col, flows.data, strict=True)
        if flow >= 10 and a != b
    }
    assert set(found.what) == large
    assert len(found) == len(large) > BLOCK
    for row in found[::5].itertuples():
        seller, buyer = row.what.split(" → ")
        kept = kept_alone(toy, effect_of(toy, "link", {seller: 1.0}, 4, buyer))
        loss = ((1 - kept) * toy.output).sum() * METHOD.horizon_weeks / WEEKS_A_YEAR
        assert row.loss_meur == pytest.approx(loss, rel=1e-9)
        assert row.knock_on_meur == row.loss_meur  # a link cuts no node itself


def test_the_worst_ecosystem_is_that_of_the_largest_share(toy: ValueChain) -> None:
    found = of(toy, Ensemble("nodes"))
    kept = kept_alone(toy, effect_of(toy, "supply", {"DE_C29": 0.4}, 8))
    weight = toy.membership.loc[toy.nodes.industry].to_numpy() * (toy.output * toy.in_eu)[:, None]
    share = ((1 - kept) @ weight) / np.where(weight.sum(axis=0) > 0, weight.sum(axis=0), 1)
    row = found[found.what == "DE_C29"].iloc[0]
    assert row.worst_ecosystem == toy.membership.columns[share.argmax()] == "Mobility-Transport-Automotive"
    assert row.worst_ecosystem_loss_share == pytest.approx(share.max(), rel=1e-9)


def test_what_is_drawn_of_the_record_lies_in_its_ranges(toy: ValueChain) -> None:
    ensemble = Ensemble("record", disruptions=RECORD, sample=3000)
    drawn = [scenario(toy, ensemble, METHOD, number) for number in range(size(toy, ensemble))]
    table = pd.DataFrame({"what": [one.what for one in drawn], "weeks": [one.weeks for one in drawn]})
    table["severity"] = [one.cut.max() for one in drawn]
    assert table.what.value_counts().to_dict() == {"D1": 1000, "D2": 1000, "D3": 1000}  # the draft does not count
    stated, open_ended = table[table.what == "D2"], table[table.what == "D1"]
    assert (stated.weeks == 6).all()
    assert stated.severity.between(0.2, 0.8).all()
    # Triangular, likely in the middle: half lies below the likely value, an eighth in the lowest quarter.
    assert (stated.severity < 0.4).mean() == pytest.approx(0.5, abs=0.05)
    assert (stated.severity < 0.3).mean() == pytest.approx(0.125, abs=0.035)
    low, likely, high = METHOD.duration_weeks
    assert open_ended.weeks.between(low, high).all()
    assert (open_ended.weeks < likely).mean() == pytest.approx(0.5, abs=0.05)
    assert open_ended.severity.between(0.3, 0.5).all()  # stated once: 25 % either side
    assert abs(np.corrcoef(open_ended.weeks, open_ended.severity)[0, 1]) < 0.1


def test_a_drawn_scenario_is_carried_as_if_alone(toy: ValueChain) -> None:
    ensemble = Ensemble("record", disruptions=RECORD, sample=30)
    found = of(toy, ensemble)
    for number in (0, 1, 2, 29):
        one = scenario(toy, ensemble, METHOD, number)
        active = one.active(METHOD.horizon_weeks)[:, None]
        kept = kept_alone(toy, Effect(one.effect, one.cut[:, None], active, one.buyers[:, None]))
        loss = ((1 - kept) * toy.output).sum() * METHOD.horizon_weeks / WEEKS_A_YEAR
        assert loss > 0
        assert found.loss_meur[number] == pytest.approx(loss, rel=1e-9)
        assert active.sum() == pytest.approx(min(one.weeks, METHOD.horizon_weeks))


def test_a_scenario_does_not_depend_on_how_many_there_are(toy: ValueChain) -> None:
    few, many = (Ensemble("record", disruptions=RECORD, sample=sample) for sample in (16, 500))
    pd.testing.assert_frame_equal(outcomes(toy, few, METHOD, 1), outcomes(toy, many, METHOD, 1), rtol=0, atol=0)
    other = dataclasses.replace(many, seed=2)
    assert (outcomes(toy, other, METHOD, 1).loss_meur != outcomes(toy, many, METHOD, 1).loss_meur).all()


def test_the_draws_are_those_of_the_children_of_the_seed(toy: ValueChain) -> None:
    children = np.random.SeedSequence(7).spawn(4)
    place, _ = np.random.default_rng(children[1]).triangular(0.0, 0.5, 1.0, 2)
    found = scenario(toy, Ensemble("record", disruptions=RECORD, seed=7), METHOD, 1).cut.max()
    assert found == pytest.approx(0.2 + 2 * place * 0.2 if place < 0.5 else 0.4 + (2 * place - 1) * 0.4)


def test_a_sample_is_drawn_without_repetition(toy: ValueChain) -> None:
    whole = of(toy, Ensemble("links", min_flow_meur=0.0)).set_index("what")
    some = of(toy, Ensemble("links", min_flow_meur=0.0, sample=9, seed=3)).set_index("what")
    assert len(set(some.index)) == 9
    assert list(some.index) == [what for what in whole.index if what in set(some.index)]
    # Beside others the last digits may differ, since cut links keep stocks of their own.
    pd.testing.assert_series_equal(some.loss_meur, whole.loss_meur[some.index], rtol=1e-9)
    assert size(toy, Ensemble("nodes", sample=10_000)) == 12


def test_a_deeper_or_longer_stop_never_loses_less(toy: ValueChain) -> None:
    base = of(toy, Ensemble("nodes", share=0.3, weeks=4)).loss_meur
    assert (of(toy, Ensemble("nodes", share=0.6, weeks=4)).loss_meur > base).all()
    assert (of(toy, Ensemble("nodes", share=0.3, weeks=8.5)).loss_meur > base).all()


def test_where_nothing_is_lost_no_name_is_given(toy: ValueChain) -> None:
    nowhere = Disruption("Elsewhere", ("US",), START, "D9", effect="supply", severity_likely=0.4)
    row = outcomes(toy, Ensemble("record", disruptions=(nowhere,)), METHOD, 0).iloc[0]
    assert (row.loss_meur, row.worst_node, row.worst_ecosystem, row.worst_node_loss_share) == (0, "", "", 0)
    outside = ValueChain.from_matrix(["US_A", "US_B", "US_C"], [[0, 20, 0], [0, 0, 10], [0, 0, 0]], [70, 60, 50])
    assert outcomes(outside, Ensemble("nodes"), METHOD, 0).eu_loss_share.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "firms"}, "'firms' is not known; give nodes, links, record"),
        ({"share": 0.0}, "0 is not a share above 0"),
        ({"share": float("nan")}, "nan is not a share above 0"),
        ({"weeks": 0.0}, "0 is no duration"),
        ({"weeks": float("inf")}, "inf is no duration"),
        ({"sample": 0}, "0 is no number of scenarios"),
        ({"seed": -1}, "-1 is below 0"),
        ({"min_flow_meur": -1.0}, "-1 is no threshold"),
        ({"kind": "record", "disruptions": RECORD[3:]}, "none is on record that counts"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(Faults, match=words):
        Ensemble(**({"kind": "nodes"} | wrong))  # type: ignore[arg-type]


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(Faults) as found:
        Ensemble("x", share=2, weeks=-1, sample=0, seed=-1, min_flow_meur=-1)
    assert [one.field for one in found.value.faults] == ["kind", "share", "weeks", "sample", "seed", "min_flow_meur"]


def test_there_is_no_scenario_beyond_the_last(toy: ValueChain) -> None:
    with pytest.raises(Faults, match="give a number from 0 to 11"):
        scenario(toy, Ensemble("nodes"), METHOD, 12)
    with pytest.raises(Faults, match="16 is not in the ensemble"):
        outcomes(toy, Ensemble("nodes"), METHOD, 2)


def test_columns_are_described(toy: ValueChain) -> None:
    assert set(outcomes(toy, Ensemble("nodes"), METHOD, 0)) <= set(fields().index)
    assert module.KINDS == ("nodes", "links", "record")
