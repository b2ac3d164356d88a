"""Whether a disruption has been recorded before: likeness of titles, places, industries and dates.

The score is 0.60 · title + 0.15 · place + 0.12 · industry + 0.13 · dates, each 0–100. What only one side says counts
half. Of the titles the better counts of two comparisons: letters (token sort ratio, accents folded), and meaning:
words are replaced by what they point to in ``vocabulary`` (chips and semiconductors are both C26), and twice the
common ones are divided by all. What contradicts holds the score below ``LIKELY``: other places, other industries,
dates more than ``APART_DAYS`` days apart, or one known to be over before the other began. Two strikes in two countries
are two events, and so are two months of the same figure.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from rapidfuzz import fuzz, process

from graphs import classification
from graphs.disruption import Disruption
from tracker.forms.vocabulary import Entry, tokens, vocabulary

LIKELY = 70
"""From here it is likely the same."""
LEAST = 45
"""What is below is not shown."""
APART_DAYS = 120
_CAP_PLACE, _CAP_OTHER = 55, 66
_CHANCE = 0.35
_BEST_OF_THE_REST = 40.5
"""What place, industry and dates can add to the title, and the rounding."""
_COMPARED = 150
"""Records with the most alike titles that are compared in full."""
_STOP = frozenset(
    "a an the of in on at to for from by with and or as is are be its their this that it der die das und von im in am "
    "le la les de des du et en un une il lo gli di del della el los las y by due because since after".split()
)


@dataclass(frozen=True)
class Sketch:
    """What is known of a disruption while it is typed: a title, and perhaps more."""

    title: str
    origin: tuple[str, ...] = ()
    felt: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Likeness:
    """A record that is like the candidate, how much (0–100), and why."""

    record: Disruption
    score: int
    reasons: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """Whether it is likely the same disruption."""
        return self.score >= LIKELY


@dataclass(frozen=True)
class Prepared:
    """Records with their titles made ready for comparison; ``extended`` gives one with more records.

    A record with the id of an earlier one takes its place.

    Examples:
        >>> from datetime import date
        >>> strike = Disruption("Strike at the ports", ("FR",), date(2021, 3, 1), "D1")
        >>> [one.id for one in Prepared().extended([strike]).records]
        ['D1']
    """

    records: tuple[Disruption, ...] = ()
    letters: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    position: dict[str, int] = field(default_factory=dict)

    def extended(self, records: Iterable[Disruption]) -> Prepared:
        """With ``records`` added or put in the place of those with their ids; only their titles are prepared."""
        now, letters, meanings = list(self.records), list(self.letters), list(self.meanings)
        position = dict(self.position)
        for record in records:
            at = position.get(record.id, len(now)) if record.id else len(now)
            if at == len(now):
                now.append(record)
                letters.append("")
                meanings.append("")
            if record.id:
                position[record.id] = at
            now[at], letters[at], meanings[at] = record, _letters(record.title), _meaning(record.title)
        return Prepared(tuple(now), tuple(letters), tuple(meanings), position)


def similar(
    candidate: Disruption | Sketch, records: Prepared | Sequence[Disruption], most: int = 5, least: int = LEAST
) -> list[Likeness]:
    """The records that are most like the candidate, the likest first; never the candidate itself.

    Args:
        records: all records; ``Prepared`` where the same ones are compared again and again.
        least: the lowest score that is of interest.

    Examples:
        >>> from datetime import date
        >>> chips = Disruption("Chip shortage stops car plants", ("TW",), date(2021, 3, 1), "D1", industries=("C26",))
        >>> typed = Sketch("Lack of semiconductors halts lines of car makers", origin=("TW",), start=date(2021, 3, 4))
        >>> [found] = similar(typed, [chips])
        >>> found.record.id, found.likely, found.reasons
        ('D1', True, ('titles 89 % alike', 'same place: Taiwan', 'starts 3 days apart'))
        >>> similar(Sketch("Strike of bakers", origin=("PT",)), [chips])
        []
    """
    prepared = records if isinstance(records, Prepared) else Prepared().extended(records)
    letters, meaning = _letters(candidate.title), _meaning(candidate.title)
    if not prepared.records or not letters or most < 1:
        return []
    alike = np.maximum(
        process.cdist([letters], prepared.letters, scorer=fuzz.ratio, dtype=np.float32)[0],
        process.cdist([meaning], prepared.meanings, scorer=fuzz.token_set_ratio, dtype=np.float32)[0],
    )
    found = []
    for at in np.argsort(-alike, kind="stable")[:_COMPARED].tolist():
        record = prepared.records[at]
        if record is candidate or (record.id and record.id == getattr(candidate, "id", "")):
            continue
        title = _titles(letters, meaning, prepared.letters[at], prepared.meanings[at])
        if 0.60 * title + _BEST_OF_THE_REST >= least:
            found.append(_likeness(candidate, record, title))
    found = [one for one in found if one.score >= least]
    return sorted(found, key=lambda one: (-one.score, one.record.id))[:most]


def _titles(letters: str, meaning: str, other_letters: str, other_meaning: str) -> float:
    """0–100, the better of letters and meaning; any two titles share a third of their letters, which counts nothing."""
    ratio = max(0.0, fuzz.ratio(letters, other_letters) - 100 * _CHANCE) / (1 - _CHANCE)
    return max(ratio, 100 * _dice(meaning, other_meaning))


def _likeness(candidate: Disruption | Sketch, record: Disruption, title: float) -> Likeness:
    reasons = [f"titles {title:.0f} % alike"]
    cap = 100.0
    place, reason = places_alike((*candidate.origin, *candidate.felt), (*record.origin, *record.felt))
    reasons += reason
    if place == 0:
        cap = min(cap, _CAP_PLACE)
    industry, reason = industries_alike(candidate, record)
    reasons += reason
    if industry == 0:
        cap = min(cap, _CAP_OTHER)
    dates, apart, reason = _dates(candidate, record)
    reasons += reason
    over = candidate.end is not None and record.end is not None and apart > 0
    if apart > APART_DAYS or over:
        cap = min(cap, _CAP_OTHER)
    score = 0.60 * title + 15 * place + 12 * industry + 13 * dates
    return Likeness(record, round(min(score, cap)), tuple(reasons))


@functools.lru_cache(maxsize=50_000)
def _letters(title: str) -> str:
    """The stems of a title in the order of the alphabet, without the words that say nothing."""
    stems = [one.stem for one in tokens(title)]
    return " ".join(sorted([one for one in stems if one not in _STOP] or stems))


@functools.lru_cache(maxsize=50_000)
def _meaning(title: str) -> str:
    """What the words of a title point to, and the stems of those that point to nothing."""
    known, words = vocabulary(), tokens(title)
    found: set[str] = set()
    covered: set[int] = set()
    for at, word in enumerate(words):
        surest: dict[str, Entry] = {}
        for entry in known.by_stem.get(word.stem, ()):
            size = len(entry.stems)
            same = tuple(one.stem for one in words[at : at + size]) == entry.stems
            if (
                same
                and entry.field in ("industries", "origin", "effect")
                and (not entry.cased or word.text[0].isupper())
            ):
                covered |= set(range(at, at + size))
                if entry.field not in surest or entry.score > surest[entry.field].score:
                    surest[entry.field] = entry
        found |= {entry.value.casefold() for entry in surest.values()}
    turns = _turns()
    left = [word.stem for at, word in enumerate(words) if at not in covered]
    found |= {turns.get(stem, stem) for stem in left if stem not in _STOP}
    return " ".join(sorted(found))


@functools.cache
def _turns() -> dict[str, str]:
    """Words that the pairs of the vocabulary treat alike, under one of them: halted, stopped and shut."""
    turns: dict[str, str] = {}
    for left, right, _ in vocabulary().near:
        for side in (left, right):
            known = sorted({turns[word] for word in side if word in turns})
            name = known[0] if known else f"~{min(side)}"
            turns |= {word: name for word in side if word not in turns}
    return turns


def _dice(one: str, other: str) -> float:
    ours, theirs = set(one.split()), set(other.split())
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def places_alike(ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, list[str]]:
    """1 for a common place, 0.7 if one holds the other, 0.5 if unknown, 0 for different ones."""
    if not ours or not theirs:
        return 0.5, []
    common = [one for one in ours if one in theirs]
    if common:
        return 1.0, [f"same place: {', '.join(classification.country_name(one) for one in dict.fromkeys(common))}"]
    for one in ours:
        for other in theirs:
            if _holds(one, other) or _holds(other, one):
                large, small = (one, other) if _holds(one, other) else (other, one)
                names = classification.country_name(small), classification.country_name(large)
                return (0.5 if large == "WORLD" else 0.7), [f"{names[0]} lies in {names[1]}"]
    return 0.0, ["other places"]


def _holds(large: str, small: str) -> bool:
    country = classification.country(small[:2]) or small
    if large == "WORLD":
        return True
    if large == "EU":
        return country in classification.EU27
    if len(large) == 2:
        return small != large and country == large
    return small != large and small.startswith(large)


def industries_alike(candidate: Disruption | Sketch, record: Disruption) -> tuple[float, list[str]]:
    """0.5 to 1 by the share of common divisions; without industries, whether they share an ecosystem."""
    ours, theirs = covered(candidate.industries), covered(record.industries)
    if ours and theirs:
        common = sorted(ours & theirs)
        if not common:
            return 0.0, ["other industries"]
        same = [code for code in candidate.industries if code in record.industries] or common[:3]
        return 0.5 + 0.5 * len(common) / max(len(ours), len(theirs)), [f"same industry: {', '.join(same)}"]
    shared = [one for one in candidate.ecosystems if one in record.ecosystems]
    return (0.8, [f"same ecosystem: {', '.join(shared)}"]) if shared else (0.5, [])


@functools.lru_cache(maxsize=50_000)
def covered(codes: tuple[str, ...]) -> frozenset[str]:
    """The NACE divisions that codes cover; a code that is none stands for itself."""
    return frozenset().union(*(classification.divisions(code) or {code} for code in codes))


def _dates(candidate: Disruption | Sketch, record: Disruption) -> tuple[float, int, list[str]]:
    """1 at the same time, falling to 0 at ``APART_DAYS``; and the days between the two."""
    if candidate.start is None or record.start is None:
        return 0.5, 0, []
    starts = abs((candidate.start - record.start).days)
    gap = max(
        0,
        (candidate.start - (record.end or record.start)).days,
        (record.start - (candidate.end or candidate.start)).days,
    )
    said = "start on the same day" if starts == 0 else f"starts {starts} day{'s' * (starts != 1)} apart"
    return max(0.0, 1 - gap / APART_DAYS), gap, [said]
