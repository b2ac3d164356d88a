"""Words that point to codes: labels of industries and regions, names of countries, and everyday synonyms.

The synonyms stand in ``tracker/data/synonyms.csv``: one row for each field, value and score, with its words between
semicolons. How they are read:

* Case, accents and a plural s do not matter, but a word written there with a capital needs one in the text:
  ``Polish`` is no ``polish``, ``PPE`` is no ``ppe``.
* ``supply ~ stopped/halted`` means: both within six words of each other, in either order.
* The longest words win: ``turkey farm`` is no ``Turkey``. Rows without a field are read as nothing at all.
* The score says how sure the word alone is, 0–100.

Labels of NACE Rev.2 (Regulation (EC) No 1893/2006) stand in ``industries.csv``, names of NUTS 2024 regions of levels 1
and 2 (Eurostat) in ``regions.csv``; countries are named by CLDR in English, German, French, Italian and Spanish.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from babel import Locale

from graphs import classification

LANGUAGES = ("en", "de", "fr", "it", "es")
HOMONYMS = frozenset(
    "Chad Jordan Georgia Turkey Mali Guinea Jersey Niger Oman Chile Togo Cuba Man Réunion Macao Panama Benin".split()
)
"""Countries that are also names, food or clothes: only with a capital, and less sure."""
_NEVER = frozenset("Island Grenade Maurice Dominique Granada".split())
"""Names of countries in one language that are plain words or people in another."""
SCORE_NAME, SCORE_HOMONYM, SCORE_REGION, SCORE_LABEL, SCORE_LABEL_WORD = 90, 70, 88, 90, 64
_WORD = re.compile(r"[^\W_]+(?:[.'’&][^\W_]+)*\.?", re.UNICODE)
_COMMON = frozenset(
    "activities activity manufacture products product other services service related except and for the with without "
    "not elsewhere classified support through own use goods equipment general trade production works human personal "
    "public supply management materials material preparations articles means specialised similar auxiliary programming "
    "office business head operation first water air land social security technical rental leasing repair installation "
    "undifferentiated extraterritorial organisations bodies membership households private information collection "
    "real estate special scientific professional administrative fabricated basic motor administration agency analysis "
    "animal archives civil conditioning creative cultural crude development disposal domestic employers employment "
    "extraction investigation landscape legal manufacturing market media metallic mineral motion natural operator "
    "personnel picture plaiting producing programme recorded recovery refined remediation reproduction reservation "
    "sound steam straw testing trailers transportation wearing defence industry n.e.c. recording".split()
)
"""Words of labels that say nothing alone."""


@dataclass(frozen=True)
class Token:
    """A word of a text and where it stands."""

    text: str
    stem: str
    begin: int
    end: int


@dataclass(frozen=True)
class Entry:
    """Words that point to a value, and how sure they are."""

    words: str
    stems: tuple[str, ...]
    field: str
    value: str
    score: int
    label: str
    kind: str
    cased: bool


@dataclass(frozen=True)
class Vocabulary:
    """All entries by their first stem, pairs of words that say something together, and lone words for typing errors."""

    by_stem: dict[str, tuple[Entry, ...]]
    near: tuple[tuple[frozenset[str], frozenset[str], Entry], ...]
    single: tuple[str, ...]
    regions: frozenset[str]


def tokens(text: str) -> list[Token]:
    """The words of a text with their stems: lower case, no accents, no plural s.

    Examples:
        >>> [(one.text, one.stem) for one in tokens("Batteries für Autos")]
        [('Batteries', 'battery'), ('für', 'fur'), ('Autos', 'auto')]
    """
    found = []
    for one in _WORD.finditer(text):
        word = one[0] if re.fullmatch(r"(?:[^\W_]\.)+[^\W_]?\.?", one[0]) else one[0].rstrip(".")
        begin = one.start()
        elided = re.match(r"(?i)(?:[ldnsmtc]|qu|dell|all|nell|sull)['’](?=\w)", word)  # l'acier, dell'auto
        if elided:
            word, begin = word[elided.end() :], begin + elided.end()
        if len(word) > 2 and word[-2:] in ("'s", "’s"):
            word = word[:-2]
        found.append(Token(word, stem(word), begin, begin + len(word)))
    return found


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without case, accents and plural s.

    Examples:
        >>> stem("Strikes"), stem("Grève"), stem("gas"), stem("batteries")
        ('strike', 'greve', 'gas', 'battery')
    """
    plain = "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))
    if len(plain) > 5 and plain.endswith("ies"):
        return plain[:-3] + "y"
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        return plain[:-1]
    return plain


