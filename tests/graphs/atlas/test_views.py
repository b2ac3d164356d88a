"""What can be looked at: each view shows what it should, each thing in a place of its own."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import metrics
from graphs.atlas import atlas
from graphs.atlas.views import PARTNERS, countries_of
from graphs.geography import REGIONS, region

DATA, FEW = st.data(), settings(max_examples=25)


def opened(chain):
    return [view for view in atlas(chain).views if view.kind == "nodes"]


@given(data=DATA)
@FEW
def test_every_thing_has_a_place_of_its_own(chains, data):
    found = atlas(data.draw(chains))
    for view in found.views:
        assert len(view.items) == len(view.x) == len(view.y) == len(set(view.items.tolist()))
        assert np.isfinite(view.x).all()
        assert np.isfinite(view.y).all()
        places = np.column_stack([view.x, view.y])
        apart = np.hypot(*(places[:, None] - places[None]).T) + 1e9 * np.eye(len(places))
        assert not len(places) or apart.min() > 5, view.id
        assert 0 <= view.inside <= len(view.items)
        things = found.members[view.kind].shape[1]
        assert not len(view.items) or 0 <= view.items.min() <= view.items.max() < things


@given(data=DATA)
@FEW
def test_the_views_are_two_of_the_whole_and_one_of_each_ecosystem_and_country(chains, data):
    chain = data.draw(chains)
    found = atlas(chain)
    assert [view.id for view in found.views] == [
        "chain",
        "map",
        *(f"ecosystem:{name}" for name in found.groups.columns),
        *(f"country:{code}" for code in found.countries),
    ]
    whole, on_map = found.views[:2]
    made = chain.output @ found.members["groups"]
    assert set(whole.items.tolist()) == set(np.flatnonzero(made > 0).tolist())
    assert len(whole.items) == whole.inside <= 15 * len(REGIONS) <= 150
    assert on_map.items.tolist() == list(range(len(found.countries)))


@given(data=DATA)
@FEW
def test_an_opened_view_holds_its_nodes_and_the_strongest_partners_from_outside(chains, data):
    chain = data.draw(chains)
    groups, flows = atlas(chain).groups, chain.flows.toarray()
    for view in opened(chain):
        kind, _, key = view.id.partition(":")
        share = (chain.nodes.country == key).to_numpy(float)
        if kind == "ecosystem":
            share = groups.shares[:, groups.columns.index(key)]
        inside, partners = view.items[: view.inside], view.items[view.inside :].tolist()
        assert set(inside.tolist()) == set(np.flatnonzero((share > 0) & (chain.output > 0)).tolist())
        assert not set(partners) & set(np.flatnonzero(share > 0).tolist())
        sold, bought = flows @ share * (share == 0), share @ flows * (share == 0)
        sellers = [node for node in partners if view.x[view.items.tolist().index(node)] == view.x.min()]
        buyers = [node for node in partners if node not in sellers]
        best = sorted((amount for amount in sold if amount > 0), reverse=True)[:PARTNERS]
        assert sorted(sold[sellers], reverse=True) == pytest.approx(best)
        left = [amount for node, amount in enumerate(bought) if amount > 0 and node not in sellers]
        assert sorted(bought[buyers], reverse=True) == pytest.approx(sorted(left, reverse=True)[:PARTNERS])


@given(data=DATA)
@FEW
def test_suppliers_stand_to_the_left_and_buyers_to_the_right(chains, data):
    chain = data.draw(chains)
    for view in opened(chain):
        (left, *middle, right) = view.columns
        assert (left[1:], right[1:]) == (("", "Strongest suppliers"), ("", "Strongest buyers"))
        at = view.x[: view.inside]
        assert not len(at) or left[0] < at.min() <= at.max() < right[0]
        assert not len(at) or (left[0] < middle[0][0]) == (middle[-1][0] < right[0]) is True
        assert [label[0] for label in view.columns] == sorted(label[0] for label in view.columns)


@given(data=DATA)
@FEW
def test_headings_stand_where_their_things_do(chains, data):
    chain = data.draw(chains)
    found, industry, country = atlas(chain), chain.nodes.industry.to_numpy(), chain.nodes.country.to_numpy()
    for view in found.views:
        columns = {key: at for at, key, _ in view.columns if key}
        rows = {key: at for at, key, _ in view.rows}
        assert len(columns) == len([label for label in view.columns if label[1]])
        for item, x, y in zip(view.items[: view.inside].tolist(), view.x, view.y, strict=False):
            if view.id == "chain":
                column, row = divmod(item, len(found.groups.regions))
                assert x == columns[f"ecosystem:{found.groups.columns[column]}"]
                assert y == rows[f"region:{found.groups.regions[row]}"]
            elif view.kind == "nodes":
                assert abs(x - columns[f"industry:{industry[item]}"]) < 48
                if view.id.startswith("ecosystem:"):
                    assert abs(y - rows[f"country:{country[item]}"]) < 24
                else:
                    name = found.groups.columns[found.groups.shares[item].argmax()]
                    assert abs(y - rows[f"ecosystem:{name}"]) < 32


@given(data=DATA)
@FEW
def test_industries_lead_from_upstream_to_downstream(chains, data):
    chain = data.draw(chains)
    steps = metrics.upstreamness(chain).clip(upper=10).to_numpy()
    for view in opened(chain):
        codes = [key.partition(":")[2] for _, key, _ in view.columns if key]
        means = []
        for code in codes:
            of = (chain.nodes.industry == code).to_numpy()
            means.append(np.average(steps[of], weights=chain.output[of]))
        assert (np.diff(means) <= 1e-9).all()


@given(data=DATA)
@FEW
def test_countries_of_the_eu_come_first_and_each_part_by_output(chains, data):
    chain = data.draw(chains)
    found = countries_of(chain)
    made = chain.nodes.output_meur.groupby(chain.nodes.country).sum()
    eu = chain.in_eu[[chain.nodes.country.tolist().index(code) for code in found]].tolist()
    assert eu == sorted(eu, reverse=True)
    assert Counter(found) == Counter(made.index)
    for part in (True, False):
        amounts = [made[code] for code, inside in zip(found, eu, strict=True) if inside is part and code != "ROW"]
        assert amounts == sorted(amounts, reverse=True)
    assert "ROW" not in found[:-1]


def test_on_the_map_north_is_up_and_east_is_right(estimate):
    found = atlas(estimate)
    view = found.views[1]
    at = dict(zip(found.countries, zip(view.x, view.y, strict=True), strict=True))
    assert at["FI"][1] < at["DE"][1] < at["IT"][1]
    assert at["PT"][0] < at["ES"][0] < at["DE"][0] < at["PL"][0]
    europe = [at[code][0] for code in found.countries if region(code).endswith(("EU", "Europe"))]
    for code in found.countries:
        if region(code) == "Americas":
            assert at[code][0] < min(europe)
        elif region(code) in ("Asia", "Rest of the world") and code != "TR":
            assert at[code][0] > max(europe)


def test_many_countries_and_many_firms_of_one_industry_still_stand_apart(chain_of):
    """Sixty countries of nowhere, and forty firms that one country and industry have in common."""
    places = [(f"X{number}", "A") for number in range(60)] + [("DE", "C29")] * 40
    chain = chain_of(places, np.ones((100, 100)))
    for view in atlas(chain).views:
        assert len(set(zip(view.x.tolist(), view.y.tolist(), strict=True))) == len(view.items), view.id
    assert len(atlas(chain).views[0].items) <= 150


def test_no_view_of_the_estimate_is_too_full(estimate):
    sizes = {view.id: len(view.items) for view in atlas(estimate).views}
    assert sizes["chain"] <= 120
    assert sizes["map"] == 44
    assert max(size for name, size in sizes.items() if name.startswith("country:")) <= 33 + 2 * PARTNERS
