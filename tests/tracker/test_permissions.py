"""Who may do what: the whole matrix, held against a table that was typed out by hand."""

import itertools
from pathlib import Path

import pytest

from tracker import permissions
from tracker.permissions import ALLIANCE, LOCAL, OPERATIONS, RELATIONS, ROLES, Actor, Owner, allowed, may_give

ME, OTHER, MINE, THEIRS = "Ana", "Ben", "N1", "N2"
OWNERS = {
    "own": Owner(frozenset({ME}), MINE),
    "association": Owner(frozenset({OTHER}), MINE),
    "other": Owner(frozenset({OTHER}), THEIRS),
}


def golden() -> dict[tuple[str, str, str], bool]:
    lines = (Path(__file__).parent / "permissions.txt").read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {
        (operation, role, relation): cell[place] == "y"
        for operation, *cells in rows
        for role, cell in zip(ROLES, cells, strict=True)
        for place, relation in enumerate(RELATIONS)
    }


EXPECTED = golden()
MATRIX = list(itertools.product(OPERATIONS, ROLES, RELATIONS))


def test_the_matrix_is_complete() -> None:
    assert set(EXPECTED) == set(MATRIX)
    assert len(MATRIX) == len(OPERATIONS) * len(ROLES) * len(RELATIONS)


@pytest.mark.parametrize(("operation", "role", "relation"), MATRIX)
def test_the_matrix(operation: str, role: str, relation: str) -> None:
    refusal = allowed(Actor(ME, "U1", {MINE: role}), operation, OWNERS[relation])
    assert (refusal is None) == EXPECTED[operation, role, relation]
    if refusal:
        assert refusal.status == 403
        assert refusal.text.endswith(".")


@pytest.mark.parametrize(("operation", "role"), list(itertools.product(OPERATIONS, ROLES)))
def test_members_of_the_alliance_act_for_every_association(operation: str, role: str) -> None:
    actor = Actor(ME, "U1", {ALLIANCE: role})
    expected = EXPECTED[operation, role, "association"]
    assert (allowed(actor, operation, OWNERS["association"]) is None) == expected
    assert (allowed(actor, operation, OWNERS["other"]) is None) == expected
    assert (allowed(actor, operation, OWNERS["own"]) is None) == EXPECTED[operation, role, "own"]


@pytest.mark.parametrize(("operation", "relation"), list(itertools.product(OPERATIONS, RELATIONS)))
def test_without_a_role_or_a_login_there_is_only_the_way_in(operation: str, relation: str) -> None:
    found = allowed(Actor(ME, "U1"), operation, OWNERS[relation])
    kept = operation in ("keep_account", "read_accounts") and relation == "own"
    assert (found is None) == (operation == "enter" or kept)
    stranger = allowed(None, operation, OWNERS[relation])
    assert (stranger is None) == (operation == "enter")
    assert stranger is None or stranger.status == 401


def test_what_the_table_does_not_name_is_refused() -> None:
    everything = Actor(ME, "U1", {ALLIANCE: "administrator"})
    assert allowed(everything, "delete_the_log", OWNERS["own"]) is not None
    assert allowed(Actor(ME, "U1", {MINE: "emperor"}), "read") is not None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("where", [ALLIANCE, MINE])
def test_the_reporter_never_verifies(role: str, where: str) -> None:
    for owner in (OWNERS["own"], Owner(frozenset({ME, OTHER}), MINE), Owner(frozenset({ME}), THEIRS)):
        assert allowed(Actor(ME, "U1", {where: role}), "verify", owner) is not None


def test_who_wrote_what_it_says_does_not_judge_it_but_owns_it_no_more_for_that() -> None:
    owner = Owner(frozenset({OTHER}), MINE, authors=frozenset({ME}))
    expert = Actor(ME, "U1", {MINE: "expert"})
    assert allowed(expert, "verify", owner) is not None
    assert allowed(expert, "reject", owner) is not None
    assert allowed(expert, "withdraw", owner) is not None
    assert allowed(expert, "resolve", owner) is None


