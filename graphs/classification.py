"""Codes and names: countries, NACE Rev.2 industries, the 14 industrial ecosystems, and who belongs where."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from babel import Locale
from babel.core import get_global

from graphs.errors import Fault, Faults

DATA = Path(str(resources.files("graphs") / "data"))

EU27 = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""Member states since February 2020; the same list for every date, so that scores stay comparable."""

REST_OF_WORLD = "ROW"

ECOSYSTEMS = (
    "Aerospace & defence",
    "Agri-food",
    "Construction",
    "Cultural and creative industries",
    "Digital",
    "Electronics",
    "Energy-intensive industries",
    "Energy-renewables",
    "Health",
    "Mobility-Transport-Automotive",
    "Proximity, social economy and civil security",
    "Retail",
    "Textiles",
    "Tourism",
)
"""The 14 industrial ecosystems of the European industrial strategy."""

STAGES = (
    "inbound logistics",
    "operations",
    "outbound logistics",
    "marketing and sales",
    "service",
    "procurement",
    "technology development",
    "human resources",
    "firm infrastructure",
)
"""Porter's value chain: five primary and four support activities (Porter 1985, Competitive Advantage)."""

# NACE Rev.2: the divisions of each section (Regulation (EC) No 1893/2006, Annex I).
_SECTIONS = {
    "A": "01-03", "B": "05-09", "C": "10-33", "D": "35-35", "E": "36-39", "F": "41-43", "G": "45-47",
    "H": "49-53", "I": "55-56", "J": "58-63", "K": "64-66", "L": "68-68", "M": "69-75", "N": "77-82",
    "O": "84-84", "P": "85-85", "Q": "86-88", "R": "90-93", "S": "94-96", "T": "97-98", "U": "99-99",
}  # fmt: skip
_DIVISIONS = tuple(
    f"{section}{number:02d}"
    for section, span in _SECTIONS.items()
    for number in range(int(span[:2]), int(span[3:]) + 1)
)
_PART = re.compile(r"^([A-U])?(\d{1,2}(?:\.\d{1,2})?)?$")

# Codes that Eurostat or common use write otherwise than ISO 3166.
_ALIASES = {
    "EL": "GR", "UK": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "USA": "US", "CZECH REPUBLIC": "CZ",
    "KOREA": "KR", "SOUTH KOREA": "KR", "HOLLAND": "NL", "TURKEY": "TR", "EUROPEAN UNION": "EU", "EU27": "EU",
    "WORLD": "WORLD", "GLOBAL": "WORLD", "WORLDWIDE": "WORLD", "REST OF THE WORLD": REST_OF_WORLD,
}  # fmt: skip
# Countries with regions in NUTS 2024 or 2021, as Eurostat writes them.
_NUTS_COUNTRIES = (EU27 - {"GR"}) | set("EL UK AL BA CH IS LI ME MK NO RS TR UA XK".split())
_NUTS = re.compile(r"^[A-Z]{2}[0-9A-Z]{1,3}$")


@functools.lru_cache(maxsize=4096)
def divisions(code: str) -> frozenset[str]:
    """NACE Rev.2 divisions that a code covers; empty if it is no NACE code.

    Understands sections, divisions, groups and ranges in the spellings of WIOD, FIGARO and Eurostat.

    Examples:
        >>> sorted(divisions("C10-C12")), sorted(divisions("J62_63")), sorted(divisions("C26.11"))
        (['C10', 'C11', 'C12'], ['J62', 'J63'], ['C26'])
        >>> len(divisions("B-D")), divisions("cars")
        (30, frozenset())
    """
    first, last = _ends(code)
    found = [_PART.match(part) for part in (first, last)]
    if not first or not last or not all(found):
        return frozenset()
    section = first[0] if first[0].isalpha() else ""
    starts, ends = _span(first), _span(section + last if last[0].isdigit() else last)
    if not starts or not ends or starts[0] > ends[-1]:
        return frozenset()
    return frozenset(_DIVISIONS[starts[0] : ends[-1] + 1])


def country(text: str) -> str | None:
    """ISO alpha-2 code of a country written as code or name (English, French or German); None if unknown.

    "EU", "WORLD" and "ROW" are places too.

    Examples:
        >>> country("tw"), country("Allemagne"), country("EL"), country("European Union"), country("Narnia")
        ('TW', 'DE', 'GR', 'EU', None)
    """
    word = " ".join(text.split()).upper()
    word = _ALIASES.get(word, word)
    if len(word) == 3 and word.isalpha():  # ISO alpha-3
        word = (get_global("territory_aliases").get(word) or [word])[0]
    if word in {"EU", "WORLD", REST_OF_WORLD}:
        return word
    return _countries_by_name().get(word)


def place(text: str) -> str | None:
    """Code of a country or of a NUTS region (`DE21`); None if it is neither.

    Examples:
        >>> place("Taiwan"), place("ITC4"), place("XX9")
        ('TW', 'ITC4', None)
    """
    found = country(text)
    if found:
        return found
    word = text.strip().upper()
    if _NUTS.match(word) and word[:2] in _NUTS_COUNTRIES:
        return word
    return None


@functools.lru_cache(maxsize=4096)
def country_name(code: str) -> str:
    """English name of a place.

    Examples:
        >>> country_name("TW"), country_name("EU"), country_name("ITC4")
        ('Taiwan', 'European Union', 'Italy, region ITC4')
    """
    special = {"EU": "European Union", "WORLD": "World", REST_OF_WORLD: "Rest of the world"}
    names = Locale("en").territories
    if code in special:
        return special[code]
    if code in names:
        return str(names[code])
    return f"{names.get(country(code[:2]) or '', code[:2])}, region {code}"


