"""The backbone of a network, held against the paper's formula and against chains that can be done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.integrate import quad

from graphs.backbone import backbone, backbone_of, log10_significance
from graphs.errors import Faults


@st.composite
def networks(draw):
    """Up to 40 links of up to nine nodes; many are equally strong, some lead a node to itself or carry nothing."""
    n = draw(st.integers(1, 9))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), unique=True, max_size=40))
    flow = draw(arrays.arrays(float, len(pairs), elements=st.one_of(st.integers(0, 4), st.floats(0, 1e6))))
    flow = flow.round(2)
    supplier, buyer = np.array(pairs, np.int64).reshape(-1, 2).T
    return supplier, buyer, flow


def by_hand(supplier, buyer, flow):
    """α of every link, in the paper's words: once among those that leave, once among those that enter."""
    found = []
    for i, j, w in zip(supplier, buyer, flow, strict=True):
        if i == j or w == 0:
            found.append(1.0)
            continue
        out = [v for a, b, v in zip(supplier, buyer, flow, strict=True) if a == i != b and v > 0]
        into = [v for a, b, v in zip(supplier, buyer, flow, strict=True) if b == j != a and v > 0]
        found.append(min((1 - w / sum(all_)) ** (len(all_) - 1) for all_ in (out, into)))
    return np.array(found)


@given(networks())
def test_significance_is_the_formula_of_the_paper(network):
    assert 10 ** log10_significance(*network) == pytest.approx(by_hand(*network), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("share", "k"), [(0.3, 2), (0.5, 5), (0.05, 40)])
def test_the_formula_is_the_integral_of_the_null_model(share, k):
    """Eq. 2: one less the chance that one of k random pieces of a whole is smaller."""
    chance = 1 - (k - 1) * quad(lambda x: (1 - x) ** (k - 2), 0, share)[0]
    flow = np.array([share, *[(1 - share) / (k - 1)] * (k - 1)])
    found = log10_significance(np.zeros(k, int), np.arange(1, k + 1), flow)
    assert 10 ** found[0] == pytest.approx(chance)


@given(networks(), st.floats(0, 1))
def test_every_linked_node_keeps_its_strongest_links(network, alpha):
    supplier, buyer, flow = network
    kept = backbone(*network, alpha=alpha).links
    assert (np.diff(kept) > 0).all()
    assert not (supplier[kept] == buyer[kept]).any()
    between = (supplier != buyer) & (flow > 0)
    for ends in (supplier, buyer):
        for node in set(ends[between]):
            there = between & (ends == node)
            assert flow[there].max() == flow[kept][ends[kept] == node].max()


