"""The document that the page reads: everything in it can be read back, within the precision that is promised."""

import base64
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.assessment import assess
from graphs.atlas import KINDS, atlas
from graphs.atlas.days import day_of
from graphs.atlas.packed import SCALE, packed, shares
from graphs.classification import EU27
from graphs.disruption import Disruption
from graphs.geography import region
from graphs.method import Method

pytestmark = pytest.mark.usefixtures("one_thread")

ON = date(2021, 3, 15)
DATA = st.data()
EVENTS = [
    Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", effect="supply", severity_likely=0.3),
    Disruption("Ban", ("TW",), ON, "D2", effect="link", felt=("FR",), severity_likely=0.4, stages=("procurement",)),
    Disruption("Fear", ("WORLD",), ON, "D3", effect="demand", severity_likely=0.9, sources=("https://a.eu/b",)),
]


def unpacked(text, kind, *shape):
    return np.frombuffer(base64.b64decode(text), dtype=kind).reshape(*(shape or (-1,)))


def document(found, days):
    """As the page gets it: through JSON, which knows no number without end."""
    return json.loads(json.dumps(packed(found, days), allow_nan=False))


@given(data=DATA)
@settings(max_examples=30)
def test_the_atlas_is_read_back_as_it_was(chains, data):
    chain = data.draw(chains)
    found = atlas(chain)
    told = document(found, [day_of(found, assess(chain, EVENTS, ON, Method()))])
    nodes = told["nodes"]
    assert (nodes["key"], nodes["label"]) == (list(chain.keys), list(chain.nodes.label))
    assert [told["countries"][at][0] for at in nodes["country"]] == list(chain.nodes.country)
    assert [told["industries"][at][0] for at in nodes["industry"]] == list(chain.nodes.industry)
    assert unpacked(nodes["output"], "<f4") == pytest.approx(chain.output, rel=1e-6)
    assert [code for code, *_ in told["countries"]] == list(found.countries)
    for code, _, part, eu in told["countries"]:
        assert (part, eu) == (region(code), code in EU27)
    table = unpacked(told["shares"], "<f4", len(told["industries"]), len(told["ecosystems"]))
    np.testing.assert_allclose(table[nodes["industry"]], found.groups.shares, rtol=1e-6)

    for view, said in zip(found.views[1:], told["views"][1:], strict=True):
        assert unpacked(said["items"], "<i4").tolist() == view.items.tolist()
        assert unpacked(said["x"], "<f4") == pytest.approx(view.x, abs=1e-3)
        assert unpacked(said["y"], "<f4") == pytest.approx(view.y, abs=1e-3)
    for kind in KINDS:
        links, said = found.links[kind], told["links"][kind]
        for name, values in (("from", links.supplier), ("to", links.buyer)):
            assert unpacked(said[name], "<i4").tolist() == values.tolist()
        assert unpacked(said["flow"], "<f4") == pytest.approx(links.flow_meur, rel=1e-6)
        trade, said = found.trade[kind], told["trade"][kind]
        things = found.members[kind].shape[1]
        assert unpacked(said["supplier"], "<i4", things, -1).tolist() == trade.supplier.tolist() if things else True
        assert unpacked(said["bought"], "<f4") == pytest.approx(trade.bought_meur, rel=1e-6)


@given(data=DATA)
@settings(max_examples=30)
def test_a_day_is_read_back_within_a_half_of_a_twenty_thousandth(chains, data):
    chain = data.draw(chains)
    found = atlas(chain)
    day = day_of(found, assess(chain, EVENTS, ON, Method()))
    document_ = document(found, [day])
    [said], n = document_["days"], len(chain)
    assert (said["on"], said["horizon"], said["before"]) == ("2021-03-15", day.horizon_weeks, day.weeks_before)
    assert unpacked(said["loss"], "<f4", 3, n) == pytest.approx(day.loss_share.T, rel=1e-6)
    lost = unpacked(said["lost"], "<i2", said["weeks"], n) / SCALE
    assert lost == pytest.approx(day.lost_share, abs=0.51 / SCALE)
    for cause, one in zip(day.causes, said["causes"], strict=True):
        assert unpacked(one["part"], "<i2") / SCALE == pytest.approx(cause.part, abs=0.51 / SCALE)
        bits = np.unpackbits(unpacked(one["hits"], "u1"), bitorder="little")
        assert bits[:n].astype(bool).tolist() == cause.hits.tolist()
        assert (one["id"], one["title"], one["kind"]) == (cause.record.id, cause.record.title, cause.record.effect)
    texts = document_["texts"]
    assert len(texts) == len(set(texts))
    for (level, key), one in day.told.items():
        place = said["told_nodes"][list(chain.keys).index(key)] if level == "node" else said["told"][f"{level}:{key}"]
        score, low, high, rank, reasons = place
        assert (score, low, high) == pytest.approx((one.score, one.low, one.high), abs=0.006)
        assert rank == (None if one.rank is None else list(one.rank))
        assert [texts[at] for _, at in reasons] == [text for _, text in one.reasons]
    outside = [told for told, eu in zip(said["told_nodes"], chain.in_eu, strict=True) if not eu]
    assert not any(outside)
    for kind in KINDS:
        cut, found_cut = said["cut"][kind], day.cut[kind]
        drawn = dict(map(tuple, cut["drawn"]))
        for at, share in enumerate(found_cut.drawn_share):
            assert drawn.get(at, 0.0) == pytest.approx(share, abs=6e-5)
        assert unpacked(cut["from"], "<i4").tolist() == found_cut.supplier.tolist()
        assert unpacked(cut["to"], "<i4").tolist() == found_cut.buyer.tolist()
        assert unpacked(cut["flow"], "<f4") == pytest.approx(found_cut.flow_meur, rel=1e-6)
        assert unpacked(cut["share"], "<f4") == pytest.approx(found_cut.share, rel=1e-6)


def test_shares_beyond_all_bounds_are_held_at_the_bounds():
    assert unpacked(shares([-9, -1.6, 0.00003, 1.6, 9]), "<i2").tolist() == [-32000, -32000, 1, 32000, 32000]
