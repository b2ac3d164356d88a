"""What an assessment says of every place in the atlas, held against the assessment itself."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.assessment import assess
from graphs.atlas import KINDS, atlas
from graphs.atlas.days import EVERYBODY, LEAST_CUT, MOST_CUT, MOST_REASONS, day_of
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.score import attribution

pytestmark = pytest.mark.usefixtures("one_thread")

ON = date(2021, 3, 15)
DATA = st.data()
CHIPS = Disruption(
    "No chips", ("TW",), date(2021, 3, 1), "D1", effect="link", industries=("C26",), felt=("FR",), severity_likely=0.4
)
STRIKE = Disruption("Strike", ("DE",), ON, "D2", effect="supply", industries=("C29",), severity_likely=0.3)
FEAR = Disruption("Fear", ("EU",), date(2021, 2, 1), "D3", effect="demand", severity_likely=0.1)
BAN = Disruption("Ban", ("TW",), ON, "D4", effect="link", severity_likely=0.5)
ALL = [CHIPS, STRIKE, FEAR, BAN]


@st.composite
def striking(draw):
    """Up to four disruptions in force."""
    records = []
    for number in range(draw(st.integers(0, 4))):
        records.append(
            Disruption(
                f"Event {number}",
                (draw(st.sampled_from(("DE", "FR", "TW", "EU", "WORLD"))),),
                ON - timedelta(days=draw(st.integers(0, 60))),
                f"D{number}",
                effect=draw(st.sampled_from(("supply", "demand", "link"))),
                severity_likely=draw(st.floats(0, 1)),
            )
        )
    return records


@given(data=DATA)
@settings(max_examples=30)
def test_a_day_is_what_was_assessed(chains, data):
    chain = data.draw(chains)
    result = assess(chain, data.draw(striking()), ON, Method())
    day = day_of(atlas(chain), result)
    nodes, n = result.nodes, len(chain)
    assert day.loss_share.shape == (n, 3)
    assert day.loss_share[:, 1].tolist() == nodes.loss_share.tolist()
    assert (day.loss_share[:, 0] <= day.loss_share[:, 2] + 1e-12).all()
    assert day.lost_share[day.weeks_before :].mean(axis=0).clip(0) == pytest.approx(nodes.loss_share, abs=1e-6)
    assert day.first_day + timedelta(weeks=day.weeks_before) == day.on == ON
    assert [cause.record for cause in day.causes] == result.disruptions
    if day.causes:
        parts = np.column_stack([cause.part for cause in day.causes])
        assert parts.sum(axis=1) == pytest.approx(np.ones(n))
        assert parts.min() >= 0
    for cause, effect in zip(day.causes, result.shock.effects, strict=True):
        cuts = attribution.direct(chain, effect) > 0.001
        if (cuts & chain.in_eu).sum() <= EVERYBODY * chain.in_eu.sum():
            assert cause.hits.tolist() == cuts.tolist()
        else:
            assert not cause.hits.any()


@given(data=DATA)
@settings(max_examples=30)
def test_what_is_told_is_what_was_scored(chains, data):
    chain = data.draw(chains)
    result = assess(chain, data.draw(striking()), ON, Method())
    day = day_of(atlas(chain), result)
    scored = {index for index in result.scores.index if index[0] != "industry"}
    assert set(day.told) == scored
    for (level, key), one in day.told.items():
        row = result.scores.loc[(level, key)]
        assert (one.score, one.low, one.high) == (row.score, row.score_low, row.score_high)
        assert one.low <= one.score <= one.high
        expected = [(reason.points, reason.text) for reason in result.reasons(level, key) if reason.points >= 0.05]
        assert list(one.reasons) == expected[:MOST_REASONS]
        if level in ("ecosystem", "country"):
            peers = result.level(level).score
            assert one.rank[0] == 1 + (peers > one.score).sum()
            assert one.rank[1] <= one.rank[0] <= one.rank[2]
        else:
            assert one.rank is None


@given(data=DATA)
@settings(max_examples=30)
def test_a_link_is_cut_by_what_is_cut_between_its_members(chains, data):
    chain = data.draw(chains)
    found, result = atlas(chain), assess(chain, data.draw(striking()), ON, Method())
    day = day_of(found, result)
    kept = np.ones((len(chain), len(chain)))
    country = chain.nodes.country.to_numpy()
    for effect in result.shock.effects:
        if effect.kind == "link":
            cut = np.outer(effect.cut[:, 1], effect.buyers[:, 1])
            kept *= 1 - cut * (country[:, None] != country[None])
    gone = chain.flows.toarray() * (1 - kept)
    for kind in KINDS:
        members, links = found.members[kind].toarray(), found.links[kind]
        lost = members.T @ gone @ members
        expected = lost[links.supplier, links.buyer] / links.flow_meur
        cut, flows = day.cut[kind], found.flows[kind].toarray()
        assert cut.drawn_share == pytest.approx(expected, abs=1e-12)
        assert cut.drawn_share.shape == links.flow_meur.shape

        # The others: what is not drawn, and loses most.
        np.fill_diagonal(lost, 0)
        lost[links.supplier, links.buyer] = 0
        lost[lost <= LEAST_CUT * flows] = 0
        others = sorted(lost[lost > 0], reverse=True)[:MOST_CUT]
        assert lost[cut.supplier, cut.buyer] == pytest.approx(others)
        assert cut.flow_meur == pytest.approx(flows[cut.supplier, cut.buyer])
        assert cut.share * cut.flow_meur == pytest.approx(others)
        assert len(set(zip(cut.supplier.tolist(), cut.buyer.tolist(), strict=True))) == len(cut.share)


def test_two_bans_on_one_link_do_not_cut_it_twice(toy):
    found = atlas(toy)
    day = day_of(found, assess(toy, ALL, ON, Method()))
    links = found.links["nodes"]
    at = {(toy.keys[i], toy.keys[j]): p for p, (i, j) in enumerate(zip(links.supplier, links.buyer, strict=True))}
    assert day.cut["nodes"].drawn_share[at["TW_C26", "FR_C29"]] == pytest.approx(1 - 0.6 * 0.5)
    assert day.cut["nodes"].drawn_share[at["TW_C26", "DE_C29"]] == pytest.approx(0.5)
    assert day.cut["nodes"].drawn_share[at["DE_C29", "FR_C29"]] == 0
    assert day.cut["nodes"].drawn_share[at["TW_C26", "TW_C29"]] == 0  # a ban is between countries


def test_what_cuts_nearly_all_marks_nobody(toy):
    day = day_of(atlas(toy), assess(toy, ALL, ON, Method()))
    hits = {cause.record.id: sorted(toy.keys[cause.hits]) for cause in day.causes}
    assert hits["D2"] == ["DE_C29"]
    assert hits["D3"] == []
    assert hits["D1"] == ["FR_C26", "FR_C29"]


def test_the_atlas_of_another_chain_is_refused(toy, chain_of):
    other = chain_of([("DE", "A")], [0])
    with pytest.raises(ValueError, match="another chain"):
        day_of(atlas(other), assess(toy, [], ON, Method()))


def test_the_estimate_on_a_hard_day(estimate):
    """Places do not depend on the day; parts of losses by ecosystem are those of the assessment."""
    record = Disruption("Lockdown", ("IT",), ON, "D1", effect="supply", industries=("I", "C29"), severity_likely=0.5)
    found, result = atlas(estimate), assess(estimate, [record], ON, Method())
    assert atlas(estimate) is found
    day = day_of(found, result)
    weight = found.groups.shares * (estimate.output * estimate.in_eu)[:, None]
    lost = day.loss_share[:, 1] @ weight / weight.sum(axis=0)
    for name, share in zip(found.groups.columns, lost, strict=True):
        if ("ecosystem", name) in day.told:
            assert share == pytest.approx(result.scores.loss_share["ecosystem", name])
    assert day.causes[0].hits.sum() == 2


def test_a_cut_that_nobody_feels_marks_nobody(estimate):
    """Almost every industry buys some chips; few buy so much that a ban hits them directly."""
    ban = Disruption("Ban", ("TW",), ON, "D1", effect="link", industries=("C26",), felt=("EU",), severity_likely=0.4)
    result = assess(estimate, [ban], ON, Method())
    [cause] = day_of(atlas(estimate), result).causes
    assert (attribution.direct(estimate, result.shock.effects[0]) > 0).sum() > 300
    assert 10 < cause.hits.sum() < 60
    assert cause.hits[estimate.keys.get_loc("DE_C26")]
