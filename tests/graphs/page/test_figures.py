"""The figures that the page computes in the browser are those of the assessment."""

from datetime import date

import numpy as np
import pytest

from graphs.assessment import assess
from graphs.atlas import atlas
from graphs.atlas.days import day_of
from graphs.atlas.packed import SCALE
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.picture import picture_page
from graphs.score import attribution

ON = date(2021, 3, 15)
RECORDS = [
    Disruption("Lockdown", ("IT",), date(2021, 2, 1), "D1", effect="supply", industries=("I",), severity_likely=0.6),
    Disruption("Chips", ("TW", "CN"), ON, "D2", effect="link", industries=("C26",), severity_likely=0.5),
    Disruption("Fear", ("EU",), date(2021, 1, 4), "D3", effect="demand", severity_likely=0.05),
    Disruption("Strike", ("DE", "FR"), date(2021, 3, 1), "D4", effect="supply", industries=("C29",)),
]
GROUPS = (
    "group:Tourism|Southern EU",
    "group:Mobility-Transport-Automotive|Western EU",
    "group:Electronics|Asia",
    "group:In no ecosystem|Rest of the world",
    "region:Northern EU",
    "industry:C29",
)
MEASURE = "given[0].map((id) => page.measure(page.thing(id), page.through()))"
HALF_STEP = 0.51 / SCALE


@pytest.fixture(scope="module")
def result(estimate):
    return assess(estimate, RECORDS, ON, Method())


@pytest.fixture(scope="module")
def weights(estimate):
    """How much of the output of each node belongs to a thing, million euro a year."""
    groups, nodes = atlas(estimate).groups, estimate.nodes

    def of(thing):
        kind, _, key = thing.partition(":")
        if kind == "eu":
            share = estimate.in_eu
        elif kind == "ecosystem":
            share = estimate.in_eu * groups.shares[:, groups.columns.index(key)]
        elif kind == "group":
            ecosystem, region = key.split("|")
            share = groups.shares[:, groups.columns.index(ecosystem)]
            share = share * (groups.region_of == groups.regions.index(region))
        elif kind == "region":
            share = groups.region_of == groups.regions.index(key)
        elif kind == "industry":
            share = estimate.in_eu * (nodes.industry == key)
        elif kind == "country":
            share = nodes.country == key
        else:
            share = nodes.index == key
        return np.asarray(share, float) * estimate.output

    return of


@pytest.fixture(scope="module")
def html(estimate, result):
    """The day of the disruptions, and one on which nothing happens."""
    calm = assess(estimate, [], date(2020, 6, 1), Method())
    return picture_page(estimate, [(result, "Now."), (calm, "Then.")])


def test_measures_are_those_of_the_assessment(estimate, result, weights, html, opened):
    """For a horizon, a week, one disruption, a country, an ecosystem: by each kind of thing that can be looked at."""
    page = opened(html).ready()
    found = atlas(estimate)
    levels = [index for index in result.scores.index if index[0] in ("ecosystem", "country")]
    things = ["eu", *(f"{level}:{key}" for level, key in levels), *GROUPS, "country:US", "node:DE_C29", "node:TW_C26"]
    scored = {"eu": ("eu", "EU"), "node:DE_C29": ("node", "DE_C29"), "industry:C29": ("industry", "C29")}
    scored |= {f"{level}:{key}": (level, key) for level, key in levels}
    loss, nodes = result.nodes.loss_share.to_numpy(), result.nodes

    for thing, one in zip(things, page.call(MEASURE, things), strict=True):
        weight, inside = weights(thing), estimate.in_eu
        assert one["output"] == pytest.approx(weight.sum(), rel=1e-6)
        for name, column in (("loss", "loss_share"), ("low", "loss_low_share"), ("high", "loss_high_share")):
            assert one[name] == pytest.approx(np.average(nodes[column], weights=weight), rel=1e-5), thing
            meur = "lossMeur" if name == "loss" else f"{name}Meur"
            expected = weight @ nodes[column] * result.method.horizon_weeks / 52
            assert one[meur] == pytest.approx(expected, rel=1e-5), thing
        assert (one["score"] is None) == bool(weight[~inside].any()), thing
        if thing in scored:
            row = result.scores.loc[scored[thing]]
            assert one["loss"] == pytest.approx(row.loss_share, rel=1e-5)
            assert one["lowMeur"] == pytest.approx(row.loss_low_meur, rel=1e-5)
            assert one["score"] == pytest.approx(row.score, abs=0.01)
    told = page.call("given[0].map((id) => page.told(page.thing(id), 0))", [*scored])
    for thing, said in zip(scored, told, strict=True):
        row = result.scores.loc[scored[thing]]
        if thing.startswith("industry"):
            assert said is None
        else:
            assert said[:3] == pytest.approx([row.score, row.score_low, row.score_high], abs=0.006)

    # Week by week.
    for week in (0, result.shock.weeks_before, len(result.lost_share) - 1):
        page.call("page.set({ week: given[0] })", week)
        day = result.path.index[week]
        for thing, one in zip(things, page.call(MEASURE, things), strict=True):
            expected = np.average(result.lost_share[week], weights=weights(thing))
            assert one["loss"] == pytest.approx(expected, abs=HALF_STEP), thing
            assert one["lossMeur"] == pytest.approx(one["loss"] * one["output"] / 52)
            assert one["low"] is None
            key = "EU" if thing == "eu" else thing.removeprefix("ecosystem:")
            if key in result.path:
                assert one["loss"] == pytest.approx(result.path.loc[day, key], abs=HALF_STEP)
    page.call("page.set({ week: null })")
    assert bars(page) == pytest.approx(heights(result.lost_share, weights("eu")), abs=0.1)

    # What is put down to each disruption, alone and side by side.
    parts = attribution.shares(result.costs, len(estimate))
    blamed = page.call("given[0].map((id) => page.blamed(page.thing(id), page.through()))", things)
    for thing, rows in zip(things, blamed, strict=True):
        meur = weights(thing) * loss * result.method.horizon_weeks / 52
        expected = dict(zip((one.id for one in result.disruptions), meur @ parts, strict=True))
        assert [row["meur"] for row in rows] == sorted((row["meur"] for row in rows), reverse=True)
        for row in rows:
            assert row["meur"] == pytest.approx(expected[row["cause"]["id"]], abs=HALF_STEP * meur.sum() + 1e-9), thing
    for number, record in enumerate(result.disruptions):
        page.call("page.set({ disruption: given[0] })", record.id)
        for thing, one in zip(things, page.call(MEASURE, things), strict=True):
            weight = weights(thing)
            expected = np.average(loss * parts[:, number], weights=weight)
            assert one["loss"] == pytest.approx(expected, abs=HALF_STEP * np.average(loss, weights=weight) + 1e-9)
            hit = attribution.direct(estimate, result.shock.effects[number]) > 0.001
            marked = hit[estimate.in_eu].mean() <= 0.75
            assert one["direct"] == (marked and weight[hit].sum() >= 0.5 * weight.sum()), (thing, record.id)

    # Nothing but one country, or one ecosystem, counts.
    page.call("page.set({ disruption: '', country: 'IT' })")
    for thing, one in zip(things, page.call(MEASURE, things), strict=True):
        weight = weights(thing) * (estimate.nodes.country == "IT").to_numpy()
        assert (one is None) == (weight.sum() == 0)
        assert one is None or one["loss"] == pytest.approx(np.average(loss, weights=weight), rel=1e-5)
    page.call("page.set({ country: '', ecosystem: 'Tourism' })")
    tourism = found.groups.shares[:, found.groups.columns.index("Tourism")]
    for thing, one in zip(things, page.call(MEASURE, things), strict=True):
        weight = weights(thing) * (1 if "Tourism" in thing else tourism)
        assert (one is None) == (weight.sum() == 0)
        assert one is None or one["loss"] == pytest.approx(np.average(loss, weights=weight), rel=1e-5)
    tourism_eu = weights("ecosystem:Tourism")
    assert bars(page) == pytest.approx(heights(result.lost_share, tourism_eu), abs=0.1)

    # Without the filter the line is of what the view is of, and of what is selected.
    page.call("page.set({ ecosystem: '', view: 'ecosystem:Tourism' })")
    assert bars(page) == pytest.approx(heights(result.lost_share, tourism_eu), abs=0.1)
    assert "week by week: Tourism." in page.text("#wave-top")
    page.call("page.set({ selected: 'country:IT' })")
    assert bars(page) == pytest.approx(heights(result.lost_share, weights("country:IT")), abs=0.1)


