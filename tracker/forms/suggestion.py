"""From free text to fields of a record: suggestions with their reasons, for an expert to take or to leave.

Words are looked up among labels, names and synonyms (``vocabulary``), codes are read where they stand, shares,
dates and causes where they are plainly said (``statements``). A value that several words point to is surer:
100 · (1 − Π(1 − score/100)), at most 99. What stays below ``LEAST`` is not suggested.

Measured on the 80 embedded records, title and description against what was coded, precision and recall:

=====================  ============  ============  ====================
field                  42 tuned on   38 held out   held out, first try
=====================  ============  ============  ====================
origin where named     1.00  0.93    0.94  0.47    0.83  0.47
industries             0.68  0.84    0.61  0.86    0.55  0.89
ecosystems             0.80  0.86    0.73  0.82    0.73  0.82
effect                 0.79  0.82    0.81  0.65    0.78  0.54
stages                 0.71  0.67    0.50  0.25    0.50  0.25
felt                   1.00  0.17    1.00  0.25    none found
=====================  ============  ============  ====================

"Where named" leaves out what was coded as EU where the text names no place; most other places that are missed stand in
no text either, but in the source. Stages and places where it is felt were coded from more than the title: weak here.
Halves by a hash of the id. The second half is not untouched: 12 of its titles had been read before the words were
chosen, and its sums, not its misses, had been seen once before words of effects were added from the field at large.
``python3 -m pytest tests/tracker/forms/test_suggestion.py -k figures -s`` prints the figures; the test holds them from
below.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from rapidfuzz import fuzz, process

from graphs import classification
from tracker.forms.statements import statements
from tracker.forms.vocabulary import HOMONYMS, Entry, Token, Vocabulary, label_of, tokens, vocabulary

LEAST = 60
"""The lowest score that is suggested."""
MOST_VALUES = 5
"""Most values of a field that holds several."""
MOST_LETTERS = 2_000
"""Only the beginning of a longer text is read."""
SINGLE = ("effect", "severity_likely", "start", "end", "cause")
_ORDER = ("industries", "ecosystems", "origin", "felt", "stages", *SINGLE)
_CODE = re.compile(r"(?<![\w.&/-])(?:[A-Z]{2}[0-9A-Z]{0,3}|[A-U]\d\d(?:\.\d{1,2})?(?:-[A-U]?\d\d)?)(?![\w&-]|\.\d)")
_DOUBTFUL = frozenset(
    "IT HR IN NO IS AT BE DE ES ME MY SO TO PM AM AI CV PR PC TV CO AD DO LA MA PA ID CC MD GM SM".split()
)
"""Codes of countries that are also words or short forms: only beside another code or in brackets."""
_KNOWN_CODES = classification.EU27 | frozenset("EU UK GB US CN JP KR TW TR CH NO UA RU IN BR CA MX AU VN".split())
_EXCLUDE = frozenset(
    "except excluding outside not ausser ohne sauf hors excepte tranne eccetto salvo excepto unlike".split()
)
_NONE = frozenset("no not without never kein keine keinen ohne pas sans nessun nessuna sin ningun averted".split())
_LACK = frozenset("no without kein keine keinen ohne sans senza sin".split())
_TO = frozenset(
    "to for into hit hits hitting hurt hurts threaten threatens affect affects affecting reach reaches leaves nach fur "
    "vers pour verso per hacia trifft".split()
)
_FROM = frozenset("from aus von".split())
_IN = frozenset("in en im dans".split())
_SKIP = frozenset("the a an all most many some der die das den dem le la les l il lo i gli el los las of and".split())
_EFFECT_OF_LACK = 68


@dataclass(frozen=True)
class Suggestion:
    """A value for a field of a disruption, how sure it is (0–100), and why."""

    field: str
    value: str
    score: int
    because: str


@dataclass(frozen=True)
class _Match:
    begin: int
    end: int
    entry: Entry
    score: float
    because: str


def suggest(text: str, today: date | None = None, industries: Collection[str] = ()) -> list[Suggestion]:
    """What the words of ``text`` point to, by field and with the surest first.

    Args:
        today: the day on which it is said, for "last week" and dates without a year.
        industries: codes of the value chain; industries that cover none of them are not suggested. None: any.

    Returns:
        At most ``MOST_VALUES`` suggestions for a field that holds several values, one for the others; never an error.

    Examples:
        >>> found = suggest("Chip shortage from Taiwan")
        >>> [(one.field, one.value, one.score) for one in found if one.score > 80]
        [('industries', 'C26', 90), ('ecosystems', 'Electronics', 88), ('origin', 'TW', 90), ('effect', 'supply', 82)]
        >>> found[1].because, found[2].because
        ("'Chip' is like 'Electronics': synonym 'chip'", "'Taiwan' is Taiwan (TW)")
        >>> suggest("It was not in France")
        []
    """
    text = text[:MOST_LETTERS]
    words, known = tokens(text), vocabulary()
    matches = _longest([*_whole(text, words, known), *_typing_errors(words, known)])
    matches = [one for one in matches if one.entry.field and not _denied(one, words)]
    matches += [*_pairs(words, known), *_codes(text, known), *_lacks(matches, words)]
    matches = _felt(_finest(matches), words)
    found = _joined(matches)
    found += [
        Suggestion(one.field, one.value, one.score, f"'{one.words}': {one.meaning}") for one in statements(text, today)
    ]
    found += _memberships(found)
    return _best(one for one in found if one.score >= LEAST and _covers(one, industries))


def _whole(text: str, words: list[Token], known: Vocabulary) -> Iterator[_Match]:
    """Entries all of whose words stand in the text, one after the other."""
    for at, word in enumerate(words):
        for entry in known.by_stem.get(word.stem, ()):
            end = at + len(entry.stems)
            if tuple(one.stem for one in words[at:end]) != entry.stems:
                continue
            said = text[word.begin : words[end - 1].end]
            if entry.cased and not _capitals(said, entry.words):
                continue
            score = float(entry.score)
            if entry.words in HOMONYMS and _named_person(text, word, words, end):
                continue
            if entry.field == "origin" and entry.kind == "name" and said.islower():
                score -= 12
            yield _Match(at, end, entry, score, _reason(said, entry))


def _reason(said: str, entry: Entry) -> str:
    if entry.kind == "synonym":
        return f"'{said}' is like '{entry.label}': synonym '{entry.words}'"
    if entry.kind == "name":
        return f"'{said}' is {entry.label}"
    if entry.kind == "label":
        return f"'{said}' is the label of {entry.label}"
    return f"'{said}' is a {entry.kind} '{entry.label}'"


def _capitals(said: str, written: str) -> bool:
    """Whether each capital of the entry is a capital in the text."""
    ours = re.findall(r"[^\W_]+", written)
    theirs = re.findall(r"[^\W_]+", said)
    for one, other in zip(ours, theirs, strict=False):
        if one.isupper() and len(one) > 1:
            if other[: len(one)] != one:
                return False
        elif one[0].isupper() and not other[0].isupper():
            return False
    return True


def _named_person(text: str, word: Token, words: list[Token], end: int) -> bool:
    """A homonym beside another capital is the name of somebody: Jordan Smith."""
    after = words[end] if end < len(words) else None
    if after and after.text[0].isupper() and not after.text.isupper() and text[word.end : after.begin] == " ":
        return True
    before = re.search(r"(\w+) $", text[: word.begin])
    opening = before and not re.search(r"[\w,;:]\s$", text[: before.start()])
    return bool(before and before[1][0].isupper() and not opening)


def _typing_errors(words: list[Token], known: Vocabulary) -> Iterator[_Match]:
    """A word that is nearly one of the vocabulary."""
    for at, word in enumerate(words):
        if len(word.stem) < 6 or word.stem in known.by_stem or len(word.stem) > 30:
            continue
        near = process.extractOne(word.stem, known.single, scorer=fuzz.ratio, score_cutoff=88)
        if not near or near[0][0] != word.stem[0]:
            continue
        for entry in known.by_stem[near[0]]:
            if len(entry.stems) == 1 and entry.field and (not entry.cased or word.text[0].isupper()):
                because = f"'{word.text}' may be '{entry.words}', which is like '{entry.label}'"
                yield _Match(at, at + 1, entry, entry.score * near[1] / 100 - 10, because)


def _longest(matches: list[_Match]) -> list[_Match]:
    """Of matches that share a word the longest, for each field.

    What reads as nothing covers every field, and no place is read inside longer words: turkey farm, port wine.
    """
    kept: list[_Match] = []
    for one in sorted(matches, key=lambda one: (one.begin - one.end, one.begin)):
        covered = any(
            other.begin < one.end
            and one.begin < other.end
            and (other.entry.field in ("", one.entry.field) or one.entry.field == "origin")
            and other.end - other.begin > one.end - one.begin
            for other in kept
        )
        if not covered:
            kept.append(one)
    return kept


def _denied(one: _Match, words: list[Token]) -> bool:
    """Whether the words before say that it is not meant."""
    before = [word.stem for word in words[max(0, one.begin - 3) : one.begin] if word.stem not in _SKIP]
    before = [word for word in before if word not in _IN]
    if one.entry.field == "effect":
        return bool(_NONE & set(before[-2:]))
    if one.entry.field in ("origin", "industries", "ecosystems"):
        other = [word.stem for word in words[max(0, one.begin - 4) : one.begin]]
        impact = "impact" in other and "no" in other
        return bool(_EXCLUDE - {"ohne"} & set(before[-1:])) or impact
    return False


def _pairs(words: list[Token], known: Vocabulary) -> Iterator[_Match]:
    """Two words near each other that together say something: orders … fell."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        places.setdefault(word.stem, []).append(at)
    for left, right, entry in known.near:
        ours = [at for word in left & places.keys() for at in places[word]]
        theirs = [at for word in right & places.keys() for at in places[word]]
        spans = [(min(a, b), max(a, b)) for a in ours for b in theirs if a != b and abs(a - b) <= 6]
        if spans:
            begin, end = min(spans, key=lambda span: (span[1] - span[0], span))
            because = f"'{words[begin].text} … {words[end].text}' says {entry.label}"
            match = _Match(begin, end + 1, entry, float(entry.score), because)
            if not _denied(match, words):
                yield match