@pytest.mark.parametrize(
    ("roles", "association"),
    [
        ({}, ""),
        ({"N2": "expert"}, "N2"),
        ({"N3": "expert", "N2": "viewer"}, "N3"),
        ({"N3": "expert", "N2": "expert"}, "N2"),
        ({"": "expert", "N2": "expert"}, ""),
    ],
)
def test_for_whom_somebody_acts(roles: dict[str, str], association: str) -> None:
    assert Actor(ME, "U1", roles).association == association


def test_at_a_desk_without_a_login_a_name_is_still_not_its_own_verifier() -> None:
    ana = Actor(ME, roles=LOCAL.roles, through="local")
    assert allowed(ana, "verify", OWNERS["own"]) is not None
    assert allowed(ana, "verify", OWNERS["other"]) is None
    assert allowed(LOCAL, "log") is None


@pytest.mark.parametrize("operation", [one for one, (*_, scope) in OPERATIONS.items() if not scope])
def test_at_a_desk_without_a_login_there_are_no_people(operation: str) -> None:
    for owner in OWNERS.values():
        assert (allowed(LOCAL, operation, owner) is None) == (operation == "enter")


def test_a_role_elsewhere_does_not_reach_into_another_association() -> None:
    admin_there = Actor(ME, "U1", {THEIRS: "administrator", MINE: "viewer"})
    assert allowed(admin_there, "amend", Owner(frozenset({OTHER}), MINE)) is not None
    assert allowed(admin_there, "backup", Owner()) is not None
    assert allowed(admin_there, "invite", Owner(association="N3")) is not None


@pytest.mark.parametrize(("operation", "scope"), list(itertools.product(OPERATIONS, permissions.SCOPES)))
def test_a_key_does_what_it_was_made_for(operation: str, scope: str) -> None:
    key = Actor(ME, "U1", {ALLIANCE: "administrator"}, "key", frozenset({scope}))
    may = allowed(key, operation, OWNERS["association"]) is None
    fits = OPERATIONS[operation][3] in (scope, "read") and EXPECTED[operation, "administrator", "association"]
    assert may == (fits or operation == "enter")


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if permissions.depends_on_owner(one)])
def test_whose_it_is_must_be_said_where_it_matters(operation: str) -> None:
    with pytest.raises(ValueError, match="depends on whose"):
        allowed(Actor(ME, "U1", {ALLIANCE: "administrator"}), operation)


@pytest.mark.parametrize(("own", "given"), list(itertools.product(ROLES, ROLES)))
def test_nobody_gives_more_than_he_has(own: str, given: str) -> None:
    actor = Actor(ME, "U1", {MINE: own})
    may = ROLES.index(own) >= ROLES.index("coordinator") and ROLES.index(given) <= ROLES.index(own)
    assert (may_give(actor, MINE, given) is None) == may
    assert may_give(actor, THEIRS, given) is not None
    assert may_give(actor, ALLIANCE, given) is not None


@pytest.mark.parametrize(
    ("operation", "relation", "role", "words"),
    [
        ("withdraw", "association", "expert", "Only a coordinator of its association or of the alliance may"),
        ("verify", "own", "administrator", "You reported or wrote this, so somebody else verifies it."),
        ("reject", "own", "expert", "You reported or wrote this, so somebody else rejects it."),
        ("verify", "other", "expert", "Only a coordinator of any association, or an expert of its association"),
        ("log", "own", "viewer", "Only an expert may log this; you are a viewer."),
        ("change_role", "own", "administrator", "Nobody does this for himself or herself: ask somebody else."),
    ],
)  # fmt: skip
def test_a_refusal_says_who_may(operation: str, relation: str, role: str, words: str) -> None:
    refusal = allowed(Actor(ME, "U1", {MINE: role}), operation, OWNERS[relation])
    assert refusal is not None
    assert words in refusal.text
