"""The frame of the charts: no hostile text, no network, colours by role that can be read in both themes."""

import re
import threading
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from reports.charts import drawing
from reports.charts.drawing import ROLES, alone, empty, rows, svg
from reports.charts.words import words_of

CSS = (Path(__file__).parents[3] / "tracker/static/charts.css").read_text("utf-8")
STYLE = (Path(__file__).parents[3] / "tracker/static/style.css").read_text("utf-8")
"""The colours of the page, which the charts take over."""


def bar(name: str) -> alt.Chart:
    return alt.Chart(rows([{"name": name, "share": 1.0}])).mark_bar().encode(alt.X("share:Q"), alt.Y("name:N"))


def test_hostile_texts_are_text(read, hostile):
    for text in hostile:
        chart = svg(bar(words_of(text)), text, text)
        for one in (chart, alone(chart, text)):
            assert read(one).title == words_of(text)
        assert read(chart).reading == words_of(text)
    assert read(empty(hostile[0], hostile[1])).texts == [hostile[1]]


def test_nothing_is_fetched():
    """A specification that names an address is refused before anybody goes there."""
    chart = alt.Chart(alt.UrlData(url="http://127.0.0.1:1/rows.csv")).mark_point().encode(alt.X("a:Q"))
    with pytest.raises(ValueError, match="not allowed"):
        svg(chart, "A", "B")


def test_a_picture_is_not_fetched(read):
    chart = alt.Chart(rows([{"url": "http://127.0.0.1:1/a.png"}])).mark_image().encode(alt.Url("url:N"))
    with pytest.raises((AssertionError, ValueError)):
        read(svg(chart, "A", "B"))


def test_a_chart_alone_says_what_it_is(read):
    chart = svg(bar("Cars").properties(width=640), "Output lost on 26 April 2020", "One bar.", narrow=False)
    file = read(alone(chart, "An estimate of 2014. " * 20))
    assert file.title == "Output lost on 26 April 2020"
    assert file.texts.count("Output lost on 26 April 2020") == 1
    assert " ".join(file.texts).count("An estimate of 2014.") == 20
    ground = file.root.find("rect")
    assert ground.attrib["fill"] == ROLES["paper"]
    assert (float(ground.attrib["width"]), float(ground.attrib["height"])) == file.size
    assert file.root.attrib["width"] == f"{file.size[0]:g}"


def test_no_two_roles_have_one_colour():
    assert len(set(ROLES.values())) == len(ROLES)


def test_a_role_becomes_a_class_and_keeps_its_colour(read):
    chart = alt.Chart(rows([{"a": 1}])).mark_rect(fill=ROLES["level3"], stroke=ROLES["ink"]).encode(alt.X("a:O"))
    [box] = read(svg(chart, "A", "B")).of("fill-level3")
    assert box.attrib["fill"] == ROLES["level3"]
    assert "stroke-ink" in box.attrib["class"].split()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_colours_in_the_style_sheet(role):
    rule = re.search(rf"\.chart \.fill-{role} {{ fill: var\(--(\w+)\); }}", CSS)
    assert rule, role
    for theme in (0, 1):
        assert colours(theme)[rule[1]]


def colours(theme: int) -> dict[str, str]:
    """The colours of a theme by name: 0 is light, 1 is dark."""
    return {
        name: value
        for css in (STYLE, CSS)
        for name, value in re.findall(r"--(\w+): (#\w+)", re.findall(r":root {([^}]*)}", css)[theme])
    }


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag():
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("step", range(6))
def test_words_can_be_read_over_each_step(theme, step):
    found = colours(theme)
    assert contrast(found[f"level{step}"], found[f"over{step}"]) >= 4.5
    assert contrast(found[f"blue{step}"], found[f"upon{step}"]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
def test_words_and_lines_can_be_seen_on_the_page(theme):
    found = colours(theme)
    for name in ("ink", "muted"):
        assert contrast(found[name], found["paper"]) >= 4.5
    for name in ("accent", "wave"):
        assert contrast(found[name], found["paper"]) >= 3


def test_the_file_has_colours_that_can_be_read():
    for step in range(6):
        assert contrast(ROLES[f"level{step}"], ROLES[f"over{step}"]) >= 4.5
        assert contrast(ROLES[f"blue{step}"], ROLES[f"upon{step}"]) >= 4.5


def test_many_threads_draw_at_once(read):
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(svg(bar("Cars"), "A", "B"))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_what_is_drawn_is_valid(monkeypatch, lost, scored):
    """Charts skip altair's own check when they are drawn, since it takes as long as the drawing; here it is made."""
    from reports.charts.heat_map import heat_map
    from reports.charts.history import history
    from reports.charts.league import league
    from reports.charts.tile_map import tile_map
    from reports.charts.wave import wave

    checked = []

    def checking(chart, *given, **named):
        checked.append(chart.to_dict(validate=True))
        return svg(chart, *given, **named)

    for module in (wave, history, league, tile_map, heat_map):
        monkeypatch.setitem(module.__globals__, "svg", checking)
    wave(lost, "A", {"begins": lost.index[1]})
    history(scored, "A", {1: scored.index[1]})
    league(scored.assign(label="x", rank=1, rank_low=1, rank_high=2), "A")
    places = pd.Index(["DE", "US"], name="country")
    tile_map(pd.DataFrame({"loss_share": [0.1, 0.2], "score": [60.0, None]}, places), "A")
    heat_map(pd.DataFrame({"stage": ["s"], "ecosystem": ["e"], "disruption_count": [1]}), "A")
    assert len(checked) == 5
    assert drawing.svg is svg
