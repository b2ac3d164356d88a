"""The charts of a day: the map of tiles, the heat map and the league."""

import itertools

import numpy as np
import pandas as pd
import pytest

from graphs.classification import ECOSYSTEMS, EU27, STAGES
from graphs.levels import COLOURS, LEVELS, SCORE_LEVELS
from reports.charts.heat_map import heat_map
from reports.charts.league import MOST, league
from reports.charts.steps import COUNTS
from reports.charts.tile_map import PLACES, reading, tile_map
from reports.charts.words import words_of

WORLD = ("US", "CN", "ROW", "JP", "TW")


@pytest.fixture
def places() -> pd.DataFrame:
    """All of the EU, its neighbours and some of the world."""
    codes = [*sorted(EU27), "GB", "CH", "NO", "TR", "RU", *WORLD]
    index = pd.Index(codes, name="country")
    score = pd.Series(np.linspace(50, 85, len(codes)), index).where(index.isin(EU27))
    return pd.DataFrame({"loss_share": np.linspace(0, 0.3, len(codes)), "score": score}, index)


def test_every_member_of_the_eu_has_its_tile_and_no_two_share_one():
    assert set(PLACES) >= EU27 | {"GB", "CH", "NO", "TR", "RU"}
    assert len(set(PLACES.values())) == len(PLACES)
    assert all(0 <= column < 7 and 0 <= row < 8 for column, row in PLACES.values())


@pytest.mark.parametrize("show", ["loss", "score"])
def test_the_map_names_every_country_with_its_figure(read, places, show):
    found = read(tile_map(places, "A", show))
    assert set(places.index) <= set(found.texts)
    assert "Outside Europe" in found.texts
    dashed = [one for one in found.elements if one.attrib.get("stroke-dasharray")]
    assert len(dashed) == len(places) - 27, "what has no score has a dashed border"
    if show == "score":
        assert {f"{score:.1f}" for score in places.score.dropna()} <= set(found.texts)
        assert found.texts.count("–") == len(places) - 27
        assert sum(len(found.of(f"fill-blue{step}")) for step in range(6)) == 27
    else:
        assert sum(len(found.of(f"fill-level{step}")) for step in range(6)) == len(places)
        assert len(found.of("fill-level0")) == 1
        assert len(found.of("fill-level5")) == int((places.loss_share > 0.2).sum())


def test_the_map_without_the_world(read, places):
    texts = read(tile_map(places, "A", world=False)).texts
    assert not set(WORLD) & set(texts)
    assert "DE" in texts
    assert "Outside Europe" not in texts


def test_maps_of_one_country_of_none_and_of_places_nobody_knows(read, places, hostile):
    assert read(tile_map(places.loc[["MT"]], "A")).texts == ["MT", f"{100 * places.loss_share['MT']:.0f}"]
    assert read(tile_map(places.iloc[:0], "A")).texts == ["This value chain has no countries."]
    assert len(read(tile_map(places.loc[["US"]], "A")).texts) == 3
    odd = places.iloc[: len(hostile)].set_axis(map(words_of, hostile))
    assert len(read(tile_map(odd, "A")).texts) == 2 * len(hostile) + 1
    assert "This value chain" in read(tile_map(places.assign(loss_share=np.nan), "A")).texts[0]


def test_the_map_is_read_in_a_sentence(places):
    assert "Taiwan 30 %" in reading(places).replace("\xa0", " ")
    assert reading(places, "score").startswith("Lowest score: Austria 50.0")
    assert reading(places.assign(loss_share=0.0)) == "No country loses output."


@pytest.mark.parametrize("narrow", [False, True])
def test_the_heat_map_counts_in_words_and_colours(read, narrow):
    pairs = list(itertools.product(ECOSYSTEMS, STAGES))
    cells = pd.DataFrame(pairs, columns=["ecosystem", "stage"])
    cells["disruption_count"] = np.arange(len(cells)) % 12
    found = read(heat_map(cells, "A", narrow))
    assert found.size[0] == (340 if narrow else 640)
    assert found.texts.count("·") == int((cells.disruption_count == 0).sum())
    assert found.texts.count("11") == int((cells.disruption_count == 11).sum())
    assert len(found.of("fill-blue5")) == int((cells.disruption_count >= 10).sum())
    assert {"operations", "technology development"} <= set(found.texts)
    assert "Agri-food" in found.texts


def test_heat_maps_of_one_cell_and_none(read, hostile):
    names = list(map(words_of, hostile))
    found = read(heat_map(pd.DataFrame({"stage": names, "ecosystem": names, "disruption_count": 1}), hostile[0]))
    assert found.texts.count("1") == len(hostile)
    assert max(map(len, found.texts)) <= 30
    one = pd.DataFrame({"stage": ["a"], "ecosystem": ["b"], "disruption_count": [1]})
    assert sorted(read(heat_map(one, "A")).texts) == ["1", "a", "b"]
    assert read(heat_map(one.iloc[:0], "A")).texts == ["No disruption is on record."]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_league_stands_from_the_lowest_up(read, narrow):
    score = np.array([70.0, 60.0, 80.0])
    table = pd.DataFrame({"label": ["A", "B", "C"], "score": score, "score_low": score - 9, "score_high": score + 5})
    table = table.assign(rank=[2, 3, 1], rank_low=[1, 2, 1], rank_high=[3, 3, 2])
    found = read(league(table, "League", narrow))
    assert [text for text in found.texts if text in "ABC"] == ["B", "A", "C"]
    assert "60.0 · rank 3 (2–3)" in found.texts
    lines = [one for one in found.elements if one.attrib.get("opacity") == "0.3"]
    lengths = [abs(float(one.attrib["x2"])) for one in lines]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) < 0.2, "intervals of one width are drawn equally wide"
    assert len(found.of("fill-accent")) == 3
    assert found.reading == "Lowest: B 60.0 (51.0–65.0); highest: C 80.0."


def test_leagues_of_one_of_many_and_none(read, hostile):
    table = pd.DataFrame({"label": [*map(words_of, hostile)], "score": 0.0, "score_low": 0.0, "score_high": 0.0})
    assert len(read(league(table, hostile[0])).of("fill-accent")) == len(hostile)
    assert len(read(league(table.iloc[:1], "A")).of("fill-accent")) == 1
    many = pd.concat([table] * 90, ignore_index=True)
    assert len(read(league(many, "A")).of("fill-accent")) == MOST
    for none in (table.iloc[:0], table.assign(score=np.nan)):
        assert read(league(none, "A")).texts == ["Nothing is scored."]


def test_there_are_words_for_each_step():
    assert len(LEVELS) == len(SCORE_LEVELS) == len(COLOURS) == len(COUNTS) == 6