def _codes(text: str, known: Vocabulary) -> Iterator[_Match]:
    """Codes of industries, countries and regions, in capitals; not in a text that is all capitals."""
    if text.upper() == text and len(text.split()) > 2:
        return
    found = list(_CODE.finditer(text))
    for at, one in enumerate(found):
        code = one[0]
        divisions = classification.divisions(code) if len(code) >= 3 and code[1].isdigit() else frozenset()
        if divisions:
            yield _code(one, "industries", code)
            continue
        place = classification.place(code)
        if not place:
            continue
        if len(code) > 2:
            if any(letter.isdigit() for letter in code) and code[:3] in known.regions:
                yield _code(one, "origin", place)
        elif code in _KNOWN_CODES and (code not in _DOUBTFUL or _in_company(text, found, at)):
            yield _code(one, "origin", place)


def _code(one: re.Match[str], field: str, value: str) -> _Match:
    entry = Entry(one[0], (), field, value, 97, label_of(field, value), "code", True)
    at = -1 - one.start()  # no token: nothing stands before it
    return _Match(at, at, entry, 97.0, f"'{one[0]}' is the code of {entry.label}")


def _in_company(text: str, found: list[re.Match[str]], at: int) -> bool:
    """Whether a code stands in brackets, or beside another code of a country: DE, FR and IT."""
    one = found[at]
    if text[: one.start()].endswith("(") and text[one.end() :].startswith(")"):
        return True
    for left, right in ((at - 1, at), (at, at + 1)):
        if left >= 0 and right < len(found):
            between = text[found[left].end() : found[right].start()]
            other = found[left if right == at else right][0]
            if re.fullmatch(r"\s?[,;/+&]\s?|\s(?:and|und|et|e|y)\s", between) and other in _KNOWN_CODES:
                return True
    return False


