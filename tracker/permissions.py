"""Who may do what to whose records: one table, and whatever it does not grant is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Through = Literal["session", "key", "local"]

ROLES = ("viewer", "expert", "coordinator", "administrator")
"""From the least to the most; each may do what the ones before it may."""
RELATIONS = ("own", "association", "other")
"""Whose it is: one's own, of an association of one's own, of another association."""
SCOPES = ("read", "write", "import", "hooks")
"""What a key for programs can be made for; each of them also reads."""
ALLIANCE = ""
"""Stands where the id of an association would: the alliance itself, whose members act for all associations."""

_V, _E, _C, _A = ROLES
_ANYONE, _PUBLIC, _NOBODY = "anyone", "public", ""
"""With any login; even without one; nobody at all."""

OPERATIONS: Mapping[str, tuple[str, str, str, str]] = {
    # operation: the least role for one's own, for one's association's, for another's; the scope of a key
    "read": (_V, _V, _V, "read"),
    "export": (_V, _V, _V, "read"),
    "suppose": (_V, _V, _V, "read"),
    "log": (_E, _E, _E, "write"),
    "quick_log": (_E, _E, _E, "write"),
    "comment": (_E, _E, _E, "write"),
    "add_evidence": (_E, _E, _E, "write"),
    "record_session": (_E, _E, _E, "write"),
    "import": (_E, _E, _E, "import"),
    "import_reviewed": (_C, _C, _C, "import"),
    "amend": (_E, _E, _NOBODY, "write"),
    "submit": (_E, _E, _NOBODY, "write"),
    "verify": (_NOBODY, _E, _C, "write"),
    "reject": (_NOBODY, _E, _C, "write"),
    "reopen": (_E, _E, _C, "write"),
    "resolve": (_E, _E, _C, "write"),
    "assign": (_E, _E, _C, "write"),
    "merge": (_E, _C, _C, "write"),
    "withdraw": (_E, _C, _NOBODY, "write"),
    "restore": (_C, _C, _NOBODY, "write"),
    "undo": (_E, _C, _NOBODY, "write"),
    "keep_hooks": (_E, _C, _NOBODY, "hooks"),
    "read_accounts": (_ANYONE, _C, _NOBODY, ""),
    "invite": (_NOBODY, _C, _NOBODY, ""),
    "change_role": (_NOBODY, _C, _NOBODY, ""),
    "disable_account": (_NOBODY, _C, _NOBODY, ""),
    "keep_account": (_ANYONE, _NOBODY, _NOBODY, ""),
    "make_key": (_V, _NOBODY, _NOBODY, ""),
    "backup": (_NOBODY, _A, _NOBODY, ""),
    "enter": (_PUBLIC, _PUBLIC, _PUBLIC, ""),
}
"""The whole of it. ``keep_account`` is one's own password, sessions and keys; ``enter`` is the way in."""

_NO_LOGIN = "This desk has no login yet. The first account: python3 -m tracker people invite EMAIL --role administrator"
_JUDGED = {"verify": "verifies", "reject": "rejects"}
_WORDS = {
    "suppose": "ask what would be",
    "quick_log": "log many lines at once",
    "import_reviewed": "import records that were reviewed elsewhere",
    "add_evidence": "add evidence",
    "record_session": "record a session",
    "read_accounts": "see the accounts",
    "change_role": "change a role",
    "disable_account": "disable an account",
    "keep_account": "change this account",
    "make_key": "make a key",
    "keep_hooks": "keep hooks",
    "backup": "make a backup",
}


@dataclass(frozen=True)
class Actor:
    """Who acts, as the rest of the house sees it.

    Examples:
        >>> Actor("Ana", "U1", {"N2": "expert"}).role_for("N2")
        'expert'
        >>> Actor("Ana", "U1", {"N2": "expert"}).role_for("N3")
        ''
    """

    name: str
    """Unique and never given to somebody else; at a desk without a login the name as typed, or empty."""
    account: str = ""
    """Id of the account; empty at a desk without a login."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role by association; under "" the role in the alliance itself."""
    through: Through = "session"
    scopes: frozenset[str] = frozenset()
    """What the key was made for; of no account to sessions."""

    def role_for(self, association: str) -> str:
        """The role that counts for what belongs to an association; empty for none."""
        return max((self.roles.get(one, "") for one in (association, ALLIANCE)), key=_rank)

    @property
    def association(self) -> str:
        """The association for which he or she acts: where the role is highest; empty for the alliance."""
        return max(sorted(self.roles), key=lambda one: _rank(self.roles[one]), default=ALLIANCE)

    @property
    def highest(self) -> str:
        """The highest role anywhere; empty for none."""
        return max(self.roles.values(), key=_rank, default="")


LOCAL = Actor("", roles={ALLIANCE: _C}, through="local")
"""Somebody at a desk of this machine alone, where there is no login."""


def local(name: str) -> Actor:
    """Somebody at a desk of this machine alone, by the name as typed.

    Examples:
        >>> local(" Ana ").name
        'Ana'
    """
    return dataclasses.replace(LOCAL, name=" ".join(name.split())[:200])


