"""From records to shock: each clause of the rule in graphs/shock.py, by hand on the toy economy.

The toy's nodes are A, C26, C29 and G47 of DE (0–3), FR (4–7) and TW (8–11).
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import disruption
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.shock import Effect, Shock, shock
from graphs.valuechain import ValueChain

ON = date(2021, 3, 1)
METHOD = Method()
LOCATED, BROAD, REGION, REST = (0.02, 0.1, 0.3), (0.002, 0.01, 0.05), (0.05, 0.15, 0.4), (0.002, 0.01, 0.05)


def record(**values: Any) -> Disruption:
    """A whole stop of DE for one day, unless said otherwise; three equal severities leave no spread."""
    whole = {"severity_low": 1.0, "severity_likely": 1.0, "severity_high": 1.0, "effect": "supply", "end": ON}
    return Disruption(**{"title": "x", "origin": ("DE",), "start": ON} | whole | values)


def vague(**values: Any) -> Disruption:
    """A record that says neither how much nor how long."""
    return record(**{"severity_low": None, "severity_likely": None, "severity_high": None, "end": None} | values)


def effect_of(chain: ValueChain, one: Disruption, method: Method = METHOD) -> Effect:
    (effect,) = shock(chain, [one], ON, method).effects
    return effect


def hit(chain: ValueChain, effect: Effect) -> dict[str, tuple[float, ...]]:
    """The cuts of the nodes that are hit: low, likely and high."""
    return {key: tuple(cut) for key, cut in zip(chain.keys, effect.cut.round(12).tolist(), strict=True) if any(cut)}


def links(chain: ValueChain, effect: Effect) -> set[str]:
    where, inputs = effect.links(chain).where, chain.inputs
    pairs = zip(inputs.supplier[where], inputs.buyer[where], strict=True)
    return {f"{chain.keys[supplier]} → {chain.keys[buyer]}" for supplier, buyer in pairs}


def rounded(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 12) for value in values)


# 1. Where


@pytest.mark.parametrize(
    ("places", "countries"),
    [
        (("DE",), "DE"),
        (("DE", "TW"), "DE TW"),
        (("DE", "DE"), "DE"),
        (("EU",), "DE FR"),
        (("WORLD",), "DE FR TW"),
        (("EU", "TW"), "DE FR TW"),
    ],
)
def test_a_named_country_counts_wholly(toy, places: tuple[str, ...], countries: str):
    effect = effect_of(toy, record(origin=places))
    assert hit(toy, effect) == {key: (1, 1, 1) for key in toy.keys if key[:2] in countries.split()}
    assert effect.assumptions == ()


def test_the_first_known_of_origin_and_felt_is_the_place(toy):
    assert {key[:2] for key in hit(toy, effect_of(toy, record(origin=("TW",), felt=("DE",))))} == {"TW"}
    assert {key[:2] for key in hit(toy, effect_of(toy, record(origin=(), felt=("FR",))))} == {"FR"}


def test_of_a_region_s_country_only_a_part_counts(toy):
    effect = effect_of(toy, record(origin=("DE21",)))
    assert hit(toy, effect) == dict.fromkeys(toy.keys[:4], REGION)
    assert effect.assumptions == ("DE21 is a region: 5–40 % of DE's industry assumed",)


def test_a_region_and_its_country_are_the_country(toy):
    assert hit(toy, effect_of(toy, record(origin=("DE21", "DE")))) == dict.fromkeys(toy.keys[:4], (1, 1, 1))


@pytest.mark.parametrize(("region", "country"), [("EL30", "GR"), ("UKI3", "GB"), ("ITC4", "IT")])
def test_regions_whose_country_eurostat_writes_otherwise(estimate, region: str, country: str):
    """NUTS 2024: Greece is EL, the United Kingdom UK; in the chain they are GR and GB."""
    effect = effect_of(estimate, record(origin=(region,)))
    assert set(hit(estimate, effect).values()) == {REGION}
    assert {key[:2] for key in hit(estimate, effect)} == {country}


def test_a_country_that_the_chain_does_not_know_is_a_part_of_the_rest_of_the_world(estimate):
    effect = effect_of(estimate, record(origin=("UA",), industries=("C29",)))
    assert hit(estimate, effect) == {"ROW_C29": REST}
    assert effect.assumptions == ("UA is not in the table: 0.2–5 % of the rest of the world assumed",)


def test_the_rest_of_the_world_itself_counts_wholly(estimate):
    effect = effect_of(estimate, record(origin=("ROW",), industries=("C29",)))
    assert hit(estimate, effect) == {"ROW_C29": (1, 1, 1)}
    assert effect.assumptions == ()


def test_a_chain_without_rest_of_the_world_says_that_nothing_is_hit(toy):
    effect = effect_of(toy, record(origin=("UA",)))
    assert not effect.cut.any()
    assert effect.assumptions == (
        "UA is not in the table: 0.2–5 % of the rest of the world assumed",
        "nothing in this value chain is hit: place and industry are not in it",
    )


# 2. Which industries


@pytest.mark.parametrize(
    ("codes", "shares"),
    [
        (("C26",), {"DE_C26": 1}),
        (("C26.11",), {"DE_C26": 1}),
        (("A03",), {"DE_A": 1 / 3}),
        (("A01", "A02"), {"DE_A": 2 / 3}),
        (("C",), {"DE_C26": 1, "DE_C29": 1}),
        (("C26-C29", "A03"), {"DE_C26": 1, "DE_C29": 1, "DE_A": 1 / 3}),
        (("H",), {}),
    ],
)
def test_named_industries_by_the_share_of_their_divisions(toy, codes: tuple[str, ...], shares: dict[str, float]):
    effect = effect_of(toy, record(industries=codes))
    assert hit(toy, effect) == {key: rounded(*(3 * [share])) for key, share in shares.items()}


def test_a_class_stands_for_its_division_and_says_so(toy):
    effect = effect_of(toy, record(industries=("C26.11",)))
    assert effect.assumptions == ("C26.11 is a part of C26: the whole of C26 assumed",)


def test_partial_industries_of_the_estimate(estimate):
    effect = effect_of(estimate, record(industries=("C10", "C26")))
    assert hit(estimate, effect) == {"DE_C10-C12": rounded(*(3 * [1 / 3])), "DE_C26": (1, 1, 1)}


def test_industries_of_the_named_ecosystems_by_membership(toy):
    """In the shipped file C26 is wholly in two of them, which makes no more than the whole, and 2/3 of A in one."""
    effect = effect_of(toy, record(ecosystems=("Electronics", "Digital", "Agri-food")))
    assert hit(toy, effect) == {"DE_A": rounded(*(3 * [2 / 3])), "DE_C26": (1, 1, 1)}


def test_named_industries_go_before_ecosystems(toy):
    effect = effect_of(toy, record(ecosystems=("Agri-food",), industries=("C26",)))
    assert set(hit(toy, effect)) == {"DE_C26"}


def test_all_industries_if_none_is_named(toy):
    assert len(hit(toy, effect_of(toy, record()))) == 4


# 3. How much


def stated(low: float | None, likely: float | None, high: float | None) -> Disruption:
    return record(industries=("C26",), severity_low=low, severity_likely=likely, severity_high=high)


@pytest.mark.parametrize(
    ("given_values", "read_as"),
    [
        ((None, 0.4, None), (0.3, 0.4, 0.5)),
        ((None, 0.9, None), (0.675, 0.9, 1.0)),
        ((None, 0.0, None), (0.0, 0.0, 0.0)),
        ((0.4, None, None), (0.4, 0.4, 0.5)),
        ((0.2, None, 0.6), (0.2, 0.4, 0.6)),
        ((0.2, 0.3, 0.6), (0.2, 0.3, 0.6)),
        ((0.2, 0.3, None), (0.2, 0.3, 0.375)),
        ((None, 0.3, 0.6), (0.225, 0.3, 0.6)),
        ((None, None, 0.6), (0.45, 0.6, 0.6)),
    ],
)
def test_the_stated_severity_in_three_readings(toy, given_values, read_as):
    """A quarter either side for what is not stated, at most the whole; no reading leaves what is stated."""
    effect = effect_of(toy, stated(*given_values))
    assert effect.cut[1].round(12).tolist() == list(read_as)
    in_part = None in given_values
    assert any("severity stated in part" in text for text in effect.assumptions) is in_part


def test_the_spread_of_one_number_is_said(toy):
    assert effect_of(toy, stated(None, 0.4, None)).assumptions == (
        "severity stated in part: 30–50 % assumed, 40 % likely",
    )


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({"industries": ("C26",)}, LOCATED),
        ({"industries": ("C26",), "origin": (), "felt": ("DE",)}, LOCATED),
        ({}, BROAD),
        ({"ecosystems": ("Electronics",)}, BROAD),
        ({"industries": ("C26",), "origin": ("EU",)}, BROAD),
        ({"industries": ("C26",), "origin": ("DE", "WORLD")}, BROAD),
        ({"industries": ("C26",), "origin": (), "felt": ("EU",)}, BROAD),
    ],
)
def test_an_unknown_severity_is_that_of_the_method(toy, values: dict[str, Any], severity: tuple[float, ...]):
    """Located where country and industry are named, broad elsewhere."""
    effect = effect_of(toy, vague(**values, end=ON))
    wanted = toy.membership["Electronics"]["C26"] if "ecosystems" in values else 1
    assert tuple(effect.cut[1].round(12)) == rounded(*(wanted * share for share in severity))
    low, likely, high = (f"{100 * share:g}" for share in severity)
    assert effect.assumptions == (f"severity unknown: {low}–{high} % assumed, {likely} % likely",)


@given(one=st.from_type(Disruption), region=st.sampled_from(("DE", "DE21", "EU", "WORLD", "FR")))
def test_an_unknown_severity_is_never_zero(toy, one: Disruption, region: str):
    """Whatever else a record says, if its place and industry are in the chain it takes something in each reading."""
    values = one.to_dict() | {"state": "reported", "merged_into": "", "start": ON.isoformat(), "end": None}
    values |= {"origin": [region]}
    values |= {"industries": ["C26"], "severity_low": None, "severity_likely": None, "severity_high": None}
    effect = effect_of(toy, Disruption.from_dict(values))
    low, likely, high = effect.cut[[1, 5]].max(axis=0)
    assert 0 < low < likely < high
    assert any("severity unknown" in text for text in effect.assumptions)


@given(chain=st.from_type(ValueChain), one=st.from_type(Disruption))
def test_cuts_are_shares_and_readings_in_order(chain, one: Disruption):
    on = one.start
    for effect in shock(chain, [one], on, METHOD).effects:
        assert ((effect.cut >= 0) & (effect.cut <= 1)).all()
        assert ((effect.active >= 0) & (effect.active <= 1)).all()
        assert (np.diff(effect.cut, axis=1) >= -1e-12).all()
        assert (np.diff(effect.active, axis=1) >= 0).all()


# 4. How long


def weeks_in_force(one: Disruption, on: date = ON) -> np.ndarray:
    """Days of each week in force, likely reading."""
    chain = ValueChain.from_matrix(["DE_A"], [[0]], [1])
    (effect,) = shock(chain, [one], on, METHOD).effects
    return (effect.active[:, 1] * 7).round(9)


def test_start_to_end_counts_both_days():
    """Ten days from the date: a whole week and three days."""
    assert weeks_in_force(record(end=ON + timedelta(9)))[:3].tolist() == [7, 3, 0]
    assert weeks_in_force(record(end=ON))[:2].tolist() == [1, 0]


def test_weeks_before_the_date_are_followed():
    """Ten days before the date: two weeks, of which the first is in force for three days."""
    one = record(start=ON - timedelta(10), end=ON + timedelta(6))
    result = shock(ValueChain.from_matrix(["DE_A"], [[0]], [1]), [one], ON, METHOD)
    assert (result.weeks_before, result.steps, result.first_day) == (2, 28, ON - timedelta(14))
    assert weeks_in_force(one)[:4].tolist() == [3, 7, 7, 0]


def test_no_further_back_than_the_method_looks():
    one = record(start=ON - timedelta(1000), end=ON)
    result = shock(ValueChain.from_matrix(["DE_A"], [[0]], [1]), [one], ON, METHOD)
    assert (result.weeks_before, result.first_day) == (26, ON - timedelta(weeks=26))
    assert weeks_in_force(one)[24:28].tolist() == [7, 7, 1, 0]


def test_an_unknown_end_is_that_of_the_method(toy):
    """Four, eight and twenty-six weeks."""
    effect = effect_of(toy, record(end=None))
    assert effect.active.sum(axis=0).round(9).tolist() == [4, 8, 26]
    assert effect.active[3:5].tolist() == [[1, 1, 1], [0, 1, 1]]
    assert effect.assumptions == ("end unknown: 4–26 weeks assumed, 8 likely",)


def test_half_weeks_of_the_method_are_days(toy):
    effect = effect_of(toy, record(end=None), Method(duration_weeks=(0.5, 1, 2)))
    assert (effect.active[:3] * 7).round(9).tolist() == [[4, 7, 7], [0, 0, 7], [0, 0, 0]]


def test_a_record_is_followed_while_it_may_still_last(toy):
    """Without an end it counts for the longest reading, in that reading only."""
    one = record(end=None, start=ON - timedelta(weeks=10))
    effect = effect_of(toy, one)
    assert effect.active[10].tolist() == [0, 0, 1]
    assert shock(toy, [one], ON + timedelta(weeks=16), METHOD).effects == ()


def test_only_what_is_in_force_on_the_date_counts(toy):
    past, future = record(start=date(2021, 1, 1), end=date(2021, 2, 1)), record(start=date(2021, 4, 1), end=None)
    result = shock(toy, [past, future, record(state="draft")], ON, METHOD)
    assert result.effects == ()
    assert (result.weeks_before, result.steps, result.first_day) == (0, 26, ON)


# 5. What


@pytest.mark.parametrize(("effect", "kind"), [("supply", "supply"), ("demand", "demand"), (None, "supply")])
def test_an_unknown_effect_counts_as_supply(toy, effect: str | None, kind: str):
    found = effect_of(toy, record(effect=effect))
    assert found.kind == kind
    assert found.assumptions == (() if effect else ("effect unknown: counted as a loss of supply",))
    assert not found.buyers.any()


def test_a_link_cuts_sales_from_the_origin_to_where_it_is_felt(toy):
    effect = effect_of(toy, record(effect="link", origin=("TW",), felt=("DE",)))
    assert links(toy, effect) == {"TW_C26 → DE_C26", "TW_C26 → DE_C29"}
    assert effect.assumptions == ()


def test_a_link_cuts_the_named_industries_of_the_seller(toy):
    effect = effect_of(toy, record(effect="link", origin=("DE",), felt=("FR", "TW"), industries=("C26", "C29")))
    assert links(toy, effect) == {"DE_C26 → FR_C29", "DE_C29 → FR_C29", "DE_C29 → TW_G47"}


def test_a_link_is_felt_everywhere_else_if_not_said(toy):
    effect = effect_of(toy, record(effect="link", origin=("TW",)))
    assert links(toy, effect) == {f"TW_C26 → {buyer}" for buyer in ("DE_C26", "DE_C29", "FR_C26", "FR_C29")}
    assert effect.assumptions == ("the other end of the link is not said: every other country assumed",)


CROSSING = {
    "DE_A → FR_G47",
    "DE_C26 → FR_C29",
    "DE_C29 → FR_C29",
    "DE_C29 → TW_G47",
    "FR_A → DE_G47",
    "FR_C26 → DE_C29",
    "FR_C29 → DE_C29",
}
"""Sales of the toy's EU countries across a border."""


