"""Half-filled forms: kept for who typed them, on each kind of database, the newest only."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from graphs.errors import Unknown
from tracker import log
from tracker.forms import drafts


def test_what_was_typed_is_kept_as_it_was_and_for_its_owner_only(engine: sa.Engine, at: datetime) -> None:
    typed = {"title": "No chips\x00 \u202e <b> 洪水", "description": "one\r\ntwo", "who": ""}
    one = drafts.new_draft()
    drafts.keep(engine, "U1", "entry", one, typed, at)
    assert drafts.read(engine, "U1", "entry", one).typed == typed
    for owner, form in (("U2", "entry"), ("", "entry"), ("U1", "quick")):
        assert drafts.listed(engine, owner, form) == []
        with pytest.raises(Unknown):
            drafts.read(engine, owner, form, one)
    drafts.forget(engine, "U2", one)
    assert [draft.id for draft in drafts.listed(engine, "U1", "entry")] == [one]
    assert log.position(engine) == 0, "it is not in the log"


def test_the_same_id_of_two_people_is_two_drafts(engine: sa.Engine, at: datetime) -> None:
    one = drafts.new_draft()
    drafts.keep(engine, "U1", "entry", one, {"title": "a"}, at)
    drafts.keep(engine, "U2", "entry", one, {"title": "b"}, at)
    assert [drafts.read(engine, owner, "entry", one).typed["title"] for owner in ("U1", "U2")] == ["a", "b"]


def test_keeping_again_takes_the_place_of_before(engine: sa.Engine, at: datetime) -> None:
    one = drafts.new_draft()
    for seconds, title in enumerate(("N", "No", "No chips")):
        drafts.keep(engine, "", "entry", one, {"title": title}, at + timedelta(seconds=seconds))
    assert [draft.typed for draft in drafts.listed(engine, "", "entry")] == [{"title": "No chips"}]


def test_the_newest_are_kept_and_come_first(engine: sa.Engine, at: datetime) -> None:
    for minute in range(drafts.MOST + 3):
        later = at + timedelta(minutes=minute)
        drafts.keep(engine, "", "entry", drafts.new_draft(), {"title": str(minute)}, later)
        for owner, form in (("", "quick"), ("U2", "entry")):
            if minute == 0:
                drafts.keep(engine, owner, form, drafts.new_draft(), {"text": "the oldest of all"}, at)
    found = [int(draft.typed["title"]) for draft in drafts.listed(engine, "", "entry")]
    assert found == list(range(drafts.MOST + 2, 2, -1))
    assert len(drafts.listed(engine, "", "quick")) == len(drafts.listed(engine, "U2", "entry")) == 1


@pytest.mark.parametrize("wrong", ["", "D81", "K", "K" + "g" * 16, "K" + "0" * 17, "<script>", "K" + "0" * 16 + "\n"])
def test_nothing_is_kept_under_another_kind_of_id(engine: sa.Engine, at: datetime, wrong: str) -> None:
    with pytest.raises(Unknown):
        drafts.keep(engine, "", "entry", wrong, {"title": "a"}, at)
    drafts.forget(engine, "", wrong)
    assert drafts.listed(engine, "", "entry") == []


@pytest.mark.parametrize("draft_id", ["", "\0", "K1", "x" * 10_000])
def test_nothing_is_forgotten_under_what_is_no_id(engine: sa.Engine, at: datetime, draft_id: str) -> None:
    one = drafts.new_draft()
    drafts.keep(engine, "U1", "entry", one, {"title": "No chips"}, at)
    drafts.forget(engine, "U1", draft_id)
    assert [draft.id for draft in drafts.listed(engine, "U1", "entry")] == [one]