def _lacks(matches: list[_Match], words: list[Token]) -> Iterator[_Match]:
    """No chips, without parts: something is not supplied."""
    for one in matches:
        if one.entry.field == "industries" and one.begin > 0 and words[one.begin - 1].stem in _LACK:
            entry = replace(one.entry, field="effect", value="supply", label="supply")
            said = f"{words[one.begin - 1].text} {words[one.begin].text}"
            yield _Match(one.begin, one.end, entry, float(_EFFECT_OF_LACK), f"'{said}' says supply")
            return


def _finest(matches: list[_Match]) -> list[_Match]:
    """A region says its country: the country is not suggested beside it."""
    regions = {one.entry.value[:2] for one in matches if one.entry.field == "origin" and _is_region(one.entry.value)}
    countries = {classification.country(code) or code for code in regions}
    return [one for one in matches if one.entry.field != "origin" or one.entry.value not in countries]


def _is_region(value: str) -> bool:
    return len(value) > 2 and value not in ("WORLD", classification.REST_OF_WORLD)


def _felt(matches: list[_Match], words: list[Token]) -> list[_Match]:
    """Places after "to", "for" or "hits" are where it is felt, if another place is where it comes from.

    So are those after "in" if another stands after "from", and so is the EU beside a place outside it: the tracker
    follows what reaches the EU.
    """
    places = [one for one in matches if one.entry.field == "origin"]
    outside = any(_outside(one.entry.value) for one in places)
    moved: dict[int, _Match] = {}
    fronts = {id(one): _front(one, words) for one in places}
    sent = any(front in _FROM for front in fronts.values())
    for one in places:
        front = fronts[id(one)]
        entry = replace(one.entry, field="felt")
        if one.entry.value == "EU" and outside:
            moved[id(one)] = replace(one, entry=entry, because=f"{one.because}, and the other place lies outside")
        elif front in _TO or (sent and front in _IN):
            moved[id(one)] = replace(one, entry=entry, because=f"{one.because}, after '{front}'")
    if all(id(one) in moved for one in places):
        return matches
    return [moved.get(id(one), one) for one in matches]