@pytest.mark.parametrize("felt", [(), ("WORLD",)])
def test_a_link_of_the_whole_eu_cuts_borders_inside_it_too(toy, felt: tuple[str, ...]):
    assert links(toy, effect_of(toy, record(effect="link", origin=("EU",), felt=felt))) == CROSSING


@pytest.mark.parametrize("felt", [(), ("WORLD",)])
def test_a_link_of_the_whole_world_cuts_every_border(toy, felt: tuple[str, ...]):
    """Each seller loses its buyers in every other country."""
    of_taiwan = {f"TW_C26 → {buyer}" for buyer in ("DE_C26", "DE_C29", "FR_C26", "FR_C29")}
    assert links(toy, effect_of(toy, record(effect="link", origin=("WORLD",), felt=felt))) == CROSSING | of_taiwan


def test_a_link_never_cuts_inside_one_country(toy):
    assert links(toy, effect_of(toy, record(effect="link", origin=("DE",), felt=("DE",)))) == set()
    of_germany = links(toy, effect_of(toy, record(effect="link", origin=("DE",), felt=("EU",))))
    assert of_germany == {"DE_A → FR_G47", "DE_C26 → FR_C29", "DE_C29 → FR_C29"}


@given(chain=st.from_type(ValueChain), one=st.from_type(Disruption))
def test_no_link_of_any_record_lies_inside_one_country(chain, one: Disruption):
    values = one.to_dict() | {"effect": "link"}
    for effect in shock(chain, [Disruption.from_dict(values)], one.start, METHOD).effects:
        assert not [link for link in links(chain, effect) if link.split("_")[0] == link.split(" → ")[1].split("_")[0]]


