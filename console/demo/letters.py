"""Writes one letter the way a mail program does: its quotes, its signature, its plain and its HTML side."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from html import escape
from textwrap import fill

from console.demo.staff import TONGUES, Tongue

STYLES = ("plain", "bottom", "gmail", "apple", "outlook", "htmlonly", "desk")
_MONTH = re.compile(r"\{month\}")
_DAY = re.compile(r"\{d([+-]\d+)\}")
_PREFIX = re.compile(r"^(?:re|res|enc|rv|fwd?)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was written, and what an answer to it needs.

    Attributes:
        message_id: with its angle brackets; empty for a mail that has none.
        references: the ids above it, oldest first, with brackets.
        author: `Name <address>`.
        to, cc: the same, comma separated.
        subject: as the reader sees it.
        written_at: in the author's time zone.
        plain, html: the whole body, quotes included; the HTML without html and body tags.
        raw: the mail.
        kinds: what it is an example of.
    """

    message_id: str
    references: tuple[str, ...]
    author: str
    to: str
    cc: str
    subject: str
    written_at: datetime
    plain: str
    html: str
    raw: bytes = b""
    kinds: frozenset[str] = field(default=frozenset())


def filled(text: str, at: datetime, language: str) -> str:
    """Put dates into a story's text: `{month}` the month before, `{d-1}` the day before `at`, and so on."""
    tongue = TONGUES[language]
    before = at.replace(day=1) - timedelta(days=1)
    text = _MONTH.sub(tongue.months[before.month - 1], text)

    def day(found: re.Match[str]) -> str:
        then = at + timedelta(days=int(found[1]))
        if language == "en":
            return f"{then.day} {tongue.short_months[then.month - 1]}"
        return f"{then.day}/{then.month}"

    return _DAY.sub(day, text)


def answered_subject(subject: str, style: str, language: str) -> str:
    """Return the subject of an answer: one prefix of the program's own, none of the others."""
    bare = subject
    while found := _PREFIX.match(bare):
        bare = bare[found.end() :]
    return f"{TONGUES[language].reply if style == 'outlook' else 'Re'}: {bare}"


def message_id(style: str, domain: str, *what: object) -> str:
    """Return a Message-ID of the shape that the program makes, the same for the same `what`."""
    digest = hashlib.sha256(repr(what).encode()).hexdigest()
    match style:
        case "gmail":
            local = f"CA{digest[:6]}+{digest[6:20]}_{digest[20:30]}"
        case "outlook":
            local = f"{digest[:14]}PR01MB{digest[14:24]}".upper()
        case "apple":
            local = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])).upper()
        case _:
            local = digest[:24]
    return f"<{local}@{domain}>"


def body(
    text: str, style: str, language: str, *, author: str, org: str = "", parent: Letter | None = None
) -> tuple[str, str]:
    """Return the plain and the HTML body of a letter.

    Args:
        text: what the author wrote.
        style: one of `STYLES`.
        language: of the author's program.
        author: `Name <address>`, for the signature.
        org: for the signature, if known.
        parent: the letter that is quoted, if any.
    """
    tongue = TONGUES[language]
    name = parseaddr(author)[0]
    sign_off = [name, *filter(None, [org])]
    if style == "outlook" and parent is None:
        text, sign_off = _signed_off(text, sign_off)
    wrapped = "\n".join(_wrapped(line) for line in text.split("\n")) if style in {"plain", "bottom", "desk"} else text
    html = paragraphs(text)
    if style == "desk":
        wrapped += f"\n\n-- \n{name}\n{tongue.desk}\nhttps://lumen.example/status"
        html += f'<div>-- <br><b>{escape(name)}</b><br>{tongue.desk}<br><a href="https://lumen.example/status">Status</a></div>'
    elif style == "apple":
        wrapped += f"\n\n{tongue.phone}"
        html += f"<div><br>{tongue.phone}</div>"
    elif style == "outlook" and parent is None:
        wrapped += "\n\n" + "\n".join((*sign_off, "_" * 40, tongue.disclaimer))
        html += card(sign_off, author, tongue)
    if parent is None:
        return wrapped, html
    heading = _heading(parent, style, tongue)
    quoted = "\n".join(f">{'' if line.startswith('>') else ' '}{line}".rstrip() for line in parent.plain.split("\n"))
    lines = heading.replace("\n", "<br>\n") if style == "outlook" else escape(heading)
    match style:
        case "bottom":
            return f"{heading}\n{quoted}\n\n{wrapped}", f"{lines}<blockquote>{parent.html}</blockquote>{html}"
        case "outlook":
            bar = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            return f"{wrapped}\n\n{_plain(heading)}\n\n{parent.plain}", f"{html}{bar}<p>{lines}</p></div>{parent.html}"
        case "gmail" | "desk":
            quote = (
                f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{lines}<br></div>'
                '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
                f"{parent.html}</blockquote></div>"
            )
        case _:
            quote = f'<div><br><blockquote type="cite"><div>{lines}</div>{parent.html}</blockquote></div>'
    return f"{wrapped}\n\n{heading}\n\n{quoted}", html + quote