@functools.cache
def vocabulary() -> Vocabulary:
    """The index, built once (a value: nothing writes to it).

    Examples:
        >>> [(one.field, one.value) for one in vocabulary().by_stem["carmaker"]]
        [('industries', 'C29'), ('ecosystems', 'Mobility-Transport-Automotive')]
    """
    by_stem: dict[str, list[Entry]] = {}
    near: list[tuple[frozenset[str], frozenset[str], Entry]] = []
    for entry in (*_countries(), *_regions(), *_synonyms(), *_labels(), *_words_of_classes()):
        if " ~ " in entry.words:
            sides = [frozenset(stem(word) for word in side.split("/")) for side in entry.words.split(" ~ ")]
            near.append((sides[0], sides[1], entry))
        elif entry.stems:
            by_stem.setdefault(entry.stems[0], []).append(entry)
    # The longest first; of the same words and value only the first.
    whole = {}
    for first, entries in by_stem.items():
        unique: dict[tuple[object, ...], Entry] = {}
        for one in entries:
            unique.setdefault((one.stems, one.field, one.value, one.cased), one)
        whole[first] = tuple(sorted(unique.values(), key=lambda one: -len(one.stems)))
    single = sorted(
        one.stems[0]
        for entries in whole.values()
        for one in entries
        if len(one.stems) == 1 and len(one.stems[0]) >= 6 and one.kind != "word of the label"
    )
    regions = frozenset(code[:3] for code, _ in _rows("regions.csv"))
    return Vocabulary(whole, tuple(near), tuple(dict.fromkeys(single)), regions)


def label_of(field: str, value: str) -> str:
    """What a value is called.

    Examples:
        >>> label_of("industries", "C26"), label_of("origin", "FR"), label_of("effect", "link")
        ('Computer, electronic and optical products (C26)', 'France (FR)', 'link')
    """
    if field == "industries":
        name = _industries().get(value, "")
        return f"{name} ({value})" if name else value
    if field in ("origin", "felt"):
        return f"{classification.country_name(value)} ({value})"
    return value


def _rows(name: str) -> Iterator[tuple[str, ...]]:
    text = (resources.files("tracker") / "data" / name).read_text("utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    yield from (tuple(row) for row in rows)


@functools.cache
def _industries() -> dict[str, str]:
    labels = {code: re.sub("^Manufacture of ", "", label) for code, label in _rows("industries.csv")}
    return {code: label[:1].upper() + label[1:] for code, label in labels.items()} | {"B-D": "Industry"}


def _entry(words: str, field: str, value: str, score: int, kind: str, cased: bool | None = None) -> Entry:
    stems = tuple(one.stem for one in tokens(words))
    capital = any(one.isupper() for one in words) if cased is None else cased
    return Entry(words, stems, field, value, score, label_of(field, value), kind, capital)


def _synonyms() -> Iterator[Entry]:
    for field, value, score, words in _rows("synonyms.csv"):
        for word in words.split("; "):
            yield _entry(word, field, value, int(score or 0), "synonym")


def _countries() -> Iterator[Entry]:
    codes = [str(code) for code in Locale("en").territories]
    for code in codes:
        if len(code) != 2 or classification.country(code) != code or code in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
            continue
        for language in LANGUAGES:
            name = str(Locale(language).territories.get(code) or "")
            if len(name) < 4 or name in _NEVER:
                continue
            homonym = name in HOMONYMS
            # In a hurry names are typed in small letters; short ones would be found in other words then.
            cased = homonym or len(name) < 5
            yield _entry(name, "origin", code, SCORE_HOMONYM if homonym else SCORE_NAME, "name", cased)


def _regions() -> Iterator[Entry]:
    for code, name in _rows("regions.csv"):
        yield _entry(name, "origin", code, SCORE_REGION, "name", True)


def _labels() -> Iterator[Entry]:
    owners: dict[str, set[str]] = {}
    for code, label in _industries().items():
        if "-" in code:
            continue  # a range has no label of its own
        yield _entry(label, "industries", code, SCORE_LABEL, "label", False)
        for word in {one.stem for one in tokens(label) if len(one.text) >= 5}:
            owners.setdefault(word, set()).add(code)
    common = {stem(word) for word in _COMMON}
    for word, codes in sorted(owners.items()):
        divisions = [code for code in codes if len(code) == 3]
        if word not in common and len(divisions) == 1 and len(codes) <= 2:
            yield _entry(word, "industries", divisions[0], SCORE_LABEL_WORD, "word of the label", False)


def _words_of_classes() -> Iterator[Entry]:
    for name in classification.ECOSYSTEMS:
        yield _entry(name, "ecosystems", name, 95, "label", False)
    for name in classification.STAGES:
        if " " in name:
            yield _entry(name, "stages", name, 92, "label", False)