def test_a_link_known_only_where_it_is_felt_cuts_purchases(toy):
    """Sales are cut from the origin to where it is felt: if the origin is not said, from everywhere else."""
    effect = effect_of(toy, record(effect="link", origin=(), felt=("DE",)))
    assert links(toy, effect) == {
        "TW_C26 → DE_C26",
        "TW_C26 → DE_C29",
        "FR_A → DE_G47",
        "FR_C26 → DE_C29",
        "FR_C29 → DE_C29",
    }


def test_a_link_felt_in_a_region_says_what_it_assumes(toy):
    """Of a region's country only a part counts, for buyers as for sellers."""
    effect = effect_of(toy, record(effect="link", origin=("TW",), felt=("DE21",)))
    assert effect.assumptions == ("DE21 is a region: 5–40 % of DE's industry assumed",)
    assert effect.links(toy).cut.tolist() == [list(REGION), list(REGION)]


def test_the_cut_of_a_link_is_that_of_its_seller(toy):
    """Half of the sales of A (a third of it named) and of C26 to France."""
    half = {"severity_low": 0.5, "severity_likely": 0.5, "severity_high": 0.5}
    effect = effect_of(toy, record(effect="link", felt=("FR",), industries=("A03", "C26"), **half))
    links = effect.links(toy)
    cuts = dict(zip(toy.keys[toy.inputs.supplier[links.where]], links.cut[:, 1].tolist(), strict=True))
    assert cuts == {"DE_A": pytest.approx(0.5 / 3), "DE_C26": pytest.approx(0.5)}


