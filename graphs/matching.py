"""What could be done about a disruption: good practices and actions, ranked by what it is and by its words.

Points, 100 in all: 20 ecosystems + 15 industries + 10 stages + 10 kind of effect + 5 acts asked for + 5 places, each
by twice the common ones over all (Dice), + 25 words + 10 words of the cause, each by twice the cosine of ``terms``, at
most 1. What a proposal does not say itself, such as its industries, is taken from the disruptions that it is about; a
theme says which act it asks for. What either side does not say counts nothing. The points were set before anything was
measured, by the example of what tells disruptions alike, and are fitted to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graphs import classification
from graphs.disruption import Disruption
from graphs.recommendation import Action, Practice
from graphs.terms import Texts, weigh

Proposal: TypeAlias = Practice | Action

WORDS, CAUSE = 25, 10
LEAST = 20
"""What has fewer points is not shown, nor what has less than half of them for what it is about (``_TELLING``)."""
_TELLING = ("ecosystems", "industries", "words", "cause")
ACT_OF_THEME = {
    "funding": "funding",
    "legal framework": "regulation",
    "collaboration and coordination": "coordination",
}
"""Which act a theme asks for, as far as the words say so."""
_COUNTED = frozenset({"reported", "verified", "proposed", "adopted", "under way", "done"})


@dataclass(frozen=True)
class Reason:
    """A part of the points of a match, in words."""

    points: float
    text: str


@dataclass(frozen=True)
class Match:
    """A proposal for a disruption: its points, 0–100, and the reasons, which add up to them.

    ``tied`` says that it names this very disruption; then it stands before all others.
    """

    record: Proposal
    score: float
    reasons: tuple[Reason, ...]
    tied: bool


@dataclass(frozen=True)
class Facet:
    """One thing to compare: its points, how it is told, and the words that each proposal has of it (0 or 1)."""

    points: float
    told: str
    column: Mapping[str, int]
    has: sparse.csr_array

    def alike(self, words: frozenset[str]) -> npt.NDArray[np.float64]:
        """Twice the common words over all, by proposal."""
        asked = np.zeros(len(self.column))
        asked[[self.column[one] for one in words if one in self.column]] = 1.0
        common = self.has @ asked
        every = np.asarray(self.has.sum(axis=1)) + len(words)
        return np.asarray(2 * common / np.maximum(every, 1), float)

    def common(self, row: int, words: frozenset[str]) -> list[str]:
        """The words that a proposal has in common with others."""
        held = set(self.has.indices[self.has.indptr[row] : self.has.indptr[row + 1]].tolist())
        return sorted(one for one in words if self.column.get(one) in held)


@dataclass(frozen=True)
class Prepared:
    """Proposals made ready to be matched with one disruption after another."""

    proposals: tuple[Proposal, ...]
    facets: Mapping[str, Facet]
    texts: Texts
    causes: Texts


def prepare(proposals: Iterable[Proposal], disruptions: Mapping[str, Disruption]) -> Prepared:
    """Make practices and actions ready; those that are drafts, rejected or withdrawn are left out.

    Args:
        disruptions: by id, those that the proposals are about; one that is not there is passed over.
    """
    kept = tuple(one for one in proposals if one.state in _COUNTED)
    about = [[disruptions[name] for name in one.about if name in disruptions] for one in kept]
    facets = {
        name: _facet(points, told, [of_proposal(*pair) for pair in zip(kept, about, strict=True)])
        for name, (points, told, of_proposal, _) in _FACETS.items()
    }
    texts = [_words(one, told) for one, told in zip(kept, about, strict=True)]
    causes = [" ".join(one.cause for one in told) for told in about]
    return Prepared(kept, facets, weigh(texts), weigh(causes))


def matches(
    disruption: Disruption, prepared: Prepared, most: int = 5, least: float = LEAST, tied: bool = True
) -> list[Match]:
    """The proposals that fit a disruption best, those that name it first, then by their points.

    Args:
        least: points below which nothing is shown; what names the disruption is always shown.
        tied: whether to show what names the disruption.

    Examples:
        >>> from datetime import date
        >>> masks = Disruption("No masks", ("IT",), date(2020, 3, 9), "D1", ecosystems=("Health",), effect="supply")
        >>> sewn = Practice("Masks sewn by a textile cluster", ecosystems=("Textiles", "Health"), id="P1")
        >>> lanes = Action("Green lanes for lorries", ecosystems=("Agri-food",), id="A1")
        >>> ready = prepare([sewn, lanes], {})
        >>> [found] = matches(masks, ready)
        >>> found.record.id, round(found.score, 1), [(round(one.points, 1), one.text) for one in found.reasons]
        ('P1', 38.3, [(25.0, 'words in common: masks'), (13.3, 'same ecosystem: Health')])
    """
    if not prepared.proposals:
        return []
    points = {name: facet.points * facet.alike(_asked(disruption, name)) for name, facet in prepared.facets.items()}
    points["words"] = WORDS * np.minimum(1, 2 * prepared.texts.alike(_said(disruption)))
    points["cause"] = CAUSE * np.minimum(1, 2 * prepared.causes.alike(disruption.cause))
    scores = np.sum(list(points.values()), axis=0)
    names_it = np.array([bool(disruption.id) and disruption.id in one.about for one in prepared.proposals])
    told = np.sum([points[name] for name in _TELLING], axis=0)
    fits = np.flatnonzero(names_it & tied | (scores >= least) & (told >= least / 2) & ~names_it).tolist()
    order = sorted(fits, key=lambda at: (not names_it[at], -round(float(scores[at]), 6), prepared.proposals[at].id))
    return [_match(disruption, prepared, at, points, bool(names_it[at])) for at in order[:most]]


def ranked(
    disruptions: Iterable[Disruption], prepared: Prepared, most: int = 3, least: float = LEAST
) -> list[tuple[Disruption, list[Match]]]:
    """The ranked proposals of many disruptions, such as those in force; those without any are left out."""
    found = ((one, matches(one, prepared, most, least)) for one in disruptions)
    return [(one, fitting) for one, fitting in found if fitting]


def _match(
    disruption: Disruption, prepared: Prepared, at: int, points: Mapping[str, npt.NDArray[np.float64]], tied: bool
) -> Match:
    reasons = []
    for name, by_row in points.items():
        if by_row[at] <= 0:
            continue
        if name == "words":
            told = f"words in common: {', '.join(prepared.texts.common(at, _said(disruption)))}"
        elif name == "cause":
            told = f"cause in like words: {', '.join(prepared.causes.common(at, disruption.cause))}"
        else:
            facet = prepared.facets[name]
            told = f"{facet.told}: {_listed(name, facet.common(at, _asked(disruption, name)))}"
        reasons.append(Reason(float(by_row[at]), told))
    reasons.sort(key=lambda one: -one.points)
    return Match(prepared.proposals[at], sum(one.points for one in reasons), tuple(reasons), tied)


def _listed(name: str, words: Sequence[str], most: int = 3) -> str:
    called = [classification.country_name(one) for one in words] if name == "places" else list(words)
    return ", ".join(called[:most]) + (f" and {len(called) - most} more" if len(called) > most else "")


def _facet(points: float, told: str, words: Sequence[frozenset[str]]) -> Facet:
    column = {word: at for at, word in enumerate(sorted(frozenset().union(*words)))}
    rows = [row for row, one in enumerate(words) for _ in one]
    columns = [column[word] for one in words for word in sorted(one)]
    has = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(words), len(column)))
    return Facet(points, told, column, has)


def _asked(disruption: Disruption, name: str) -> frozenset[str]:
    return _FACETS[name][3](disruption)


def _said(disruption: Disruption) -> str:
    """What a disruption says of itself; what it proposes is another thing."""
    return f"{disruption.title} {disruption.description} {disruption.cause}"


def _words(one: Proposal, about: Sequence[Disruption]) -> str:
    return " ".join((one.title, one.description, getattr(one, "result", ""), *map(_said, about)))


def _ecosystems(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    return frozenset(one.ecosystems) or frozenset(word for told in about for word in told.ecosystems)


def _industries(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    own = one.industries if isinstance(one, Practice) else ()
    return _divisions(own or [code for told in about for code in told.industries])


def _stages(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    own = one.stages if isinstance(one, Practice) else ()
    return frozenset(own) or frozenset(word for told in about for word in told.stages)


def _effects(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    return frozenset(told.effect for told in about if told.effect)


def _acts(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    own = set(one.actions_required if isinstance(one, Action) else ())
    if one.theme in ACT_OF_THEME:
        own.add(ACT_OF_THEME[one.theme])
    return frozenset(own)


def _places(one: Proposal, about: Sequence[Disruption]) -> frozenset[str]:
    own = one.places if isinstance(one, Practice) else ()
    return _around(own or [place for told in about for place in (*told.origin, *told.felt)])


def _divisions(codes: Iterable[str]) -> frozenset[str]:
    """The NACE divisions that codes cover; a code that is none stands for itself."""
    return frozenset().union(*(classification.divisions(code) or {code} for code in codes))


def _around(places: Iterable[str]) -> frozenset[str]:
    """Places, and for a region the country that it lies in."""
    found = set(places)
    for one in tuple(found):
        land = classification.country(one[:2])
        if one not in ("EU", "WORLD", classification.REST_OF_WORLD) and land:
            found.add(land)
    return frozenset(found)


_FACETS: Mapping[
    str,
    tuple[
        float,
        str,
        Callable[[Proposal, Sequence[Disruption]], frozenset[str]],
        Callable[[Disruption], frozenset[str]],
    ],
] = {
    "ecosystems": (20, "same ecosystem", _ecosystems, lambda one: frozenset(one.ecosystems)),
    "industries": (15, "same industry", _industries, lambda one: _divisions(one.industries)),
    "stages": (10, "same stage", _stages, lambda one: frozenset(one.stages)),
    "effects": (10, "same kind of effect", _effects, lambda one: frozenset([one.effect] if one.effect else [])),
    "acts": (5, "asks for what is asked for", _acts, lambda one: frozenset(one.actions_required)),
    "places": (5, "same place", _places, lambda one: _around((*one.origin, *one.felt))),
}
"""Points, how it is told, and the words of a proposal and of a disruption."""
