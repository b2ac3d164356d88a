"""What is said of a plan: the figures are those of the plan, and each case has its own sentence."""

from datetime import date
from decimal import Decimal

import pytest

from graphs.disruption import Disruption
from graphs.method import Method
from graphs.planning.avoided import Avoided, what_if
from graphs.planning.measures import Measure
from graphs.planning.plan import Plan, plan
from graphs.shock import shock
from graphs.valuechain import ValueChain
from reports import planning

ON, METHOD = date(2021, 3, 1), Method(horizon_weeks=16)

pytestmark = pytest.mark.usefixtures("one_thread")


def stock(name: str, weeks: float, cost: str | None, **more: object) -> Measure:
    given = {"at": ("DE_C29",), "supplier": ("TW_C26",)} | more
    return Measure(name, "stock", weeks, cost_likely_meur=Decimal(cost) if cost else None, **given)


def made(chain: ValueChain, measures: list[Measure], budget: str | None) -> tuple[Plan, Avoided]:
    chips = Disruption("Stop", ("TW",), ON, industries=("C26",), effect="supply", severity_likely=0.8)
    hit = shock(chain, [chips], ON, METHOD)
    found = plan(chain, hit, measures, budget, METHOD)
    return found, what_if(chain, hit, [one for one in measures if one.id in found.chosen], METHOD)


def said(text: str) -> str:
    return " ".join(text.split())


def test_a_plan_is_told_with_its_figures(toy):
    measures = [stock("M1", 3, "1.5"), stock("M2", 3, "2"), stock("M3", 1, "900"), stock("M4", 1, None)]
    found, avoided = made(toy, measures, "1.75")
    assert found.chosen == ("M1",)
    headline = said(planning.headline(found, avoided))
    assert headline.startswith("Spend 1.5 million € of 1.75 million € on 1 of 4 measures, to keep ")
    kept = dict(zip(planning.ranked(found).index, map(said, planning.reasons(found)), strict=True))
    assert next(iter(kept)) == "M1"
    assert "without it the plan would keep" in kept["M1"]
    assert "but it alone costs more than the budget" in kept["M2"]
    assert "less than it costs" in kept["M3"]
    assert "No cost is given" in kept["M4"]
    sentences = [said(one) for one in planning.sentences(found, avoided)]
    assert any(one.startswith("With more money the next would be M2") for one in sentences)
    assert any("none does better" in one for one in sentences)
    assert any("Mobility-Transport-Automotive" in one for one in sentences)


def test_the_cost_at_its_most_is_held_against_the_budget(toy):
    found, avoided = made(toy, [stock("M1", 3, "1.5", cost_high_meur="4")], "2")
    assert found.chosen == ("M1",)
    assert "2.0 million € over the budget" in said(" ".join(planning.sentences(found, avoided)))
    assert "(1.5–4.0 million €)" in said(planning.headline(found, avoided))


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (stock("M1", 3, "900"), "No measure is worth its cost: at most"),
        (stock("M1", 3, "1", at=("DE_G47",), supplier=("DE_A",)), "No measure is worth its cost: none keeps anything"),
        (stock("M1", 3, None), "No cost is given, so nothing is chosen"),
        (stock("M1", 3, "0"), "Take 1 measure that costs nothing: it keeps"),
    ],
)
def test_every_answer_has_its_sentence(toy, measure: Measure, words: str):
    assert words in said(planning.headline(*made(toy, [measure], None)))


def test_what_is_assumed_of_each_kind_is_said(toy):
    found, _ = made(toy, [stock("M1", 3, "1"), Measure("M2", "simpler rule", 2)], None)
    told = planning.assumptions(found)
    assert len(told) == 3
    assert "the user's own word" in told[1]
