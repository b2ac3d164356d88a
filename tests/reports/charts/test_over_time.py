"""The charts over time: the wave of a disruption, scores with what happened, and the axis of days they share."""

import itertools
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from reports.charts.days import axis
from reports.charts.history import history
from reports.charts.history import reading as reading_of_scores
from reports.charts.wave import reading, wave

BEGIN = date(2020, 3, 2)


@pytest.mark.parametrize("days", [1, 7, 30, 92, 93, 365, 1200, 4000, 20_000, 60_000])
@pytest.mark.parametrize("most", [4, 7])
def test_a_time_axis_has_few_labels_at_the_right_days(days, most):
    shown = axis(BEGIN, BEGIN + timedelta(days=days), most).to_dict()["axis"]
    values = shown["values"]
    assert 1 <= len(values) <= most
    assert all(0 <= value <= days for value in values)
    if days > 92:
        assert {(BEGIN + timedelta(days=value)).day for value in values} == {1}


def test_years_are_labelled_at_their_beginning():
    first = date(2018, 10, 1)
    shown = axis(first, date(2026, 11, 24), 7).to_dict()["axis"]
    assert [first + timedelta(days=value) for value in shown["values"]] == [
        date(year, 1, 1) for year in (2020, 2022, 2024, 2026)
    ]
    assert '"2020"' in shown["labelExpr"]


def test_the_labels_of_a_time_axis_name_their_days(read, lost):
    texts = read(wave(lost, "A")).texts
    assert {"2 Mar", "16 Mar"} <= set(texts)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_wave_shows_its_band_its_peak_and_its_marks(read, lost, narrow):
    found = read(wave(lost, "Wave", {"begins": BEGIN + timedelta(10), "ends": BEGIN + timedelta(30)}, narrow))
    assert found.size == ((340, 230) if narrow else (640, 280))
    texts = [text.replace("\xa0", " ") for text in found.texts]
    assert "largest 3.4 %" in texts
    assert {"begins 12 Mar 2020", "ends 1 Apr 2020"} <= set(texts)
    assert len(found.of("fill-loss")) == 1, "the band"
    assert len(found.of("stroke-loss")) == 1, "the line"
    assert ("narrow" in found.root.attrib["class"]) == narrow


def test_a_wave_goes_in_steps_from_week_to_week(read):
    """Of 10 weeks, the line changes at the 9 bounds between them and ends a week after the last begins."""
    days = pd.Index([BEGIN + timedelta(weeks=week) for week in range(10)], name="week")
    lost = pd.DataFrame({"loss_share": np.arange(10) / 100}, days)
    [line] = read(wave(lost, "Wave")).of("stroke-loss")
    numbers = line.attrib["d"].replace("M", " ").replace("L", " ").split()
    points = [tuple(map(float, one.split(","))) for one in numbers]
    assert all(x == other_x or y == other_y for (x, y), (other_x, other_y) in itertools.pairwise(points))
    across = sorted({x for x, _ in points})
    assert np.ptp(np.diff(across)) < 0.3, "weeks are equally wide"
    assert len(across) == 11
    assert len({y for _, y in points}) == 10


@pytest.mark.parametrize("missing", ["loss_low_share", "loss_high_share", "both", "gap"])
def test_a_wave_without_its_band(read, lost, missing):
    if missing == "gap":
        lost.loc[lost.index[2], "loss_low_share"] = np.nan
    elif missing == "both":
        lost = lost[["loss_share"]]
    else:
        lost = lost.drop(columns=missing)
    found = read(wave(lost, "Wave"))
    assert found.of("fill-loss") == []
    assert len(found.of("stroke-loss")) == 1
    assert "–" not in found.reading.partition("of output")[2].partition("in the week")[0]


@pytest.mark.parametrize("narrow", [False, True])
def test_waves_of_one_week_none_and_nothing_lost(read, lost, narrow):
    assert len(read(wave(lost.iloc[:1], "A", narrow=narrow)).of("stroke-loss")) == 1
    assert read(wave(lost.iloc[:0], "A", narrow=narrow)).texts == ["No week is assessed."]
    assert read(wave(lost * np.nan, "A", narrow=narrow)).texts == ["No week is assessed."]
    flat = read(wave(lost * 0, "A", narrow=narrow))
    assert flat.reading == "No output is lost in any week."
    assert not [text for text in flat.texts if "largest" in text]


def test_what_is_made_up_for_lies_below_nothing(read):
    """The model ARIO can make more than normal: the axis reaches below 0."""
    days = pd.Index([BEGIN, BEGIN + timedelta(7)], name="week")
    found = read(wave(pd.DataFrame({"loss_share": [0.04, -0.02]}, days), "A"))
    assert any(text.startswith(("-", "−")) for text in found.texts)