@given(networks(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_threshold_keeps_more(network, one, other):
    smaller, larger = (backbone(*network, alpha=alpha) for alpha in sorted((one, other)))
    assert set(smaller.links) <= set(larger.links)
    significant = log10_significance(*network) < larger.log10_alpha
    assert set(np.flatnonzero(significant)) <= set(larger.links)
    assert len(larger) - significant.sum() == larger.only_strongest


@given(networks(), st.integers(0, 45))
def test_the_threshold_for_so_many_links_is_the_largest(network, most):
    found, least = backbone_of(*network, most), backbone(*network, alpha=0.0)
    assert len(found) <= max(most, len(least))
    again = backbone(*network, log10_alpha=found.log10_alpha)
    assert again.links.tolist() == found.links.tolist()
    if -np.inf < found.log10_alpha < 0:
        assert len(backbone(*network, log10_alpha=np.nextafter(found.log10_alpha, 0.0))) > most
    if found.log10_alpha == 0:
        assert len(found) == ((network[0] != network[1]) & (network[2] > 0)).sum()


@given(networks(), st.sampled_from([2.0**-30, 0.5, 8.0, 2.0**40]), st.integers(0, 45))
def test_the_unit_does_not_matter(network, factor, most):
    supplier, buyer, flow = network
    scaled = backbone_of(supplier, buyer, flow * factor, most)
    assert scaled.links.tolist() == backbone_of(supplier, buyer, flow, most).links.tolist()


@pytest.mark.parametrize("factor", [1e-6, 0.7, 3.0, 1e9])
def test_nor_does_one_that_makes_flows_round(factor):
    supplier, buyer = np.divmod(np.arange(900), 30)
    flow = np.round(np.random.default_rng(7).pareto(1.0, 900), 1)  # of 900, some hundred values
    found, scaled = (backbone_of(supplier, buyer, one, 100) for one in (flow, flow * factor))
    assert scaled.links.tolist() == found.links.tolist()
    assert scaled.log10_alpha == pytest.approx(found.log10_alpha)


@given(networks(), st.integers(0, 45), st.randoms())
def test_nor_does_the_order_of_the_links(network, most, random):
    order = list(range(len(network[2])))
    random.shuffle(order)
    supplier, buyer, flow = network[0], network[1], network[2].round()  # whole numbers sum alike in any order
    turned = backbone_of(supplier[order], buyer[order], flow[order], most)
    assert sorted(np.array(order, int)[turned.links]) == backbone_of(supplier, buyer, flow, most).links.tolist()


def test_a_star_keeps_every_spoke_and_a_chain_every_link():
    spokes = np.arange(1, 6)
    star = backbone(np.zeros(5, int), spokes, np.array([96.0, 1, 1, 1, 1]), alpha=0.01)
    assert star.links.tolist() == [0, 1, 2, 3, 4]
    assert star.only_strongest == 4  # (1 − 0.96)⁴ is significant; the others are all that their ends have
    chain = backbone(np.arange(4), spokes[:4], np.array([5.0, 4, 3, 2]), alpha=0.9)
    assert (chain.links.tolist(), chain.only_strongest) == ([0, 1, 2, 3], 4)


def test_of_equals_the_lowest_partner_is_strongest():
    supplier, buyer = np.divmod(np.arange(16), 4)
    found = backbone(supplier, buyer, np.ones(16), alpha=0.0)
    pairs = list(zip(supplier[found.links].tolist(), buyer[found.links].tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)]


def test_nothing_underflows():
    """A node with a thousand links, one of which takes all but a thousandth: α is about 1e-3000."""
    k = 1001
    supplier, buyer = np.repeat([0, 1], k), np.tile(np.arange(2, k + 2), 2)
    flow = np.concatenate([[1e6], np.ones(k - 1), [1e6 / 2], np.ones(k - 1)])
    found = log10_significance(supplier, buyer, flow)
    assert found[0] == pytest.approx(1000 * np.log10(1000 / (1e6 + 1000)))
    assert found[0] < found[k] < -2000
    assert backbone_of(supplier, buyer, flow, 1).alpha == 0.0


def test_no_links_are_a_backbone_too():
    nothing = np.zeros(0, int), np.zeros(0, int), np.zeros(0)
    assert len(backbone(*nothing)) == len(backbone_of(*nothing, 5)) == 0


def test_on_the_estimate_it_is_small_and_holds_what_it_says(estimate):
    links = estimate.inputs
    found = backbone_of(links.supplier, links.buyer, links.flow_meur, 5_000)
    assert len(found) == 5_000
    assert found.log10_alpha == pytest.approx(-17.4725, abs=1e-4)
    assert links.flow_meur[found.links].sum() > 0.4 * links.flow_meur.sum()
    everybody, linked = (
        np.union1d(links.supplier[at], links.buyer[at]) for at in (links.supplier != links.buyer, found.links)
    )
    assert linked.tolist() == everybody.tolist()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"flow_meur": np.array([1.0, -1.0])}, ["flow_meur"]),
        ({"flow_meur": np.array([1.0, np.nan])}, ["flow_meur"]),
        ({"flow_meur": np.array([np.inf, 1.0]), "supplier": np.array([0, -1])}, ["supplier", "flow_meur"]),
        ({"buyer": np.array([1])}, ["flow_meur"]),
        ({"alpha": 1.5}, ["alpha"]),
        ({"alpha": float("nan")}, ["alpha"]),
        ({"log10_alpha": 0.5}, ["log10_alpha"]),
    ],
)  # fmt: skip
def test_faults(wrong, fields):
    network = {"supplier": np.array([0, 1]), "buyer": np.array([1, 2]), "flow_meur": np.array([1.0, 2.0])}
    with pytest.raises(Faults) as found:
        backbone(**network | wrong)
    assert [one.field for one in found.value.faults] == fields


def test_a_number_of_links_below_0_is_refused():
    with pytest.raises(Faults):
        backbone_of(np.array([0]), np.array([1]), np.array([1.0]), -1)


def test_what_differs_by_rounding_alone_is_equal():
    supplier, buyer = np.repeat([0, 1], 3), np.arange(2, 8)
    found = log10_significance(supplier, buyer, np.array([0.1, 0.1, 0.1, 1, 1, 1]))
    assert sum([0.1, 0.1, 0.1]) != 0.3  # so a share of it is not a third
    assert len(set(found)) == 1