@dataclass(frozen=True)
class Owner:
    """Whose something is.

    Args:
        by: names of those who reported it (who logged it, who submitted it), or id of the account that it is.
        association: id of the association that it belongs to; empty for the alliance, or if none is known.
        authors: names of those who wrote what it says now: they do not judge it either.
    """

    by: frozenset[str] = frozenset()
    association: str = ALLIANCE
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Refusal:
    """Why not, in words that say who may."""

    status: int
    """401 if a login would help, else 403."""
    text: str


def allowed(actor: Actor | None, operation: str, owner: Owner | None = None) -> Refusal | None:
    """None if the actor may, else why not.

    A member of the alliance itself stands to every record as to one of the own association. For what belongs to
    another association the highest role anywhere counts. The reporter never verifies, whatever the role.

    Args:
        operation: a word of ``OPERATIONS``; any other is refused.
        owner: whose it is; left out only where the operation does not depend on it.

    Raises:
        ValueError: if the operation depends on the owner and none is given.

    Examples:
        >>> ana = Actor("Ana", "U1", {"N2": "expert"})
        >>> allowed(ana, "verify", Owner(frozenset({"Ben"}), "N2"))
        >>> print(allowed(ana, "verify", Owner(frozenset({"Ana"}), "N2")).text)
        You reported or wrote this, so somebody else verifies it.
        >>> print(allowed(ana, "withdraw", Owner(frozenset({"Ben"}), "N2")).text)
        Only a coordinator of its association or of the alliance may withdraw this; you are an expert there.
    """
    if operation not in OPERATIONS:
        return Refusal(403, "Nobody may do this.")
    if owner is None and depends_on_owner(operation):
        raise ValueError(f"whether somebody may {operation} depends on whose it is")
    *least, scope = OPERATIONS[operation]
    if actor and actor.through == "local" and not scope and least[0] != _PUBLIC:
        return Refusal(403, _NO_LOGIN)
    relation = relation_of(actor, owner) if actor and owner else "own"
    if actor and owner and operation in _JUDGED and actor.name and actor.name in owner.authors:
        relation = "own"
    needed = least[RELATIONS.index(relation)]
    if needed == _PUBLIC:
        return None
    if actor is None:
        return Refusal(401, "Log in first.")
    if actor.through == "key" and not (scope in actor.scopes or (scope == "read" and actor.scopes)):
        what = f"was not made for this: it needs the scope {scope!r}" if scope else "cannot do this: log in for it"
        return Refusal(403, f"This key {what}.")
    role = actor.highest if owner is None or relation != "association" else actor.role_for(owner.association)
    if needed and _rank(role) >= _rank(needed):
        return None
    return Refusal(403, _why(operation, relation, role))


def relation_of(actor: Actor, owner: Owner) -> str:
    """How the actor stands to what is somebody's: own, association or other."""
    if owner.by & {actor.name, actor.account} - {""}:
        return "own"
    return "association" if actor.role_for(owner.association) else "other"


def depends_on_owner(operation: str) -> bool:
    """Whether it matters whose it is."""
    return len(set(OPERATIONS[operation][:3])) > 1


def may_give(actor: Actor, association: str, role: str) -> Refusal | None:
    """None if the actor may give a role, or take it away: nobody gives more than he or she has.

    Examples:
        >>> cora = Actor("Cora", "U2", {"N2": "coordinator"})
        >>> may_give(cora, "N2", "coordinator")
        >>> print(may_give(cora, "N2", "administrator").text)
        You are a coordinator there and cannot give or take the role of an administrator.
    """
    refusal = allowed(actor, "change_role", Owner(association=association))
    own = actor.role_for(association)
    if refusal or _rank(role) <= _rank(own):
        return refusal
    return Refusal(403, f"You are {_a(own)} there and cannot give or take the role of {_a(role)}.")


def _rank(role: str) -> int:
    return ROLES.index(role) + 1 if role in ROLES else 0


def _why(operation: str, relation: str, role: str) -> str:
    *least, _ = OPERATIONS[operation]
    what = _WORDS.get(operation, f"{operation} this")
    if relation == "own" and not least[0]:
        if operation in _JUDGED:
            return f"You reported or wrote this, so somebody else {_JUDGED[operation]} it."
        return "Nobody does this for himself or herself: ask somebody else."
    there = "" if relation == "own" or not depends_on_owner(operation) else " there"
    standing = f"you are {_a(role)}{there}" if role else f"you have no role{there}"
    if relation == "other":
        who = _a(least[2]) + " of any association, or " if least[2] else ""
        member = _a(least[1]) + " of its association or of the alliance" if least[1] else "the owner"
        return f"Only {who}{member} may {what}; you belong to another association."
    needed = least[RELATIONS.index(relation)]
    if not needed:
        return f"Only the owner may {what}."
    whose = " of its association or of the alliance" if relation == "association" and there else ""
    return f"Only {_a(needed)}{whose} may {what}; {standing}."


def _a(role: str) -> str:
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role}"
