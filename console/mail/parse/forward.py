# ruff: noqa: RUF001 - the dashes, quotes and words that mail programs write
"""The message inside a forwarded message: who really wrote."""

import re

from console.mail.parse import addresses, labels
from console.mail.parse.markers import HeaderBlock, Text, block_at, unquoted
from console.mail.parse.quotes import Split
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent, Original

_FORWARD_PREFIX = re.compile(rf"\s*\[?(?:{labels.FORWARD_PREFIXES})\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
_REPLY_PREFIX = re.compile(rf"\s*(?:{labels.REPLY_PREFIXES})\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]@\"',;:]+@[^\s<>()\[\]@\"',;]+\.[^\s<>()\[\]@\"',;:]*[^\s<>()\[\]@\"',;:.]")
_MAILTO = re.compile(r"<mailto:[^<>\s]*>|\[mailto:([^\[\]\s]*)\]|\s*\[\d+\](?=\s|$)")
_BEFORE_NAME = re.compile(
    r".*(?:\d{1,2}[:.hH]\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?|\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}|\b(?:19|20)\d\d)"
    r"(?:\s*(?:GMT|UTC)?[+\-]\d\d:?\d\d)?[,;\s]*(?:р\.|г\.|uhr)?[,;\s]*"
    r"(?:użytkownik|používateľ|uživatel|пользователь|користувач|skrev|heeft|schrieb|schreef|from|at|kl\.?|del|von)?[\s,;]*",
    re.IGNORECASE,
)
_TOUCHING = re.compile(
    r"(?:(?<=>)|(?<=[a-zõä]-----)|(?<=\s)|(?<=\d)|(?<=[A-Z]))(?="
    "(?:"
    + "|".join(
        sorted(
            {
                re.escape(word[:1].upper() + word[1:])
                for words in (labels.FROM, labels.TO, labels.DATE, labels.SUBJECT, labels.COPY)
                for word in words.split("|")
                if len(word) > 1
            },
            key=len,
            reverse=True,
        )
    )
    + r")\s?[:：])"
)


def is_forward_subject(subject: str) -> bool:
    """Say whether a subject starts as those of forwarded messages do."""
    return _FORWARD_PREFIX.match(subject) is not None


def is_reply_subject(subject: str) -> bool:
    """Say whether a subject starts as those of answers do."""
    return _REPLY_PREFIX.match(subject) is not None


def _author(value: str, most: int = 1) -> Correspondent:
    """Read the From line of a header block: ``Name <a@b>``, ``Name [mailto:a@b]``, ``Name<a@b><mailto:a@b>``."""
    value = _MAILTO.sub(lambda hit: f"<{hit.group(1)}>" if hit.group(1) else "", value)
    value = value.strip(" *_\t")
    found = addresses.read(value, most)
    if found and found[0].address:
        return found[0]
    hit = _ADDRESS.search(value)
    if hit is not None:
        name = (value[: hit.start()] + " " + value[hit.end() :]).strip(" <>()[]\"'«»„”“,;:")
        return Correspondent(clean_line(name), hit.group().lower())
    return found[0] if found else Correspondent("", "")


def _below(page: Text, first: int) -> str:
    """Return the text from a line on, without the quote marks that all its lines carry."""
    lines = page.lines[first:]
    while lines and not lines[0].strip("> |\t"):
        lines.pop(0)
    if lines and all(not line.strip() or line.lstrip().startswith(">") for line in lines):
        lines = [unquoted(line) for line in lines]
    elif lines and all(not line.strip() or line.startswith("    ") for line in lines):
        lines = [line[4:] for line in lines]
    return "\n".join(lines).strip("\n >").strip("\n")


def _from_block(page: Text, block: HeaderBlock, subject: str) -> Original:
    values = block.values
    return Original(
        _author(values["from"]),
        clean_line(values.get("subject", ""))[:1000] or _bare_subject(subject),
        _below(page, block.after),
    )


def _bare_subject(subject: str) -> str:
    hit = _FORWARD_PREFIX.match(subject)
    return subject[hit.end() :].strip() if hit else subject


def _one_line_block(line: str) -> HeaderBlock | None:
    """Read a header block that a program wrote without line ends between its fields."""
    pieces = _TOUCHING.split(line[:5_000])
    if len(pieces) < 4:
        return None
    for start in range(min(3, len(pieces))):
        block = block_at([piece.strip() for piece in pieces], start)
        if block is not None:
            return block
    return None


def find(page: Text, split: Split, subject: str) -> Original | None:  # noqa: C901 - a list of rules
    """Return the message that this one forwards, `None` when it forwards none.

    A line that says "forwarded" decides, unless it stands below an answer's quotation; else a header block does, when
    the subject says so or when nothing stands above it and the subject is no answer's.
    """
    is_forward = is_forward_subject(subject)
    lines = page.lines
    for mark in split.marks:
        if mark.kind == "forwarded":
            for start in range(mark.first, min(mark.after + 4, len(lines))):
                block = block_at(lines, start)
                if block is not None:
                    return _from_block(page, block, subject)
                whole = _one_line_block(lines[start])
                if whole is not None:
                    original = _from_block(page, whole, subject)
                    return Original(original.author, original.subject, _below(page, start + 1))
            if is_forward:
                continue
            return None
        if mark.kind == "headers":
            nothing_above = not any(line.strip(" \t-_=*") for line in lines[: mark.first])
            if is_forward or (nothing_above and not is_reply_subject(subject)):
                block = block_at(lines, mark.first)
                if block is not None:
                    return _from_block(page, block, subject)
            return None
        if mark.kind == "attribution":
            if not is_forward:
                return None
            line = " ".join(lines[mark.first : mark.after])
            return Original(_attributed(line), _bare_subject(subject), _below(page, mark.after))
    return None


def _attributed(line: str) -> Correspondent:
    """Read who wrote out of "On 28/10/2021 12:46, "John Doe" <a@b> wrote:"."""
    hit = _ADDRESS.search(_MAILTO.sub("", line))
    if hit is None:
        return Correspondent("", "")
    before = _MAILTO.sub("", line)[: hit.start()].rstrip("<( \t")
    skipped = _BEFORE_NAME.match(before)
    name = before[skipped.end() :] if skipped else before
    return Correspondent(clean_line(name).strip(" \"'«»„”“,;:()<>"), hit.group().lower())
