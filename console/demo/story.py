r"""Reads the stories: the conversations of the made-up company, as they are written in the folder `stories`.

A story begins with `@ key | author | subject | options`; what follows is the first message. `> agent options` begins
an answer of an agent, `< options` one of the customer (`< "Name <address>" options` of somebody else), `+ options`
adds to the message above. Options are words and `name=value`:

- `last=2h05m`: how long ago the last message came; without it the story lies some weeks back.
- `+6m`: this long after the message before; without it some time of the working day.
- `style=`: the mail program, of `console.demo.letters.STYLES`. `cc=`, `to=`, `subj=`, `org=`: as they say. `kind=`: a
  name for what the customer's mails are examples of.
- `att=name`, `img=name`, `ics=title`, `table`, `longlog`, `tnef`, `signed`: what the message carries.
- `noref`: an answer without references but with the quoted text; `bare`: with neither.
- `auto`, `bulk`, `spam`, `bounce`, `hostile`, `broken=`, `fwd="author|subject"` (with `attached`
  as a file, else in the text, below a line `-----`), `both=account`: what it is.
- `start=out`: the agent wrote first. `follows=key`: among the news, the customer of that story writes again.

In texts `{month}` is the month before, `{d-1}` yesterday's date; in a hostile story `\e`, `\a`, `\x9b`, `\u202e` are
the characters that they name.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$")
_NAMED = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([ea\\]))")
_LETTERS = {"e": "\x1b", "a": "\a", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a story.

    Attributes:
        author: the agent's key for an answer, else `Name <address>`; empty for the customer of the story.
        is_answer: whether an agent wrote it.
        text: what was written, without quotes and signature.
        after: how long after the message before; `None` leaves it to chance.
        options: the rest of what was said about it; ``att`` and ``img`` stand in `files` and `pictures`.
    """

    author: str
    is_answer: bool
    text: str
    after: timedelta | None
    options: Mapping[str, str]
    files: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation as its author had it in mind.

    Attributes:
        key: its name among all stories.
        customer: `Name <address>` of who wrote first, or to whom the agent wrote first.
        last: how long ago the last message came; `None` leaves it to chance, some weeks back.
        options: those of its first line, which hold for its first message too.
    """

    key: str
    customer: str
    subject: str
    last: timedelta | None
    options: Mapping[str, str]
    turns: tuple[Turn, ...]


@dataclass
class _Draft:
    """A turn that is being read."""

    author: str = ""
    is_answer: bool = False
    after: timedelta | None = None
    options: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def take(self, words: list[str]) -> None:
        for word in words:
            name, _, value = word.partition("=")
            if word.startswith("+"):
                self.after = span(word[1:])
            elif name == "att":
                self.files.append(value)
            elif name == "img":
                self.pictures.append(value)
            else:
                self.options[name] = value or "yes"


def stories(name: str) -> Iterator[Story]:
    """Read one file of stories.

    Args:
        name: of a file in the folder `stories`, without its ending.

    Raises:
        ValueError: a line is not as this module describes; names the file and the line.
    """
    text = (files("console.demo") / "stories" / f"{name}.txt").read_text("utf-8")
    head: str | None = None
    turns: list[_Draft] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line.startswith("@ "):
                if head is not None:
                    yield _story(head, turns)
                head, turns = line, [_Draft()]
                turns[0].take(shlex.split(line.split("|", 3)[3]))
            elif head is None:
                continue
            elif line.startswith(("> ", "<")) and (line[:2] in {"> ", "< "} or line == "<"):
                turns.append(_turn(line))
            elif line.startswith("+ "):
                turns[-1].take(shlex.split(line[2:]))
            else:
                turns[-1].lines.append(line)
        except ValueError as wrong:
            raise ValueError(f"stories/{name}.txt, line {number}: {wrong}") from wrong
    if head is not None:
        yield _story(head, turns)


def span(text: str) -> timedelta:
    """Read a length of time such as ``1d``, ``2h05m``.

    Raises:
        ValueError: it is none.
    """
    found = _SPAN.match(text)
    if not found or not text:
        raise ValueError(f"no length of time: {text!r}")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def unescaped(text: str) -> str:
    """Return a hostile story's text with its named characters in place."""

    def one(found: re.Match[str]) -> str:
        code, byte, letter = found.groups()
        return chr(int(code or byte, 16)) if code or byte else _LETTERS[letter]

    return _NAMED.sub(one, text)


def _turn(line: str) -> _Draft:
    words = shlex.split(line[2:])
    draft = _Draft(is_answer=line.startswith(">"))
    if words and (draft.is_answer or "@" in words[0]) and not words[0].startswith("+") and "=" not in words[0]:
        draft.author = words.pop(0)
    draft.take(words)
    return draft


def _story(head: str, drafts: list[_Draft]) -> Story:
    key, author, subject, _ = (part.strip() for part in head[2:].split("|", 3))
    first = drafts[0]
    options = dict(first.options)
    if options.get("start") == "out":
        first.is_answer, first.author, author = True, author, options["to"]
    decode = unescaped if "hostile" in options else str
    turns = tuple(
        Turn(
            author=draft.author,
            is_answer=draft.is_answer,
            text=decode("\n".join(draft.lines).strip("\n")),
            after=draft.after,
            options=draft.options,
            files=tuple(decode(name) for name in draft.files),
            pictures=tuple(draft.pictures),
        )
        for draft in drafts
    )
    last = span(options["last"]) if "last" in options else None
    return Story(key, decode(author), decode(subject), last, options, turns)
