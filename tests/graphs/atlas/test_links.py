"""The links that are drawn and the trade that is named, held against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.atlas import KINDS, atlas
from graphs.atlas.links import MOST_LINKS, MOST_TRADE
from graphs.backbone import log10_significance

DATA, FEW = st.data(), settings(max_examples=25)


def flows_of(found, kind):
    """F = MᵀZM, link by link."""
    members, chain = found.members[kind].toarray(), found.chain
    flows = np.zeros((members.shape[1],) * 2)
    table = chain.flows.tocoo()
    for supplier, buyer, flow in zip(table.row, table.col, table.data, strict=True):
        flows += flow * np.outer(members[supplier], members[buyer])
    return flows


def pairs(links):
    return list(zip(links.supplier.tolist(), links.buyer.tolist(), strict=True))


@given(data=DATA)
@FEW
def test_flows_between_things_are_those_between_their_members(chains, data):
    found = atlas(data.draw(chains))
    for kind in KINDS:
        flows, links = flows_of(found, kind), found.links[kind]
        assert links.flow_meur == pytest.approx([flows[pair] for pair in pairs(links)])
        assert (np.diff(links.flow_meur) <= 0).all()
        assert len(set(pairs(links))) == len(links.flow_meur)
        assert all(supplier != buyer for supplier, buyer in pairs(links))
        assert (links.flow_meur > 0).all()
        apart = (flows > 0) & ~np.eye(len(flows), dtype=bool)
        assert links.of == apart.sum()
        weight = found.members[kind].sum(axis=1)
        assert flows.sum() == pytest.approx(weight @ found.chain.flows @ weight)
    assert flows_of(found, "countries").sum() == pytest.approx(found.chain.flows.sum())


@given(data=DATA)
@FEW
def test_everything_that_trades_has_its_strongest_links_in(chains, data):
    found = atlas(data.draw(chains))
    for kind in KINDS:
        flows, drawn = flows_of(found, kind), found.links[kind]
        np.fill_diagonal(flows, 0)
        for thing in range(len(flows)):
            for partners, end in ((flows[thing], drawn.supplier), (flows[:, thing], drawn.buyer)):
                if partners.max() > 0:
                    assert drawn.flow_meur[end == thing].max() == pytest.approx(partners.max())


def test_every_partner_in_a_view_hangs_on_what_it_is_of(estimate):
    """On a chain of which less than a hundredth of the links is drawn."""
    found, flows = atlas(estimate), estimate.flows.toarray()
    drawn = np.zeros(flows.shape)
    links = found.links["nodes"]
    drawn[links.supplier, links.buyer] = links.flow_meur
    for view in found.views:
        if view.kind == "nodes":
            inside, partners = view.items[: view.inside], view.items[view.inside :]
            there, back = np.ix_(partners, inside), np.ix_(inside, partners)
            strongest = np.maximum(flows[there].max(axis=1), flows[back].max(axis=0))
            joined = np.maximum(drawn[there].max(axis=1), drawn[back].max(axis=0))
            assert joined == pytest.approx(strongest)
            assert strongest.min() > 0


@given(data=DATA)
@FEW
def test_the_strongest_partners_are_those_of_a_plain_loop(chains, data):
    found = atlas(data.draw(chains))
    for kind in KINDS:
        flows, trade = flows_of(found, kind), found.trade[kind]
        assert trade.bought_meur == pytest.approx(flows.sum(axis=0))
        assert trade.sold_meur == pytest.approx(flows.sum(axis=1))
        np.fill_diagonal(flows, 0)
        for thing in range(len(flows)):
            for partners, who, amounts in (
                (flows[:, thing], trade.supplier[thing], trade.supplied_meur[thing]),
                (flows[thing], trade.buyer[thing], trade.sold_to_meur[thing]),
            ):
                best = sorted((flow for flow in partners if flow > 0), reverse=True)[:MOST_TRADE]
                assert amounts[: len(best)] == pytest.approx(best)
                assert partners[who[: len(best)]] == pytest.approx(best)
                assert len(set(who[: len(best)].tolist())) == len(best)
                assert (who[len(best) :] == -1).all()


def test_the_threshold_is_as_printed(estimate):
    """All links below it are in; the others are the strongest of a thing, or hold a partner."""
    found = atlas(estimate)
    for kind in ("groups", "countries"):
        links, flows = found.links[kind], (found.members[kind].T @ estimate.flows @ found.members[kind]).toarray()
        np.fill_diagonal(flows, 0)
        supplier, buyer = np.nonzero(flows)
        measured = log10_significance(supplier, buyer, flows[supplier, buyer])
        significant = set(zip(*(end[measured < links.log10_alpha].tolist() for end in (supplier, buyer)), strict=True))
        drawn = set(pairs(links))
        assert significant <= drawn
        strongest = {(one, int(flows[one].argmax())) for one in range(len(flows)) if flows[one].any()}
        strongest |= {(int(flows[:, one].argmax()), one) for one in range(len(flows)) if flows[:, one].any()}
        assert drawn == significant | strongest
        assert len(drawn) <= MOST_LINKS[kind]
        assert links.log10_alpha < -1