def _front(one: _Match, words: list[Token]) -> str:
    """The word before a place, without articles."""
    before = [word.stem for word in words[max(0, one.begin - 3) : max(0, one.begin)] if word.stem not in _SKIP]
    return before[-1] if before else ""


def _outside(value: str) -> bool:
    return value not in ("EU", "WORLD") and (classification.country(value[:2]) or value) not in classification.EU27


def _joined(matches: list[_Match]) -> list[Suggestion]:
    """One suggestion for each value, surer the more words point to it."""
    groups: dict[tuple[str, str], list[_Match]] = {}
    for one in sorted(matches, key=lambda one: -one.score):
        group = groups.setdefault((one.entry.field, one.entry.value), [])
        # The same words twice, or a pair around them, are one reason.
        if not any(other.begin < one.end and one.begin < other.end for other in group):
            group.append(one)
    found = []
    for (field, value), group in groups.items():
        doubt = 1.0
        for one in group:
            doubt *= 1 - one.score / 100
        score = min(99, round(100 * (1 - doubt)))
        reasons = list(dict.fromkeys(one.because for one in group))
        found.append(Suggestion(field, value, score, "; ".join(reasons[:3])))
    return found


def _memberships(found: list[Suggestion]) -> list[Suggestion]:
    """Ecosystems that a surely named industry belongs to by a verified row, if no word names one."""
    if any(one.field == "ecosystems" for one in found):
        return []
    table = _verified()
    added: dict[str, Suggestion] = {}
    for one in found:
        if one.field == "industries" and one.score >= 80 and len(one.value) == 3:
            for name in table.ecosystem[table.nace_division.isin(classification.divisions(one.value))].unique()[:2]:
                because = f"{label_of('industries', one.value)} belongs to it"
                added.setdefault(name, Suggestion("ecosystems", name, round(0.75 * one.score), because))
    return list(added.values())


@functools.cache
def _verified() -> pd.DataFrame:
    table = classification.ecosystems()
    return table[table.verified]


def _covers(one: Suggestion, industries: Collection[str]) -> bool:
    if one.field != "industries" or not industries:
        return True
    return any(classification.coverage([one.value], industry) for industry in industries)


def _best(found: Iterable[Suggestion]) -> list[Suggestion]:
    by_field: dict[str, list[Suggestion]] = {}
    for one in sorted(found, key=lambda one: -one.score):
        by_field.setdefault(one.field, []).append(one)
    return [one for field in _ORDER for one in by_field.get(field, [])[: 1 if field in SINGLE else MOST_VALUES]]