def test_a_mark_outside_the_weeks_is_left_out(read, lost):
    assert not [text for text in read(wave(lost, "A", {"begins": date(2019, 1, 1)})).texts if "begins" in text]


def test_a_hostile_mark_is_text(read, lost, hostile):
    found = read(wave(lost, hostile[0], {text: BEGIN + timedelta(10) for text in hostile}))
    said = [text for text in found.texts if text.endswith("12 Mar 2020")]
    assert len(said) == len(hostile)
    assert f"{hostile[0][:23]}… 12 Mar 2020" in said
    assert all(len(text) <= 24 + len(" 12 Mar 2020") for text in said)


def test_a_wave_is_read_in_a_sentence(lost):
    assert reading(lost).replace("\xa0", " ") == (
        "Largest loss: 3.4 % of output (1.7 %–6.8 %) in the week of 23 Mar 2020; in the last week shown 0 %."
    )


@pytest.mark.parametrize("narrow", [False, True])
def test_a_history_shows_scores_intervals_and_events(read, scored, narrow):
    events = {number: BEGIN + timedelta(days=number) for number in range(1, 13)}
    found = read(history(scored, "EU27", events, narrow=narrow))
    assert found.size[0] == (340 if narrow else 640)
    assert [text for text in found.texts if text in map(str, events)] != []
    assert {str(number) for number in events} <= set(found.texts)
    assert "lowest 64.3" in found.texts
    areas = [one for one in found.of("fill-accent") if one.attrib.get("opacity") == "0.2"]
    assert len(areas) == 1


def test_numbers_keep_clear_of_each_other(read, scored):
    """Twelve events on twelve days: in a row of numbers none covers another as long as there are rows."""
    found = read(history(scored, "EU27", {number: BEGIN + timedelta(days=5 * number) for number in range(1, 13)}))
    at = {}
    for one in found.elements:
        if one.tag == "text" and one.attrib.get("font-weight") == "bold" and (one.text or "").isdigit():
            at[one.text] = tuple(map(float, one.attrib["transform"][10:-1].split(",")))
    assert len(at) == 12
    places = sorted(at.values())
    for place, (x, y) in enumerate(places):
        for other_x, other_y in places[place + 1 :]:
            assert abs(x - other_x) > 9 or abs(y - other_y) > 12


def test_a_week_that_is_not_computed_is_a_gap(read, scored):
    whole = read(history(scored, "A")).of("stroke-accent")
    gap = read(history(scored.drop(scored.index[4]), "A")).of("stroke-accent")
    assert len([one for one in whole if one.tag == "path"]) == 1
    assert len([one for one in gap if one.tag == "path"]) == 2
    assert (
        len(read(history(scored.assign(score=scored.score.mask(scored.score == 65.0)), "A")).of("stroke-accent")) == 2
    )


def test_a_history_marks_a_day_within_its_weeks(read, scored):
    assert "1 Apr 2020" in read(history(scored, "A", on=date(2020, 4, 1))).texts
    for day in (date(2019, 4, 1), date(2021, 4, 1)):
        assert not [text for text in read(history(scored, "A", on=day)).texts if "Apr 20" in text and text[0].isdigit()]


def test_what_began_after_the_last_week_lies_on_the_axis(read, scored):
    """The last Monday is 4 May; something begins on the Friday after it."""
    found = read(history(scored, "A", {1: date(2020, 5, 8)}))
    [number] = [one for one in found.elements if one.text == "1"]
    across = float(number.attrib["transform"][10:].split(",")[0])
    bound = max(float(one.attrib["x2"]) for one in found.of("stroke-line") if one.tag == "line")
    assert across == pytest.approx(bound, abs=1)


@pytest.mark.parametrize("narrow", [False, True])
def test_histories_of_one_week_and_none(read, scored, narrow):
    one = read(history(scored.iloc[:1], "A", {1: BEGIN}, narrow=narrow))
    assert "lowest 77.0" in one.texts
    assert "1" in one.texts
    assert read(history(scored.iloc[:0], "A", {1: BEGIN}, narrow=narrow)).texts == ["No week is computed yet."]


def test_events_outside_the_weeks_are_left_out(read, scored):
    found = read(history(scored, "A", {1: date(2019, 1, 1), 2: date(2030, 1, 1)}))
    assert not {"1", "2"} & set(found.texts)


def test_scores_are_read_in_a_sentence(scored):
    assert reading_of_scores(scored) == (
        "Lowest: 64.3 (44.3–68.3) on 30 Mar 2020; highest: 77.0 on 2 Mar 2020; last: 77.0 on 4 May 2020."
    )
    assert reading_of_scores(scored.iloc[:0]) == "No week is computed yet."
