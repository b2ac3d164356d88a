"""Finding records: by words as people type them, by tags, page by page; the same on each kind of database."""

import dataclasses
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.recommendation import Practice
from tracker import log
from tracker.database import open_database
from tracker.log import Question, Writer, search
from tracker.log.words import searchable, words

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1))
HOSTILE = (
    '"', '""', "'", "*", "a*", "NEAR(", "NEAR(a b, 2)", "a NEAR b", "AND", "a OR b", "NOT a", "&|!()", "a & b", "!a",
    "a:*", "words:a", "^a", "-a", "a <-> b", "\\", "%", "_", "\0", "a\0b", "\ud800", "a" * 10_000, "a " * 5_000,
    "洪" * 10_000, "洪 " * 5_000, " ".join(f"w{number}" for number in range(5_000)), "עברית", "العربية", "ไทย",
    "हिन्दी", "ﷺ" * 200, "½", "²", "𝒜", "🚢", "İ", "ß", "'; DROP TABLE records; --",
)  # fmt: skip


def add(writer: Writer, *records: Any) -> list[str]:
    return [one.id for one in writer.write(lambda turn: log.append(turn, records, who="Ana", at=AT))]


def found(engine: sa.Engine, text: str = "", **asked: Any) -> list[str]:
    page = search(engine, Question(text=text, **asked), most=1_000)
    assert page.total == len(page.standing)
    assert page.cursor == ""
    return [one.id for one in page.standing]


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("strike", ["D1"]),
        ("STRI", ["D1"]),
        ("trike", []),
        ("skoda strike", ["D1"]),
        ("Škoda", ["D1"]),
        ("strike flood", []),
        ("germany", ["D1"]),
        ("d1", ["D1"]),
        ("D", ["D2", "D1"]),
        ("cafe", ["D2"]),
        ("CAFÉ strasse", ["D2"]),
        ("Straße", ["D2"]),
        ("洪", ["D2"]),
        ("水", []),
        ("fire", ["D2"]),
        ("c26", ["D1"]),
        ("2021 03 01", ["D1"]),
        ("  ", ["D2", "D1"]),
        ("a.eu/x-1", ["D1"]),
        ("isoriginde", ["D1"]),
    ],
)
def test_every_word_is_looked_for_as_a_beginning(
    writer: Writer, engine: sa.Engine, text: str, finds: list[str]
) -> None:
    strike = dataclasses.replace(STRIKE, title="Strike at Škoda", industries=("C26",), sources=("https://a.eu/x-1",))
    add(writer, strike, Disruption("Café in the Straße 洪水: ﬁre", ("FR",), date(2021, 4, 1)))
    assert found(engine, text) == finds


def test_what_is_said_now_is_found_and_what_was_said_is_not(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE)
    add(writer, dataclasses.replace(STRIKE, id="D1", title="Walkout"))
    assert (found(engine, "strike"), found(engine, "walkout")) == ([], ["D1"])


def test_tags_are_whole_and_of_their_field(writer: Writer, engine: sa.Engine) -> None:
    one = dataclasses.replace(STRIKE, ecosystems=("Aerospace & defence", "Health"), felt=("FR",), assigned_to="Ben B")
    add(writer, one, dataclasses.replace(STRIKE, title="Health", origin=("FR",), assigned_to="Ben Bo"))
    assert found(engine, tags=(("ecosystems", "Health"),)) == ["D1"]
    assert found(engine, tags=(("ecosystems", "Aerospace & defence"), ("origin", "DE"))) == ["D1"]
    assert found(engine, tags=(("origin", "FR"),)) == ["D2"]
    assert found(engine, tags=(("felt", "FR"),)) == ["D1"]
    assert found(engine, tags=(("assigned_to", "ben b"),)) == ["D1"]
    assert found(engine, "health", tags=(("origin", "FR"),)) == ["D2"]


def test_states_kinds_and_days(writer: Writer, engine: sa.Engine) -> None:
    add(
        writer,
        STRIKE,
        dataclasses.replace(STRIKE, title="Draft", state="draft"),
        dataclasses.replace(STRIKE, title="Short", end=date(2021, 3, 2)),
        Practice("Strike"),
    )
    assert found(engine, "strike", kind=None) == ["D1", "P4"]
    assert found(engine, states=("draft", "verified")) == ["D2"]
    for day in range(-3, 40):
        on = STRIKE.start + timedelta(day)
        asked = {one.id for one in log.disruptions(engine) if one.in_force(on, 4)}
        assert set(found(engine, on=on, duration_weeks=4)) == asked


@pytest.mark.parametrize("weeks", [0, 4, 1e6])
@pytest.mark.parametrize("on", [date.min, date.max, date(2021, 3, 1)])
def test_any_day_may_be_asked_for(writer: Writer, engine: sa.Engine, on: date, weeks: float) -> None:
    add(writer, STRIKE)
    in_force = (on >= STRIKE.start and weeks == 1e6) or (on == STRIKE.start and weeks > 0)
    assert found(engine, on=on, duration_weeks=weeks) == ["D1"] * in_force