def test_a_link_from_the_rest_of_the_world(estimate):
    """Ukraine's sunflower oil: a part of the food sales of the rest of the world to the EU."""
    one = record(effect="link", origin=("UA",), felt=("EU",), industries=("C10",))
    effect = effect_of(estimate, one)
    assert hit(estimate, effect) == {"ROW_C10-C12": rounded(*(share / 3 for share in REST))}
    ends = {(link.split(" → ")[0], link.split(" → ")[1][:2]) for link in links(estimate, effect)}
    assert {seller for seller, _ in ends} == {"ROW_C10-C12"}
    assert {buyer for _, buyer in ends} == set(estimate.nodes.country[estimate.in_eu])


def test_every_assumption_leaves_a_sentence(toy):
    effect = effect_of(toy, vague(origin=("DE21", "UA"), effect=None))
    assert effect.assumptions == (
        "severity unknown: 0.2–5 % assumed, 1 % likely",
        "effect unknown: counted as a loss of supply",
        "end unknown: 4–26 weeks assumed, 8 likely",
        "DE21 is a region: 5–40 % of DE's industry assumed",
        "UA is not in the table: 0.2–5 % of the rest of the world assumed",
    )


# All together


def test_what_remains_is_the_product_of_all_effects_of_a_kind(toy):
    """40 % and 50 % for one day each, in the first and the second week: the cut of a week is a seventh."""
    one = record(severity_low=0.2, severity_likely=0.4, severity_high=0.6)
    two = record(start=ON - timedelta(1), end=ON, industries=("C26",), severity_low=0.5, severity_likely=0.5)
    other = record(effect="demand")
    result = shock(toy, [one, two, other], ON, METHOD)
    remaining = result.remaining("supply", 12)
    assert remaining.shape == (27, 12, 3)
    assert remaining[0, 1, 1] == pytest.approx(1 - 0.5 / 7)
    assert remaining[1, 1, 1] == pytest.approx((1 - 0.4 / 7) * (1 - 0.5 / 7))
    assert remaining[1, 0].tolist() == pytest.approx([1 - 0.2 / 7, 1 - 0.4 / 7, 1 - 0.6 / 7])
    assert (remaining[2:] == 1).all()
    assert (remaining[:, 4:] == 1).all()
    assert (result.remaining("link", 12) == 1).all()
    assert result.remaining("demand", 12)[1, 0, 1] == pytest.approx(6 / 7)


def test_the_order_of_records_does_not_matter(toy):
    ones = [record(id=str(i), start=ON - timedelta(i % 2), severity_low=0.1 * i) for i in range(4)]
    first, second = (shock(toy, list(order), ON, METHOD) for order in (ones, reversed(ones)))
    assert [effect.disruption.id for effect in first.effects] == [effect.disruption.id for effect in second.effects]
    assert [one.disruption for one in first.effects] == disruption.in_force(ones, ON, 26)


def test_a_shock_without_effects_leaves_all():
    assert (Shock((), 26).remaining("supply", 3) == 1).all()
