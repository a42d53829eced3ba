"""A rule of the desk as one line: ``Fiscal: from:@acme.example size>2M -> tag:fiscal assign:me``, or why it is none.

First the name and a colon, then the conditions, an arrow, and what is done. What has blanks in it is quoted:
``subject:"nota fiscal"``, a quotation mark in it written twice, as in a query. Whom an agent's name means, and whether
a name is taken, only the desk knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError
from storage.kinds.filing import Conditions
from storage.kinds.quoting import in_quotes
from storage.rules.filing import LONGEST_NAME, words
from storage.rules.query import LONGEST
from storage.rules.query_reader import plain

TEXTS: Final = ("from", "to", "subject", "list")
"""The conditions that are text."""

SIZES: Final = ("size>", "size<")
"""The conditions on the size: at least so large, smaller than that."""

VALUED: Final = ("tag", "assign", "view")
"""What is done with something: a tag, an agent, a view."""

FLAGS: Final = ("spam", "ignore")
"""What is simply done."""

CONDITIONS: Final = (*(f"{name}:" for name in TEXTS), *SIZES)
DEEDS: Final = (*(f"{name}:" for name in VALUED), *FLAGS)
ARROW: Final = "->"

_UNITS: Final = {"": 1, "k": 1000, "M": 1_000_000}
_SIZE: Final = re.compile(r"([0-9]{1,12})([kM]?)B?")
_NAME: Final = re.compile(r'\s*(?:"((?:[^"]|"")*+)"|([^"]*?)):(?=\s|$)')
_TOKEN: Final = re.compile(
    r"""(?P<arrow>->|→)
    |(?P<name>size(?=[<>])|[A-Za-z][A-Za-z_]*(?=:))(?P<sign>[<>]=?|:)(?:"(?P<quoted>(?:[^"]|"")*+)(?P<end>"?)|(?P<value>(?:(?!->|→)[^\s"])*))
    |(?P<word>(?:(?!->|→)[^\s"])+)
    |(?P<stray>")""",
    re.VERBOSE,
)


class Wrong(StrEnum):
    """What is wrong with a rule's line."""

    MISSING_NAME = "missing_name"
    LONG_NAME = "long_name"
    UNKNOWN_CONDITION = "unknown_condition"
    UNKNOWN_DEED = "unknown_deed"
    CONDITION_AFTER_ARROW = "condition_after_arrow"
    DEED_BEFORE_ARROW = "deed_before_arrow"
    SECOND_ARROW = "second_arrow"
    TWICE = "twice"
    MISSING_VALUE = "missing_value"
    OPEN_QUOTE = "open_quote"
    BAD_SIZE = "bad_size"
    NO_SIZE_FITS = "no_size_fits"
    NO_WORD = "no_word"  # only signs, nothing that mail could be met by
    BAD_TAG = "bad_tag"
    NO_CONDITION = "no_condition"
    NO_ARROW = "no_arrow"
    NO_DEED = "no_deed"
    SPAM_AND_IGNORE = "spam_and_ignore"
    TOO_LONG = "too_long"


class BadRule(DeskError):
    """A line that is no rule.

    Attributes:
        wrong: what is wrong.
        start, end: the characters of the word that is wrong; equal where something is missing.
        word: that word as typed.
        known: what could have stood there, if that is a short list.
    """

    def __init__(self, wrong: Wrong, start: int, word: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(wrong.value, start, word, known)
        self.wrong = wrong
        self.start = start
        self.end = start + len(word)
        self.word = word
        self.known = known


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a line says.

    Attributes:
        name: of the rule.
        conditions: what mail must be.
        tags: put on.
        assign: the name of the agent who gets it, or ``me``; empty for nobody.
        view: the name of the shared view that shows it; empty for none.
        spam, ignores: what is done beside.
        places: where names stand that only the desk knows, by ``name``, ``assign`` and ``view``: start and end.
    """

    name: str
    conditions: Conditions
    tags: tuple[str, ...] = ()
    assign: str = ""
    view: str = ""
    spam: bool = False
    ignores: bool = False
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """What may stand at the end of a line that is being typed.

    Attributes:
        kind: ``name``, ``condition``, ``deed``, or the field whose value it is: ``from``, ``size>``, ``tag`` and so on.
        start: where it begins: what is offered replaces the line from there.
        letters: what is typed of it.
        arrow: whether an arrow may follow: there is a condition, and no arrow yet.
    """

    kind: str
    start: int
    letters: str
    arrow: bool = False


def parse(text: str) -> RuleLine:
    """Read a rule's line.

    Raises:
        BadRule: it cannot be read; nothing else is ever raised, whatever the text.
    """
    if len(text) > LONGEST:
        raise BadRule(Wrong.TOO_LONG, LONGEST, text[LONGEST : LONGEST + 20])
    return _Reader(plain(text)).rule()


def slot(text: str) -> Slot:
    """Return what may stand at the end of a line, whatever is wrong with it before that."""
    text = plain(text[:LONGEST])
    named = _NAME.match(text)
    if named is None:
        return Slot("name", 0, text.strip())
    tokens = list(_TOKEN.finditer(text, named.end()))
    past = any(token["arrow"] for token in tokens)
    arrow = not past and any(token["name"] for token in tokens[: None if text[-1:].isspace() else -1])
    last = tokens[-1] if tokens else None
    free = Slot("deed" if past else "condition", len(text), "", arrow)
    if last is None or last.end() < len(text):
        return free
    if last["word"]:
        return Slot(free.kind, last.start(), last["word"], arrow)
    if last["name"] and not last["end"]:
        name = last["name"].lower() + (last["sign"][0] if last["sign"] != ":" else "")
        return Slot(name, last.start(), _unquoted(last["quoted"] or "") or last["value"] or "")
    return free


def written(rule: RuleLine) -> str:
    """Return the line that says this."""
    parts = [f"{_name_written(rule.name)}:"]
    for name, value in rule.conditions.written().items():
        if name in {"over", "under"}:
            parts.append(f"size{'>' if name == 'over' else '<'}{size_written(value)}")
        else:
            parts.append(f"{name}:{quoted(value)}")
    parts.append(ARROW)
    parts += [f"tag:{quoted(tag)}" for tag in rule.tags]
    parts += [f"{name}:{quoted(value)}" for name, value in (("assign", rule.assign), ("view", rule.view)) if value]
    parts += [word for word, is_done in zip(FLAGS, (rule.spam, rule.ignores), strict=True) if is_done]
    return " ".join(parts)


def quoted(value: str) -> str:
    """Return a value as it is typed, in quotation marks where it needs them."""
    value = clean_line(value)
    return in_quotes(value) if not value or any(sign in value for sign in (" ", ARROW, "→", '"')) else value


def size_in(word: str) -> int | None:
    """Return the bytes that ``800``, ``500k`` or ``2M`` means; `None` when it is no size."""
    said = _SIZE.fullmatch(word.strip())
    return None if said is None else int(said[1]) * _UNITS[said[2]]


def size_written(size: int) -> str:
    """Return bytes in the largest unit that needs no fraction."""
    unit = next(unit for unit in ("M", "k", "") if (size % _UNITS[unit] == 0 and size >= _UNITS[unit]) or not unit)
    return f"{size // _UNITS[unit]}{unit}"


def _name_written(name: str) -> str:
    name = clean_line(name)
    plainly = '"' not in name and _NAME.fullmatch(f"{name}:")
    return name if plainly and not _is_field(name) else in_quotes(name)


def _unquoted(text: str) -> str:
    return text.replace('""', '"')


def _is_field(name: str) -> bool:
    return name.strip().lower() in {*TEXTS, *VALUED, "size"}


class _Reader:
    """Reads one line from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._given: dict[str, str | int] = {}
        self._said: dict[str, str] = {}
        self._tags: list[str] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._arrow: int | None = None

    def rule(self) -> RuleLine:
        """Return what the line says."""
        named = _NAME.match(self._text)
        if named is None or (named[2] is not None and _is_field(named[2])):
            raise BadRule(Wrong.MISSING_NAME, 0, self._text.split()[0] if self._text.strip() else "")
        name = clean_line(_unquoted(named[1]) if named[1] is not None else named[2])
        self._places["name"] = named.span(1 if named[1] is not None else 2)
        if not name:
            raise BadRule(Wrong.MISSING_NAME, 0, self._text[: named.end()])
        if len(name) > LONGEST_NAME:
            raise BadRule(Wrong.LONG_NAME, self._places["name"][0], name)
        for token in _TOKEN.finditer(self._text, named.end()):
            self._take(token)
        end = len(self._text.rstrip())
        if not self._given:
            raise BadRule(Wrong.NO_CONDITION, self._arrow or end, "", CONDITIONS)
        if self._arrow is None:
            raise BadRule(Wrong.NO_ARROW, end, "")
        if not (self._said or self._tags):
            raise BadRule(Wrong.NO_DEED, end, "", DEEDS)
        return RuleLine(
            name,
            Conditions.read(self._given),
            tuple(dict.fromkeys(self._tags)),
            self._said.get("assign", ""),
            self._said.get("view", ""),
            "spam" in self._said,
            "ignore" in self._said,
            self._places,
        )

    def _take(self, token: re.Match[str]) -> None:
        typed = token[0]
        if token["arrow"]:
            if self._arrow is not None:
                raise BadRule(Wrong.SECOND_ARROW, token.start(), typed)
            self._arrow = token.end()
        elif token["stray"] or (token["quoted"] is not None and not token["end"]):
            raise BadRule(Wrong.OPEN_QUOTE, token.start(), typed)
        elif token["word"]:
            self._flag(typed, token)
        else:
            name = token["name"].lower() + (token["sign"][0] if token["sign"] != ":" else "")
            value = clean_line(_unquoted(token["quoted"]) if token["quoted"] is not None else token["value"])
            self._known(name, token)
            if not value:
                raise BadRule(Wrong.MISSING_VALUE, token.start(), typed)
            if name in VALUED:
                self._deed(name, value, token)
            else:
                self._condition(name, value, token)

    def _known(self, name: str, token: re.Match[str]) -> None:
        """Raise unless what has this name may stand here."""
        is_deed, is_condition = name in {*VALUED, *FLAGS}, name in {*TEXTS, *SIZES}
        if self._arrow is None and not is_condition:
            wrong = Wrong.DEED_BEFORE_ARROW if is_deed else Wrong.UNKNOWN_CONDITION
            raise BadRule(wrong, token.start(), token[0], () if is_deed else CONDITIONS)
        if self._arrow is not None and not is_deed:
            wrong = Wrong.CONDITION_AFTER_ARROW if is_condition else Wrong.UNKNOWN_DEED
            raise BadRule(wrong, token.start(), token[0], () if is_condition else DEEDS)

    def _flag(self, typed: str, token: re.Match[str]) -> None:
        word = typed.lower()
        self._known(word, token)
        if word not in FLAGS:  # the name of something that wants a value
            raise BadRule(Wrong.MISSING_VALUE, token.start(), typed)
        if ({*FLAGS} - {word}) & self._said.keys():
            raise BadRule(Wrong.SPAM_AND_IGNORE, token.start(), typed)
        self._said[word] = word

    def _condition(self, name: str, value: str, token: re.Match[str]) -> None:
        key = {"size>": "over", "size<": "under"}.get(name, name)
        if key in self._given:
            raise BadRule(Wrong.TWICE, token.start(), token[0])
        if name not in SIZES:
            if not words(value).strip():
                raise BadRule(Wrong.NO_WORD, token.start(), token[0])
            self._given[key] = value
            return
        size = size_in(value)
        if size is None:
            raise BadRule(Wrong.BAD_SIZE, token.start(), token[0])
        self._given[key] = size
        if {"over", "under"} <= self._given.keys() and int(self._given["over"]) >= int(self._given["under"]):
            raise BadRule(Wrong.NO_SIZE_FITS, token.start(), token[0])

    def _deed(self, name: str, value: str, token: re.Match[str]) -> None:
        if name == "tag":
            if " " in value or len(value) > LONGEST_NAME:
                raise BadRule(Wrong.BAD_TAG, token.start(), token[0])
            self._tags.append(value.lower())
        elif name in self._said:
            raise BadRule(Wrong.TWICE, token.start(), token[0])
        else:
            self._said[name] = value
            self._places[name] = token.span()
