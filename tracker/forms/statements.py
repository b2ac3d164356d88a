"""What a text plainly states: how much is lost, from when to when, and why. Nothing is read into it."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale


@dataclass(frozen=True)
class Statement:
    """A value that stands in a text, with the words that say so."""

    field: str
    value: str
    score: int
    words: str
    meaning: str


_FRACTIONS = {
    "half": 0.5, "a half": 0.5, "one half": 0.5, "halved": 0.5, "a third": 1 / 3, "one third": 1 / 3,
    "two thirds": 2 / 3, "a quarter": 0.25, "one quarter": 0.25, "three quarters": 0.75, "a fifth": 0.2,
    "one fifth": 0.2, "a tenth": 0.1, "one tenth": 0.1, "um die hälfte": 0.5, "ein drittel": 1 / 3,
    "ein viertel": 0.25, "zwei drittel": 2 / 3, "de moitié": 0.5, "un tiers": 1 / 3, "un quart": 0.25,
    "della metà": 0.5, "un terzo": 1 / 3, "la mitad": 0.5, "un tercio": 1 / 3,
}  # fmt: skip
_PERCENT = re.compile(
    r"(?<![\w.,])(?P<low>\d{1,3}(?:[.,]\d{1,2})?)(?:\s?%?\s?(?:-|–|to|bis)\s?(?P<high>\d{1,3}(?:[.,]\d{1,2})?))?"
    r"\s?(?:%|per ?cent\b|Prozent\b|pour ?cent\b|por ?ciento\b|per ?cento\b)",
    re.IGNORECASE,
)
_LOSS = re.compile(
    r"\b(?:down|drop\w*|fall\w*|fell|fewer|less|los[est]\w*|cut\w*|reduc\w*|declin\w*|collaps\w*|shrink\w*|shrank|halv\w*"
    r"|missing|short\w*|stop\w*|halt\w*|clos\w*|shut\w*|slump\w*|plung\w*|plummet\w*|idle\w*|curtail\w*|minus|below"
    r"|weniger|gesunken|sinkt|sank|einbruch|rückgang|ausfall\w*|fehl\w*|baisse\w*|chute\w*|recul\w*|réduit\w*|perd\w*"
    r"|calo|cala\w*|ridott\w*|caída|cae|cayó|reducid\w*)\b|[-−–]\s?(?=\d)",
    re.IGNORECASE,
)
# A share of firms, answers or suppliers, a price, or a rise is no share of capacity that is lost.
_NO_SHARE = re.compile(
    r"^\W{0,2}(?:(?:of|der|des|delle|de las)\s+(?:\w+\s){0,3}?(?:compan\w+|firms?|business\w*|members?|respond\w+|smes?"
    r"|suppliers?|clusters?|people|unternehmen|betriebe|entreprises|imprese|empresas|world|global|eu|applic\w+)\b"
    r"|(?:more|higher|teurer|plus cher|increase|rise|growth|tariffs?|duty|duties|discount|chance|probab\w+|inflation))",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:prices?|costs?|up|rise\w*|rose|risen|increas\w*|grow\w*|grew|tariffs?|dut(?:y|ies)|inflation|preise?|kosten"
    r"|prix|hausse|prezzi|precios|unemployment|dependen\w+)\b",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\b(?:at|to|only|auf|à|al)\s+(?:only\s+|about\s+|around\s+|just\s+)?$", re.IGNORECASE)
_OF_NORMAL = re.compile(
    r"^\W{0,2}(?:of (?:its |their |the |normal|usual|capacity|pre)|capacity|der kapazität)", re.IGNORECASE
)
_CLAUSE = re.compile(r"[;:!?\n]|[.,](?=\s)|\b(?:while|but|and|aber|und|mais|et|ma|pero)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because of|due to|caused by|owing to|as a result of|following|wegen|aufgrund|à cause de|en raison de|"
    r"a causa di|dovuto a|debido a|a causa de)\s+([^.;\n|]{3,200})",
    re.IGNORECASE,
)
_UNTIL = (
    r"until|till|til|through|up to|ended on|ends on|ended|ends|bis(?: zum)?|jusqu['’]?(?:au|en|à)|fino (?:al|a)"
    r"|hasta(?: el)?|–|—"
)
_SINCE = (
    r"since|from|starting|beginning|started on|began on|as of|on|in|seit(?: dem)?|ab(?: dem)?|vom|am|im|depuis(?: le)?"
    r"|à partir du|dal|da|desde(?: el)?"
)
_BEFORE = re.compile(
    rf"(?<!\w)(?:(?P<until>{_UNTIL})|(?P<since>{_SINCE}))\s*(?:the |end of |early |mid-?\s?|late )?$", re.IGNORECASE
)
_DAYS = {name: number for number, names in enumerate(
    ("monday montag lundi lunedì lunes", "tuesday dienstag mardi martedì martes", "wednesday mittwoch mercredi "
     "mercoledì miércoles", "thursday donnerstag jeudi giovedì jueves", "friday freitag vendredi venerdì viernes",
     "saturday samstag samedi sabato sábado", "sunday sonntag dimanche domenica domingo"))
    for name in names.split()}  # fmt: skip


def statements(text: str, today: date | None) -> list[Statement]:
    """Severity, dates and cause that ``text`` states.

    Args:
        today: the day on which it is said; without it "last week" and dates without a year are left alone.

    Examples:
        >>> said = "Output down by a third since 1 March 2021 due to a fire"
        >>> [(one.field, one.value) for one in statements(said, None)]
        [('severity_likely', '0.333'), ('start', '2021-03-01'), ('cause', 'a fire')]
        >>> [(one.field, one.value) for one in statements("No parts since last week", date(2021, 3, 24))]
        [('start', '2021-03-15')]
        >>> statements("80 % of companies are worried; prices up 40 %", None)
        []
    """
    return [*_severities(text), *_dates(text, today), *_causes(text)]


def _severities(text: str) -> list[Statement]:
    found = []
    for one in _PERCENT.finditer(text):
        shares = [float(part.replace(",", ".")) / 100 for part in (one["low"], one["high"]) if part]
        found += _severity(text, one.start(), one.end(), sum(shares) / len(shares), len(shares) > 1)
    for one in _fractions().finditer(text):
        found += _severity(text, one.start(), one.end(), _FRACTIONS[" ".join(one[0].casefold().split())], False)
    return found


def _severity(text: str, begin: int, end: int, share: float, middle: bool) -> list[Statement]:
    before = _CLAUSE.split(text[max(0, begin - 70) : begin])[-1]
    after = _CLAUSE.split(text[end : end + 50])[0]
    alone = text[begin:end].casefold() == "halved"
    if _NO_SHARE.match(text[end:]) or _RISE.search(before) or not 0 < share <= 1:
        return []
    if not alone and not _LOSS.search(before) and not _LOSS.search(after):
        return []
    words, meaning = text[begin:end], f"{100 * share:.3g} % is lost"
    if _LEFT.search(before):
        normal = _OF_NORMAL.match(text[end:])
        if not normal or share == 1:
            return []  # "fell to 40 %": of what is not said
        share = 1 - share
        words, meaning = text[begin : end + normal.end()].strip(), f"so {100 * share:.3g} % is lost"
    if middle:
        meaning += " (the middle of the range)"
    return [Statement("severity_likely", f"{share:.3g}", 80 if middle else 90, words, meaning)]


def _dates(text: str, today: date | None) -> list[Statement]:
    found: list[tuple[int, Statement]] = []
    taken: list[tuple[int, int]] = []
    for begin, end, first, last, score in _days_in(text, today):
        if any(begin < stop and start < end for start, stop in taken):
            continue
        taken.append((begin, end))
        role = _BEFORE.search(text[max(0, begin - 24) : begin])
        field = "end" if role and role["until"] else "start"
        if (
            not role
            and found
            and found[-1][1].field == "start"
            and re.fullmatch(r"\s*(?:to|-|–|bis|au|al)\s*", text[found[-1][0] : begin])
        ):
            field = "end"
        day = last if field == "end" else first
        said = (role[0] if role else "") + text[begin:end]
        found.append((end, Statement(field, day.isoformat(), score, said.strip(), f"that is {day.isoformat()}")))
    starts = [one.value for _, one in found if one.field == "start"]
    ends = [one.value for _, one in found if one.field == "end"]
    if starts and ends and min(ends) < max(starts):
        return []  # not what was meant: better none than a guess
    return [one for _, one in found]


def _days_in(text: str, today: date | None) -> list[tuple[int, int, date, date, int]]:
    """Where a day or month is named: begin, end, first day, last day, score; whole dates first."""
    found: list[tuple[int, int, date, date, int]] = []
    refused: list[tuple[int, int]] = []  # the 31st of February is no February either
    for pattern, score in _patterns():
        for one in pattern.finditer(text):
            groups = one.groupdict()
            span = _span(groups, today, text[: one.start()])
            if span:
                found.append((one.start(), one.end(), *span, score))
            elif groups.get("day"):
                refused.append((one.start(), one.end()))
    found += _relative(text, today)
    whole = sorted(found, key=lambda one: (-(one[1] - one[0]), one[0]))
    kept: list[tuple[int, int, date, date, int]] = []
    for day in whole:
        inside = any(begin <= day[0] and day[1] <= end for begin, end in refused)
        if not inside and not any(day[0] < other[1] and other[0] < day[1] for other in kept):
            kept.append(day)
    return sorted(kept)


def _span(groups: dict[str, str | None], today: date | None, before: str) -> tuple[date, date] | None:
    month_name, day = groups.get("name"), groups.get("day")
    month = _months()[_plain(month_name)] if month_name else int(groups.get("month") or 0)
    year = int(groups.get("year") or 0)
    try:
        if day and year:
            return (date(year, month, int(day)),) * 2
        if not year and today is None:
            return None
        if not day and not year and not _BEFORE.search(before[-24:]):
            return None  # "March" may be a verb
        if not year and today is not None:
            year = today.year
            role = _BEFORE.search(before[-24:])
            if role and role["until"]:  # the next one, or one that is hardly over
                year += date(year, month, int(day or 28)) < today - timedelta(days=31)
            else:  # the latest that is not more than a month ahead
                year -= date(year, month, int(day or 1)) > today + timedelta(days=31)
        first = date(year, month, int(day or 1))
        last = first if day else (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))
        return first, last
    except ValueError:
        return None  # the 31st of February is no day


def _relative(text: str, today: date | None) -> list[tuple[int, int, date, date, int]]:
    if today is None:
        return []
    monday = today - timedelta(days=today.weekday())
    before = today.replace(day=1) - timedelta(days=1)
    spans = {
        "today|heute|aujourd['’]hui|oggi|hoy": (today, today),
        "yesterday|gestern|hier|ieri|ayer": (today - timedelta(days=1),) * 2,
        "tomorrow|morgen": (today + timedelta(days=1),) * 2,
        "this week|diese woche|cette semaine": (monday, monday + timedelta(days=6)),
        "last week|letzte[rn]? woche|la semaine dernière|la settimana scorsa|la semana pasada": (
            monday - timedelta(days=7),
            monday - timedelta(days=1),
        ),
        "next week|nächste[rn]? woche|la semaine prochaine": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "last month|letzten monat|le mois dernier": (before.replace(day=1), before),
    }
    found = []
    for words, (first, last) in spans.items():
        for one in re.finditer(rf"\b(?:{words})\b", text, re.IGNORECASE):
            # "hier" is yesterday in French and here in German.
            if one[0].casefold() != "hier" or re.search(r"(?i)\b(?:depuis|le|la|les|une|des)\b", text):
                found.append((one.start(), one.end(), first, last, 80))
    for one in re.finditer(
        rf"\b(?:since|seit|depuis|da|desde)\s+(?:last |el |le )?({'|'.join(_DAYS)})\b", text, re.IGNORECASE
    ):
        back = (today.weekday() - _DAYS[one[1].casefold()]) % 7 or 7
        day = today - timedelta(days=back)
        found.append((one.start(1), one.end(1), day, day, 78))
    return found


def _causes(text: str) -> list[Statement]:
    one = _CAUSE.search(text)
    if not one:
        return []
    cause = re.split(r",\s|\s\(|\s(?:since|until|from)\s", one[1])[0].strip(" ,.")
    return [Statement("cause", cause, 70, one[0][: len(one[0]) - len(one[1])].strip(), "what follows")] if cause else []


@functools.cache
def _fractions() -> re.Pattern[str]:
    words = "|".join(sorted((word.replace(" ", r"\s+") for word in _FRACTIONS), key=len, reverse=True))
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


@functools.cache
def _months() -> dict[str, int]:
    names = {}
    for language in ("es", "it", "fr", "de", "en"):
        for number, name in Locale(language).months["format"]["wide"].items():
            names[_plain(name)] = number
    return names


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], int], ...]:
    """How days and months are written, each with its score."""
    languages = ("es", "it", "fr", "de", "en")
    written = {name for one in languages for name in Locale(one).months["format"]["wide"].values()}
    months = "|".join(sorted({re.escape(name) for name in written}, key=len, reverse=True))
    capital = "|".join(sorted({re.escape(name.capitalize()) for name in written}, key=len, reverse=True))
    year, day, nth = r"(?P<year>(?:19|20)\d\d)", r"(?P<day>[0-3]?\d)", r"(?:st|nd|rd|th|er|\.)?"
    first = rf"(?<![\w.,]){day}{nth}\s+(?:of\s+|de\s+)?(?P<name>{months})"
    return (
        (re.compile(rf"(?<![\w-]){year}-(?P<month>[01]\d)-{day}(?![\w-])"), 96),
        (re.compile(rf"(?<![\w.,]){day}\.\s?(?P<month>[01]?\d)\.\s?{year}(?!\w)"), 94),
        (re.compile(rf"(?<![\w/]){day}/(?P<month>[01]?\d)/{year}(?![\w/])"), 82),
        (re.compile(rf"{first}\.?,?\s+(?:de\s+)?{year}\b", re.IGNORECASE), 94),
        (re.compile(rf"\b(?P<name>{months})\s+{day}(?:st|nd|rd|th)?,?\s+{year}\b", re.IGNORECASE), 94),
        (re.compile(rf"\b(?P<name>{months})\s+(?:de\s+)?{year}\b", re.IGNORECASE), 84),
        (re.compile(rf"{first}\b", re.IGNORECASE), 80),
        (re.compile(rf"\b(?P<name>{capital})\s+{day}(?:st|nd|rd|th)?\b(?!\s?[%\d.,])"), 78),
        (re.compile(rf"\b(?P<name>{capital})\b"), 74),
    )


def _plain(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))