def forwarded(note: str, original: str, header: tuple[str, str, datetime, str], style: str, language: str) -> str:
    """Return the plain body of a forward.

    Args:
        note: what the forwarder wrote above.
        original: the forwarded text.
        header: the original's author, subject and moment, and to whom it went.
        style: Outlook sets a block without a mark, the others dashes around "Forwarded message".
        language: of the forwarder's program.
    """
    tongue = TONGUES[language]
    author, subject, at, to = header
    block = (
        f"{tongue.from_}: {author}\n{tongue.sent}: {at:%d/%m/%Y %H:%M}\n{tongue.to}: {to}\n{tongue.subject}: {subject}"
    )
    mark = "" if style == "outlook" else f"---------- {tongue.forwarded} ---------\n"
    return f"{note}\n\n{mark}{block}\n\n{original}"


def paragraphs(text: str) -> str:
    """Return text as HTML paragraphs."""
    blocks = re.split(r"\n\s*\n", text)
    return "\n".join(f"<p>{'<br>'.join(escape(line) for line in block.splitlines())}</p>" for block in blocks)


def page(html: str) -> str:
    """Return a whole HTML document around a body."""
    head = '<html><head><meta charset="utf-8"><style>p{margin:0 0 8pt 0}</style></head>'
    return f"{head}\n<body>\n{html}\n</body></html>\n"


def card(lines: Sequence[str], author: str, tongue: Tongue) -> str:
    """Return the signature that looks like a newsletter: a table, a rule, a link, a disclaimer."""
    address = parseaddr(author)[1]
    site = address.rpartition("@")[2]
    first, *rest = (escape(line) for line in lines)
    return (
        '<table cellpadding="0" cellspacing="0" style="font-family:Calibri;font-size:10pt"><tr>'
        f'<td width="8" bgcolor="#1F6331">&nbsp;</td><td><b>{first}</b><br>{"<br>".join([*rest, ""])}'
        f'<a href="mailto:{address}">{address}</a> | <a href="https://{site}/?utm_source=mail">{site}</a></td></tr></table>'
        f'<p style="font-size:7pt;color:#808080">{tongue.disclaimer}</p>'
    )


def grid(rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Return a table as plain text in columns and as HTML."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    plain = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return plain, f'<table border="1" cellpadding="4">{cells}</table>'


def _heading(parent: Letter, style: str, tongue: Tongue) -> str:
    """Return the line (or Outlook's block, as HTML) that stands above a quote."""
    name, address = parseaddr(parent.author)
    at = parent.written_at
    values = {
        "at": at,
        "name": name or address,
        "address": address,
        "day": tongue.short_days[at.weekday()],
        "month": tongue.short_months[at.month - 1],
    }
    if style == "outlook":
        return (
            f"<b>{tongue.from_}:</b> {escape(parent.author)}\n<b>{tongue.sent}:</b> {at:%d/%m/%Y %H:%M}\n"
            f"<b>{tongue.to}:</b> {escape(parent.to)}\n<b>{tongue.subject}:</b> {escape(parent.subject)}"
        )
    pattern = {"gmail": tongue.gmail_wrote, "apple": tongue.apple_wrote}.get(style, tongue.wrote)
    return pattern.format(**values)


def _signed_off(text: str, otherwise: list[str]) -> tuple[str, list[str]]:
    """Part a text from the name (and what follows it) that its author ended it with."""
    above, _, below = text.rpartition("\n\n")
    if above and below.startswith(otherwise[0]):
        return above, [*below.splitlines(), *otherwise[1:]]
    return text, otherwise


def _plain(heading: str) -> str:
    """Return Outlook's block without its tags."""
    for mark, char in (("<b>", ""), ("</b>", ""), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'")):
        heading = heading.replace(mark, char)
    return heading.replace("&amp;", "&")


def _wrapped(line: str) -> str:
    """Fold a long line at 76, as programs that write plain text do; hostile lines stay as they are."""
    if len(line) <= 76 or not line.isprintable():
        return line
    return fill(line, 76, break_long_words=False, break_on_hyphens=False)