def closest(text: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Words in ``known`` that ``text`` may have meant.

    Examples:
        >>> closest("automotive", ECOSYSTEMS)
        ['Mobility-Transport-Automotive']
    """
    word = text.strip().casefold()
    inside = [one for one in known if word and (word in one.casefold() or one.casefold() in word)]
    return (inside or _similar(word, known))[:most]


def ecosystems(path: Path = DATA / "ecosystems.csv") -> pd.DataFrame:
    """Which NACE divisions belong to which ecosystem, with weight (share of the division) and basis.

    The file may be replaced by the Commission's annex (SWD(2021)351) in the same columns:
    ``ecosystem, nace_division, weight, source_url, basis``; an empty weight means the whole division.

    Raises:
        Faults: a file that cannot be read, unknown ecosystems or divisions, weights outside 0–1.

    Returns:
        One row per membership, column ``verified`` False where the basis says UNVERIFIED.

    Examples:
        >>> frame = ecosystems()
        >>> int(frame.verified.sum()), int((~frame.verified).sum())
        (24, 55)
    """
    try:
        frame = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (OSError, ValueError) as error:
        fault = Fault(path.name, "file", f"cannot be read ({error})", "give a CSV file in UTF-8")
        raise Faults([fault]) from None
    faults = _faults_of_memberships(frame, path.name)
    if faults:
        raise Faults(faults)
    frame["weight"] = pd.to_numeric(frame["weight"].replace("", "1"))
    frame["verified"] = ~frame["basis"].str.startswith("UNVERIFIED")
    return frame


def membership(industries: Iterable[str], path: Path = DATA / "ecosystems.csv") -> pd.DataFrame:
    """Share of each industry that belongs to each ecosystem, by the file at ``path``.

    An industry that groups several NACE divisions belongs by the share of its divisions: the tables know
    no finer detail, so divisions count equally.

    Returns:
        Industries × ecosystems, shares in 0–1. Codes that are no NACE codes belong nowhere.

    Examples:
        >>> round(float(membership(["C31-C33"]).loc["C31-C33", "Health"]), 3)
        0.333
    """
    shares = {}
    table = ecosystems(path)
    for industry in dict.fromkeys(industries):
        inside = divisions(industry)
        rows = table[table.nace_division.isin(inside)]
        shares[industry] = rows.groupby("ecosystem").weight.sum() / max(1, len(inside))
    frame = pd.DataFrame(shares).T.reindex(columns=list(ECOSYSTEMS))
    return frame.fillna(0.0).rename_axis(index="industry", columns="ecosystem")


def coverage(codes: Iterable[str], industry: str) -> float:
    """Share of an industry's divisions that the NACE ``codes`` name; 1 for the very same code.

    Examples:
        >>> round(coverage(["C10"], "C10-C12"), 3), coverage(["C"], "C10-C12"), coverage(["cars"], "cars")
        (0.333, 1.0, 1.0)
    """
    codes = tuple(codes)
    if industry in codes:
        return 1.0
    inside = divisions(industry)
    named = frozenset().union(*(divisions(code) for code in codes))
    return len(inside & named) / len(inside) if inside else 0.0


def _faults_of_memberships(frame: pd.DataFrame, name: str) -> list[Fault]:
    columns = ("ecosystem", "nace_division", "weight", "source_url", "basis")
    faults = [
        Fault(name, column, "the column is missing", f"the columns are {', '.join(columns)}")
        for column in columns
        if column not in frame
    ]
    if faults:
        return faults
    for row in np.flatnonzero(frame.duplicated(["ecosystem", "nace_division"])).tolist():
        fault = f"{frame.nace_division[row]} stands twice in {frame.ecosystem[row]}"
        faults.append(Fault(f"{name} row {row + 2}", "nace_division", fault, "keep one"))
    weights = pd.to_numeric(frame.weight.replace("", "1"), errors="coerce")
    for row, one in enumerate(frame.itertuples()):
        where = f"{name} row {row + 2}"
        if one.ecosystem not in ECOSYSTEMS:
            near = closest(one.ecosystem, ECOSYSTEMS) or ECOSYSTEMS
            faults.append(Fault(where, "ecosystem", f"{one.ecosystem!r} is none of the 14", f"one is {near[0]}"))
        if one.nace_division not in _DIVISIONS:
            faults.append(Fault(where, "nace_division", f"{one.nace_division!r} is no division", "write C26"))
        if not 0 <= weights[row] <= 1:
            faults.append(Fault(where, "weight", f"{one.weight!r} is no share", "write 0 to 1, or leave it empty"))
    return faults


def _ends(code: str) -> tuple[str, str]:
    """First and last part of a range; a single code is both."""
    parts = re.split(r"[-–_]|(?<=\d)T(?=\d)", code.strip().upper())
    return parts[0], parts[-1]


def _span(part: str) -> list[int]:
    """Positions in the list of divisions that a section, division or group takes."""
    whole = part.split(".")[0]
    return [
        position
        for position, division in enumerate(_DIVISIONS)
        if whole in (division, division[0], division[1:], division[0] + division[1:].lstrip("0"))
    ]


@functools.cache
def _countries_by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("de", "fr", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}:
                names |= {name.upper(): code, code: code}
    return names


def _similar(word: str, known: Iterable[str]) -> list[str]:
    stems = {part[:5] for part in re.findall(r"\w{4,}", word)}
    return [one for one in known if any(stem in one.casefold() for stem in stems)]