@pytest.mark.parametrize("text", HOSTILE)
def test_no_question_is_an_error(writer: Writer, engine: sa.Engine, text: str) -> None:
    add(writer, STRIKE, dataclasses.replace(STRIKE, title="a b w1 NEAR not and or 洪 ½ ﷺ"))
    has = {one.id: searchable(one.id, one.to_dict()).split() for one in log.disruptions(engine)}
    fits = [
        name
        for name, its in has.items()
        if words(text) and all(any(one.startswith(word) for one in its) for word in words(text))
    ]
    assert found(engine, text) == fits[::-1]
    assert found(engine, tags=(("assigned_to", text), ("origin", "DE"))) == []
    assert found(engine, kind=text) == found(engine, states=(text,)) == []
    assert log.history(engine, text) == []
    with pytest.raises(Faults, match="belongs to no page of this list"):
        search(engine, Question(), text)
    assert found(engine) == ["D2", "D1"]


@pytest.mark.parametrize("number", ["-1", "1e3", "9" * 10, "9" * 30, "५", "²", " 1", "1 "])
def test_a_cursor_that_no_page_gave_is_named(writer: Writer, engine: sa.Engine, number: str) -> None:
    with pytest.raises(Faults, match="begin with the first page"):
        search(engine, Question(), f"2021-03-01.{number}")


@pytest.mark.parametrize("number", [-(10**30), -1, 0, 1, 2, 2**31, 2**63, 10**30])
def test_any_position_may_be_asked_for(writer: Writer, engine: sa.Engine, number: int) -> None:
    add(writer, STRIKE)
    there = int(number >= 1)
    assert len(log.disruptions(engine, upto=number)) == log.position(engine, upto=number) == there
    assert len(log.since(engine, number)) == 1 - there


@pytest.mark.parametrize("most", [1, 3, 7, 50])
def test_pages_are_complete_and_without_doubles(writer: Writer, engine: sa.Engine, most: int) -> None:
    days = [date(2021, 3, 1) + timedelta(number % 5) for number in range(23)]
    add(writer, *(dataclasses.replace(STRIKE, title=f"Strike {number}", start=day) for number, day in enumerate(days)))
    asked, cursor, ids = Question(text="strike"), "", []
    while True:
        page = search(engine, asked, cursor, most)
        assert page.total == 23
        ids += [(one.body["start"], one.number) for one in page.standing]
        cursor = page.cursor
        if not cursor:
            break
        assert len(page.standing) == most
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 23


def test_pages_stay_complete_while_records_are_added(writer: Writer, engine: sa.Engine) -> None:
    """What was there when the first page was read is on exactly one page, whatever comes and changes meanwhile."""
    add(writer, *(dataclasses.replace(STRIKE, title=f"Strike {number}") for number in range(40)))
    stop = threading.Event()

    def meanwhile() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            day = date(2021, 2, 20) + timedelta(number % 20)
            add(writer, dataclasses.replace(STRIKE, title=f"Later {number}", start=day))
            add(writer, dataclasses.replace(STRIKE, title=f"Strike {number % 40}", id="D1", note=f"{number}"))

    thread = threading.Thread(target=meanwhile)
    thread.start()
    try:
        for _ in range(5):
            cursor, ids = "", []
            while True:
                page = search(engine, Question(), cursor, 3)
                ids += [one.number for one in page.standing]
                cursor = page.cursor
                if not cursor:
                    break
            assert len(ids) == len(set(ids))
            assert set(range(1, 41)) <= set(ids)
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def pair(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Both databases with the same records, for reading only, and what the records are found by."""
    folder = tmp_path_factory.mktemp("pair")
    told = ["Strike 1e5 12.5 -5 0x1f 1e5x 12abc 5e3 9e 3.14e-2 007", "x_y c'd me@mail.eu /usr/bin http://a.eu/?q=1&r"]
    told += ["Straße ﬁre ½ ² ५ İstanbul ﷺ 洪水 Ελλάς Київ", "a-b a--b a.b a..b 1-2 1.2.3 a1 1a e1 1e e 1e1 1e1e1"]
    engines = []
    for url in (f"sqlite:///{folder}/log.sqlite", postgresql.format("postgres")):
        writer = Writer(open_database(url))
        add(writer, *(dataclasses.replace(STRIKE, title=one) for one in told))
        engines.append(writer)
    yield [one.engine for one in engines]
    for one in engines:
        one.close()


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(st.sampled_from("1e5x.-_ a0'/@:"), max_size=8)
    | st.text(max_size=20)
    | st.lists(st.sampled_from(["stri", "1e", "洪", "Київ", "ελ", "ist", "fi", "a", "1"])).map(" ".join)
)
def test_both_databases_find_the_same(pair: list[sa.Engine], text: str) -> None:
    ours, theirs = (found(engine, text) for engine in pair)
    assert ours == theirs
    has = {one.id: searchable(one.id, one.to_dict()).split() for one in log.disruptions(pair[0])}
    asked = words(text)
    if asked:
        fits = [name for name, its in has.items() if all(any(one.startswith(w) for one in its) for w in asked)]
        assert ours == fits[::-1]
