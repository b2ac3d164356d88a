"""The words: every row of the tables says something that a record can hold."""

import csv
from importlib import resources

import pytest

from graphs import classification, disruption
from tracker.forms.vocabulary import stem, tokens, vocabulary

DATA = resources.files("tracker") / "data"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", rows("synonyms.csv"), ids=lambda row: f"{row['field']} {row['value']} {row['score']}")
def test_synonyms_point_to_values(row: dict[str, str]) -> None:
    known = {
        "industries": lambda value: bool(classification.divisions(value)),
        "ecosystems": classification.ECOSYSTEMS.__contains__,
        "stages": classification.STAGES.__contains__,
        "effect": disruption.EFFECTS.__contains__,
        "origin": lambda value: classification.place(value) == value,
        "": lambda value: value == "",
    }[row["field"]]
    assert known(row["value"])
    words = row["words"].split("; ")
    assert all(tokens(word.replace(" ~ ", " ").replace("/", " ")) for word in words)
    assert len(words) == len(set(words))
    assert row["field"] == "" or 60 <= int(row["score"]) <= 95


def test_every_ecosystem_and_stage_has_words() -> None:
    values = {row["value"] for row in rows("synonyms.csv")}
    assert values >= {*classification.ECOSYSTEMS, *classification.STAGES, *disruption.EFFECTS, *classification.EU27}


def test_labels_are_nace_and_nuts() -> None:
    assert {row["code"] for row in rows("industries.csv")} == {*"ABCDEFGHIJKLMNOPQRSTU"} | classification.divisions(
        "A-U"
    )
    assert all(classification.place(row["code"]) == row["code"] for row in rows("regions.csv"))


def test_the_index_is_one_value() -> None:
    assert vocabulary() is vocabulary()


@pytest.mark.parametrize(
    ("word", "same"),
    [("Chips", "chip"), ("GRÈVE", "greve"), ("Bus", "bus"), ("glass", "glass"), ("Batteries", "battery")],
)
def test_stems(word: str, same: str) -> None:
    assert stem(word) == same


def test_articles_before_an_apostrophe_are_no_part_of_a_word() -> None:
    assert [one.text for one in tokens("l'acier, dell'auto, Europe's cars, U.S.")] == [
        "acier",
        "auto",
        "Europe",
        "cars",
        "U.S.",
    ]
