"""Until when something is to be done, as people say it in Portuguese, Spanish and English: "até as 15h", "by Friday".

Pure: the text is flat (`flat`), the present is passed in. What has no deadline in it gives none; what can be read in
two ways is read as the agent most likely meant it, since whoever is shown the moment can change it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from storage.kinds.moments import in_zone

DAY_ENDS: Final = time(18)
"""When a day ends by which something is promised without a time."""

_PARTS: Final = {"morning": time(12), "afternoon": time(18), "evening": time(21), "end": DAY_ENDS}
_NUMBERS: Final = {
    word: number
    for number, words in (
        (1, "a an one um uma un una the"),
        (2, "two dois duas dos"),
        (3, "three tres"),
        (4, "four quatro cuatro"),
        (5, "five cinco"),
        (6, "six seis"),
        (7, "seven sete siete"),
        (8, "eight oito ocho"),
        (10, "ten dez diez"),
        (12, "twelve doze doce"),
        (15, "fifteen quinze quince"),
        (20, "twenty vinte veinte"),
        (30, "thirty trinta treinta"),
    )
    for word in words.split()
}
_HALF: Final = r"half\s+an?|a\s+half|meia|media"
_WEEKDAYS: Final = (
    ("monday", "segunda", "lunes"),
    ("tuesday", "terca", "martes"),
    ("wednesday", "quarta", "miercoles"),
    ("thursday", "quinta", "jueves"),
    ("friday", "sexta", "viernes"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
_MONTHS: Final = (
    ("january", "janeiro", "enero"),
    ("february", "fevereiro", "febrero"),
    ("march", "marco", "marzo"),
    ("april", "abril"),
    ("may", "maio", "mayo"),
    ("june", "junho", "junio"),
    ("july", "julho", "julio"),
    ("august", "agosto"),
    ("september", "setembro", "septiembre", "setiembre"),
    ("october", "outubro", "octubre"),
    ("november", "novembro", "noviembre"),
    ("december", "dezembro", "diciembre"),
)


def _any(words: Iterable[tuple[str, ...]]) -> str:
    return "|".join(sorted({each for row in words for each in row}, key=len, reverse=True))


_MONTH: Final = _any(_MONTHS)
_BARE_DAYS: Final = "segunda|terca|quarta|quinta|sexta"  # ordinals as well, so that what stands around must say
_NUMBER: Final = rf"(?:{_HALF}|a\s+couple\s+of|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b"
_ATOMS: Final = re.compile(
    rf"""
    (?P<span>\b(?!within\s+the\s+day)(?:in|within|em|en|dentro\s+d[ea]|daqui\s+a|de\s+aqui\s+a|nas?|nos?|in\s+less\s+than)\s+
        (?:the\s+next\s+|ate\s+|no\s+maximo\s+|menos\s+de\s+|(?:las?\s+|los?\s+)?proxim[ao]s?\s+|un\s+maximo\s+de\s+)?
        (?:(?P<amount>\d{{1,3}}|{_NUMBER})\s*)?(?P<business>(?:business|working)\s+)?
        (?P<unit>minut[oe]s?|mins?|hours?|hrs?|horas?|hs?|days?|dias?|weeks?|semanas?)\b
        (?P<uteis>\s+(?:uteis|util|habiles|habil|laborables))?)
    | (?P<nextweek>\b(?:next\s+week|(?:proxima\s+semana|semana\s+(?:que\s+vem|que\s+viene|proxima))))\b
    | (?P<week>\b(?:(?:the\s+)?end\s+of\s+(?:the|this)\s+week|(?:fim|final)\s+d(?:a|esta)\s+semana
        |fin(?:al)?\s+de\s+(?:la\s+|esta\s+)?semana|this\s+week|(?:n?esta)\s+semana))\b
    | (?P<date>\b\d{{4}}-\d{{2}}-\d{{2}}\b|(?<![\d/])\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?(?![\d/])
        |\b\d{{1,2}}(?:st|nd|rd|th|o)?\s+(?:de\s+|of\s+)?(?:{_MONTH})\b|\b(?:{_MONTH})\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)
        |\bdia\s+\d{{1,2}}\b(?!:)|\bthe\s+\d{{1,2}}(?:st|nd|rd|th)\b)
    | (?P<over>\b(?:the\s+)?day\s+after\s+tomorrow\b|\bdepois\s+de\s+amanha\b|\bpasado\s+manana\b)
    | (?P<part>\b(?:
        (?P<end>(?:the\s+)?(?:end\s+of\s+(?:the\s+|my\s+|our\s+)?(?:business\s+|working\s+)?day|close\s+of\s+business|eod|cob)
          |(?:o\s+)?(?:fim|final)\s+do\s+(?:dia|expediente)|(?:el\s+)?fin(?:al)?\s+del\s+dia|within\s+the\s+day
          |(?:ainda\s+)?no\s+mesmo\s+dia)
        |(?P<morning>first\s+thing|a\s+primera\s+hora|(?:logo\s+)?cedo|(?:this\s+|in\s+the\s+)?morning|(?:de|pela|na|da|esta)\s+manha|(?:(?:por|en|de|a)\s+la|esta)\s+manana)
        |(?P<afternoon>(?:this\s+|in\s+the\s+)?afternoon|(?:a|da|na|pela|de|esta)\s+tarde|(?:(?:por|en|de|a)\s+la)\s+tarde)
        |(?P<evening>(?:this\s+|in\s+the\s+)?evening|tonight|(?:a|da|na|pela|de|esta)\s+noite|(?:(?:por|en|de|a)\s+la|esta)\s+noche)
        ))\b
    | (?P<today>\b(?:today|hoje|hoy)\b)
    | (?P<tomorrow>\b(?:tomorrow|amanha|manana)\b)
    | (?P<weekday>\b(?:(?:{_BARE_DAYS})-feira|{_any(row for row in _WEEKDAYS)})s?\b)
    | (?P<noon>\b(?:noon|midday|meio[\s-]dia|medio\s*dia)\b)
    | (?P<midnight>\b(?:midnight|meia[\s-]noite|media\s?noche)\b)
    | (?P<clock>(?<![\d/.,:$€£#-])(?P<hour>\d{{1,2}})(?:[:h.](?P<minute>[0-5]\d))?(?![\d/%])\s*
        (?P<mark>(?:hs|hrs|horas|h|am|pm)\b|[ap]\.\s?m\.?|o'?clock\b)?)
    """,
    re.VERBOSE,
)
_HOUR_COMES: Final = re.compile(
    r"\b(?:by|at|before|as|das|las|la|and|e|y|to|a|ate|hasta|para|pras?|today|tomorrow|hoje|amanha|hoy|manana)\s+$"
)
_GOES_ON: Final = re.compile(  # what may follow a bare number that is an hour
    r"\s*(?:$|[.,;!)]|(?:and|e|y|at|in|on|today|tomorrow|hoje|amanha|hoy|manana|de|da|del|em|en|por|no|a|tonight|sharp"
    r"|te|les?|l[oa]s?|se|nos|yo|i|we|eu)\b)"
)
_NEVER_ENDS: Final = re.compile(  # from then on, or again and again: no deadline
    r"\b(?:until|till|since|from|after|starting|every|each|on\s+the\s+mail\s+of|desde|a\s+partir\s+d\w+|depois\s+d\w+"
    r"|despues\s+de(?:l|\s+las?|\s+los?)?|tod[ao]s?(?:\s+(?:as|os|los|las|o|a))?|cada|los|aos|last|passad[ao]|ultim[ao])\s+(?:the\s+|o\s+|a\s+)?$"
)
_BEFORE: Final = re.compile(r"\b(?:before|antes\s+d(?:e(?:l|\s+la|\s+las|\s+los|\s+o|\s+a)?|[ao]s?))\s+(?:the\s+)?$")
_BEFORE_BARE: Final = re.compile(
    r"\b(?:na|ate|ate\s+a|de|da|antes\s+de|antes\s+da|para|para\s+a|pra|proxima|nesta|nessa|esta|essa)\s+$"
)
_NO_DAY: Final = re.compile(r"\s+(?:via|vez|tentativa|parte|opcao|etapa|fase|linha|pagina|versao|parcela|feira\s+de)\b")


@dataclass(frozen=True, slots=True)
class Until:
    """A deadline in a text: the moment, aware; where it is said, and the spans of all its parts."""

    due: datetime
    start: int
    spans: tuple[tuple[int, int], ...]
    day_alone: bool = False
    """Whether a weekday is all that is said, without ``by``: on that day, which may be one that was."""


def flat(text: str) -> str:
    """Return a text without marks and capitals, every sign still at its place."""
    return "".join(_flat(sign) for sign in text)


def _flat(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if sign in "\u2019`\u00b4":
        return "'"
    return unicodedata.normalize("NFD", sign)[0].lower()[:1] or " "


def until(text: str, now: datetime) -> Until | None:
    """Return the deadline that a flat text names; `None` where it names none, or one that has passed.

    Args:
        text: as `flat` gives it, of one clause.
        now: the present, in the zone in which the text is meant.
    """
    atoms = list(_atoms(text))
    if not atoms:
        return None
    spans = tuple(one.span() for one in atoms)
    first = atoms[0]
    due = _due(text, atoms, now)
    if due is None or due <= now:
        return None
    alone = len(atoms) == 1 and bool(first["weekday"]) and not _prompt(text[: first.start()])
    return Until(due, first.start(), spans, alone)


def _prompt(before: str) -> bool:
    return (
        re.search(r"\b(?:by|before|ate|antes\s+de|hasta|para|proxim[ao]|next|tardar|maximo)\s+(?:\w{1,3}\s+)?$", before)
        is not None
    )


def _atoms(text: str) -> Iterator[re.Match[str]]:
    for one in _ATOMS.finditer(text):
        before, after = text[: one.start()], text[one.end() :]
        if _NEVER_ENDS.search(before):
            continue
        if one["clock"] and not _is_hour(one, before, after):
            continue
        if one["weekday"] in set(_BARE_DAYS.split("|")) and (not _BEFORE_BARE.search(before) or _NO_DAY.match(after)):
            continue
        if one["span"] and one["amount"] is None and not re.search(r"next|proxim|the\s", one["span"]):
            continue
        yield one


def _is_hour(one: re.Match[str], before: str, after: str) -> bool:
    if int(one["hour"]) > 24:
        return False
    if one["mark"] and one["mark"] != "horas" and (one["minute"] or not one["mark"].startswith("h")):
        return True
    if one["minute"] and ":" in one["clock"]:
        return True
    if _HOUR_COMES.search(before) is None:
        return bool(one["minute"]) and "h" in one["clock"]
    return bool(one["mark"] or _GOES_ON.match(after))


def _due(text: str, atoms: list[re.Match[str]], now: datetime) -> datetime | None:
    kinds = {one.lastgroup or "": one for one in reversed(atoms)}  # of two of a kind the first
    if (span := kinds.get("span")) is not None:
        return _after(span, now)
    day = _day(kinds, now)
    clocks = [one for one in atoms if one["clock"] or one["noon"] or one["midnight"]]
    part = kinds.get("part")
    try:
        if clocks:
            return _at_clock(clocks, part, day, now)
        if part is not None:
            name = next(name for name in _PARTS if part[name])
            return _of_day(day or now.date(), _PARTS[name], now)
    except ValueError:  # an hour or a day that there is not
        return None
    if day is None:
        return None
    start = next(one for one in atoms if not one["part"]).start()
    if _BEFORE.search(text[:start]) and not kinds.get("week"):
        day -= timedelta(days=1)
    return _of_day(day, DAY_ENDS, now)


def _of_day(day: date, clock: time, now: datetime) -> datetime:
    """Return a moment of a day; today's end, where it has passed already, is midnight."""
    due = in_zone(datetime.combine(day, clock), now)
    if due <= now and day == now.date():
        return in_zone(datetime.combine(day, time(23, 59)), now)
    return due


def _at_clock(
    clocks: list[re.Match[str]], part: re.Match[str] | None, day: date | None, now: datetime
) -> datetime | None:
    # Of two, as in "between 9 and 11", the later one; the first of them alone is never what was promised.
    one = clocks[-1] if len(clocks) == 2 else clocks[0]
    if one["midnight"]:
        return in_zone(datetime.combine((day or now.date()) + timedelta(days=1), time()), now)
    hour, minute = (12, 0) if one["noon"] else (int(one["hour"]), int(one["minute"] or 0))
    mark = (one["mark"] or "").replace(".", "").replace(" ", "") if one["clock"] else ""
    late = mark == "pm" or (part is not None and bool(part["afternoon"] or part["evening"]))
    early = mark == "am" or (part is not None and bool(part["morning"]))
    said_short = one["clock"] and not one["minute"] and not mark and one["hour"][0] != "0"
    if hour < 12 and (late or (said_short and not early and 1 <= hour <= 7)):
        hour += 12
    elif mark == "am" and hour == 12:
        hour = 0
    turn = timedelta(days=1) if hour == 24 else timedelta()
    clock = time(hour % 24, minute)
    if day is not None:
        return in_zone(datetime.combine(day, clock) + turn, now)
    due = in_zone(datetime.combine(now.date(), clock) + turn, now)
    return due if due > now else in_zone(datetime.combine(now.date() + timedelta(days=1), clock) + turn, now)


def _after(span: re.Match[str], now: datetime) -> datetime | None:
    word = span["amount"] or "1"
    if re.fullmatch(_HALF, word):
        amount = 0.5
    else:
        amount = int(word) if word.isdigit() else 2 if "couple" in word else _NUMBERS[word]
    unit = span["unit"]
    if unit.startswith("m"):
        return now + timedelta(minutes=amount)
    if unit.startswith("h"):
        return now + timedelta(hours=amount)
    days = int(amount * 7 if unit[0] in "ws" else amount)
    if not (span["business"] or span["uteis"]):
        return _of_day(now.date() + timedelta(days=days), DAY_ENDS, now)
    day = now.date()
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return _of_day(day, DAY_ENDS, now)


def _day(kinds: dict[str, re.Match[str]], now: datetime) -> date | None:
    today = now.date()
    if "date" in kinds:
        return _date(kinds["date"][0], today)
    if "over" in kinds:
        return today + timedelta(days=2)
    if "today" in kinds:
        return today
    if "weekday" in kinds:
        word = kinds["weekday"][0].removesuffix("-feira")
        number = next(at for at, names in enumerate(_WEEKDAYS) if word in names or word.removesuffix("s") in names)
        return today + timedelta(days=(number - today.weekday()) % 7 or 7)
    if "tomorrow" in kinds:
        return today + timedelta(days=1)
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    if "week" in kinds:
        return friday
    if "nextweek" in kinds:
        return today + timedelta(days=11 - today.weekday())
    return None


def _date(said: str, today: date) -> date | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said):
            return date.fromisoformat(said)
        numbers = [int(one) for one in re.findall(r"\d+", said)]
        if "/" in said:
            day, month = numbers[:2]
            if month > 12 >= day:
                day, month = month, day
            if len(numbers) == 3:
                return date(numbers[2] + (2000 if numbers[2] < 100 else 0), month, day)
        elif named := re.search(_MONTH, said):
            day = numbers[0]
            month = next(at for at, names in enumerate(_MONTHS, 1) if named[0] in names)
        else:
            return _next_of_month(numbers[0], today)
        found = date(today.year, month, day)
        return found if found >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _next_of_month(day: int, today: date) -> date | None:
    first = today.replace(day=1)
    for _month in range(3):
        try:
            found = first.replace(day=day)
        except ValueError:
            found = None
        if found is not None and found >= today:
            return found
        first = (first + timedelta(days=32)).replace(day=1)
    return None