def bars(page):
    """Heights of the bars over the slider of the wave, percent of the highest."""
    return page.call("[...document.querySelectorAll('#bars i')].map((bar) => parseFloat(bar.style.height))")


def heights(lost_share, weight):
    share = np.average(lost_share, weights=weight, axis=1)
    return np.maximum(2, 100 * share / share.max())


def test_disrupted_links_are_drawn_and_everything_hangs_on_its_strongest(estimate, result, html, opened):
    found = atlas(estimate)
    page, day = opened(html).ready(), day_of(found, result)
    drawn = "page.shownNetwork().joints.map(({ from, to, values }) => [from, to, ...values.map(([, value]) => value)])"

    # Countries: all of the backbone, and the disrupted links outside it.
    page.call("page.set({ view: 'map' })")
    links, cut = found.links["countries"], day.cut["countries"]
    rows = [*zip(links.supplier, links.buyer, links.flow_meur, cut.drawn_share, strict=True)]
    rows += [*zip(cut.supplier, cut.buyer, cut.flow_meur, cut.share, strict=True)][:40]
    expected = {(found.countries[one], found.countries[other]): pytest.approx(rest, rel=1e-4, abs=1e-4)
                for one, other, *rest in rows}  # fmt: skip
    assert {(one, other): rest for one, other, *rest in page.call(drawn)} == expected
    assert ("TW", "DE") in expected
    assert "with those most disrupted" in page.text("#caption")
    place = page.call("page.placeOn('country:TW')")
    page.call("page.set({ day: 1 })")
    assert [row for row in page.call(drawn) if row[3] > 0] == []
    assert len(page.call(drawn)) == len(links.flow_meur)
    assert "disrupted" not in page.text("#caption")
    assert page.call("page.placeOn('country:TW')") == place
    page.call("page.set({ day: 0 })")
    assert len(page.call(drawn)) == len(expected)

    # An ecosystem with more links than can be told apart.
    view = next(one for one in found.views if one.id == "ecosystem:Energy-intensive industries")
    page.call("page.set({ view: given[0] })", view.id)
    links, there = found.links["nodes"], set(view.items.tolist())
    within = [pair for pair in zip(links.supplier.tolist(), links.buyer.tolist(), strict=True) if there >= {*pair}]
    shown = {(one, other): flow for one, other, flow, _ in page.call(drawn)}
    keys = [(estimate.keys[one], estimate.keys[other]) for one, other in within]
    assert sum(pair in shown for pair in keys) == 420 < len(keys)
    assert f"{len(keys) - 420} of the weaker are left out here" in page.text("#caption")
    strongest, joined = [], set()
    for pair in keys:  # the largest flows first
        if not joined >= {*pair}:
            strongest.append(pair)
        joined |= {*pair}
    assert set(strongest) <= set(shown)
