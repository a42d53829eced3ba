"""Turns a story into the mails of its conversation: who quotes whom, what refers to what, what hangs on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parseaddr

from console.demo import oddities
from console.demo.files import calendar, log, made_file, winmail
from console.demo.letters import (
    Letter,
    answered_subject,
    body,
    filled,
    forwarded,
    grid,
    message_id,
    page,
    paragraphs,
)
from console.demo.mime import Part, file_part, mail, mailbox, multipart, references, text_part, words
from console.demo.shapes import DemoAccount
from console.demo.staff import DOMAIN, TONGUES, agent
from console.demo.story import Story, Turn
from console.demo.timing import moments

_PROGRAMS = {
    "plain": ("User-Agent", "K-9 Mail for Android"),
    "bottom": ("User-Agent", "Mozilla Thunderbird"),
    "apple": ("X-Mailer", "iPhone Mail (21F90)"),
    "outlook": ("X-Mailer", "Microsoft Outlook 16.0"),
    "desk": ("X-Mailer", "Lumen Desk"),
}
_COUNTS = (("day", "shop", "Lumen"), ("Mon", "118", "121"), ("Tue", "97", "90"), ("Wed", "140", "144"))


def letters(story: Story, account: DemoAccount, now: datetime, seed: int) -> list[Letter]:
    """Write all letters of a story, oldest first."""
    written: list[Letter] = []
    for number, at in enumerate(moments(story, now, seed, account.language)):
        written.append(letter(story, number, at, written, account, seed))
    return written


def letter(
    story: Story, number: int, at: datetime, before: Sequence[Letter], account: DemoAccount, seed: int
) -> Letter:
    """Write one letter of a story.

    Args:
        story, number: which turn of which story.
        at: when it is written, in the author's time zone.
        before: the letters of the conversation so far, oldest first.
        account: to whom, or from whom, the mail goes.
        seed: of the Message-ID.
    """
    turn, language = story.turns[number], account.language
    if "bounce" in turn.options:
        identity = message_id("plain", DOMAIN, seed, story.key, number)
        return oddities.bounce(before[-1], identity, filled(turn.text, at, language), at, cites=language != "pt")
    style = "desk" if turn.is_answer else story.options.get("style", "plain")
    desk = f"{TONGUES[language].desk} <{account.address}>"
    author = f"{agent(turn.author)} <{account.address}>" if turn.is_answer else turn.author or story.customer
    other = _customer(story, before) if turn.is_answer else desk
    if "both" in story.options:
        other = f"{desk}, {TONGUES['en'].desk} <support@{DOMAIN}>"
    parent = before[-1] if before else None
    subject = filled(turn.options.get("subj", ""), at, language)
    if not subject:
        subject = answered_subject(parent.subject, style, language) if parent else filled(story.subject, at, language)
    quoted = None if "bare" in turn.options else parent
    text = filled(turn.text, at, language)
    plain, html = _body(story, turn, text, at, quoted, style=style, author=author, language=language)
    cited: tuple[str, ...] = ()
    if parent and not turn.options.keys() & {"bare", "noref"}:
        cited = (*parent.references, *([parent.message_id] if parent.message_id else []))
    domain = parseaddr(author)[1].rpartition("@")[2] or DOMAIN
    identity = "" if turn.options.get("broken") == "noid" else message_id(style, domain, seed, story.key, number)
    bare = Letter(
        message_id=identity,
        references=cited,
        author=author,
        to=other,
        cc=_copied(story, author, other),
        subject=subject,
        written_at=at,
        plain=plain,
        html=html,
        kinds=_kinds(turn, story, style, answers=parent is not None),
    )
    return replace(bare, raw=_raw(bare, turn, style, account, key=f"{story.key}.{number}"))


def _customer(story: Story, before: Sequence[Letter]) -> str:
    """Return whom an agent answers: who wrote last and is not of the desk."""
    outside = [one.author for one in before if not one.author.endswith(f"@{DOMAIN}>") or one is before[0]]
    return outside[-1] if outside else story.customer


def _copied(story: Story, author: str, to: str) -> str:
    """Return who gets a copy in a story with a third party: whoever of the two neither writes nor is written to."""
    if "cc" not in story.options:
        return ""
    taken = {parseaddr(author)[1], parseaddr(to)[1]}
    return next((one for one in (story.options["cc"], story.customer) if parseaddr(one)[1] not in taken), "")


def _body(
    story: Story,
    turn: Turn,
    text: str,
    at: datetime,
    parent: Letter | None,
    *,
    style: str,
    author: str,
    language: str,
) -> tuple[str, str]:
    """Return the plain and the HTML body, with what the options ask for."""
    if "longlog" in turn.options:
        text += "\n\n" + log(story.key, at.astimezone(UTC), lines=1200)
    if "fwd" in turn.options:
        note, original, header = _forward(turn, text, at, author)
        if "attached" in turn.options:
            return note, paragraphs(note)
        text = forwarded(note, original, header, style, language)
        return text, paragraphs(text)
    plain, html = body(text, style, language, author=author, org=story.options.get("org", ""), parent=parent)
    if "table" in turn.options:
        columns, cells = grid(_COUNTS)
        return f"{plain}\n\n{columns}", html + cells
    return plain, html


def _forward(turn: Turn, text: str, at: datetime, author: str) -> tuple[str, str, tuple[str, str, datetime, str]]:
    """Return what stands above a forwarded text, that text, and its author, subject, moment and recipient."""
    note, _, original = text.partition("\n-----\n")
    who, _, what = turn.options["fwd"].partition("|")
    return note, original, (who, what, at - timedelta(hours=2, minutes=17), author)


def _enclosed(turn: Turn, letter: Letter, key: str) -> Part:
    """Return the forwarded mail as a file."""
    _, original, (who, what, then, to) = _forward(turn, turn.text, letter.written_at, letter.author)
    identity = message_id("plain", parseaddr(who)[1].rpartition("@")[2], key, "original")
    headers = [("From", mailbox(who)), ("To", mailbox(to)), ("Subject", words(what))]
    headers += [("Date", format_datetime(then)), ("Message-ID", identity)]
    raw = mail(headers, text_part(original + "\n")).replace(b"\r\n", b"\n")
    return Part((("Content-Type", "message/rfc822"), ("Content-Disposition", "attachment")), raw)


def _kinds(turn: Turn, story: Story, style: str, *, answers: bool) -> frozenset[str]:
    """Name what the letter is an example of."""
    asked = {
        name
        for name in ("auto", "bulk", "spam", "hostile", "signed", "tnef", "noref", "bare", "table", "longlog", "subj")
        if name in turn.options
    }
    found = asked | {style}
    if "broken" in turn.options:
        found |= {"broken", f"broken-{turn.options['broken']}"}
    if turn.files:
        found.add("attachment")
    if turn.pictures:
        found.add("inline image")
    if "cc" in story.options:
        found.add("cc")
    for option in ("both", "ics", "fwd"):
        if option in turn.options:
            found.add({"both": "two mailboxes", "ics": "invitation", "fwd": "forward"}[option])
    if "kind" in story.options and not turn.is_answer:
        found.add(story.options["kind"])
    if answers:
        found.add("answer")
    return frozenset(found)


def _raw(letter: Letter, turn: Turn, style: str, account: DemoAccount, *, key: str) -> bytes:
    """Return the bytes of a letter."""
    content = _content(letter, turn, style, account, key=key)
    if "signed" in turn.options:
        content = oddities.signed(content, key)
    headers: list[tuple[str, str]] = []
    if style != "desk":
        address = parseaddr(letter.author)[1]
        host = f"mail.{address.rpartition('@')[2]}"
        arrived = format_datetime(letter.written_at + timedelta(seconds=3))
        headers.append(("Return-Path", f"<{address}>"))
        headers.append(("Received", f"from {host} by mx.{DOMAIN} with ESMTPS\n for <{account.address}>; {arrived}"))
    headers += [("From", mailbox(letter.author)), ("To", ", ".join(mailbox(one) for one in letter.to.split(", ")))]
    if letter.cc:
        headers.append(("Cc", mailbox(letter.cc)))
    headers += [("Subject", words(letter.subject)), ("Date", format_datetime(letter.written_at))]
    if letter.message_id:
        headers.append(("Message-ID", letter.message_id))
    if letter.references:
        headers += [("In-Reply-To", letter.references[-1]), ("References", references(letter.references))]
    if style in _PROGRAMS:
        headers.append(_PROGRAMS[style])
    headers += oddities.machine_headers(turn.options, letter.author)
    broken = turn.options.get("broken", "")
    return oddities.spoil(mail(headers, content), broken) if broken else mail(headers, content)


def _content(letter: Letter, turn: Turn, style: str, account: DemoAccount, *, key: str) -> Part:
    """Return the MIME tree of a letter."""
    boundary = message_id("plain", "", key).strip("<>@")
    flowed = "; format=flowed" if style == "bottom" else ""
    plain = text_part(letter.plain + "\n", parameters=flowed)
    moment = letter.written_at.astimezone(UTC)
    language = account.language
    pictures = [filled(name, letter.written_at, language) for name in turn.pictures]
    html = letter.html + "".join(
        f'<p><img src="cid:{number}.{boundary[:8]}" alt=""></p>' for number in range(len(pictures))
    )
    rich = text_part(page(html), "html")
    if pictures:
        shown = [
            file_part(name, *made_file(name, moment), content_id=f"{number}.{boundary[:8]}")
            for number, name in enumerate(pictures)
        ]
        rich = multipart("related", [rich, *shown], f"rel_{boundary}", parameters='; type="text/html"')
    content = plain
    if style == "htmlonly":
        content = rich
    elif style not in {"plain", "bottom"} or pictures or "table" in turn.options:
        content = multipart("alternative", [plain, rich], f"alt_{boundary}")
    files = [
        file_part(name, *made_file(name, moment, long="long" in turn.options))
        for name in (filled(one, letter.written_at, language) for one in turn.files)
    ]
    if "ics" in turn.options:
        event = calendar(turn.options["ics"], moment, parseaddr(letter.author)[1], account.address)
        content = multipart(
            "alternative",
            [plain, rich, text_part(event.replace("\r\n", "\n"), "calendar", parameters="; method=REQUEST")],
            f"alt_{boundary}",
        )
        files.append(file_part("invite.ics", "application/ics", event.encode()))
    if "attached" in turn.options:
        files.append(_enclosed(turn, letter, key))
    if "tnef" in turn.options:
        wrapped = winmail("cadastro.pdf", made_file("cadastro.pdf", moment)[1])
        files.append(file_part("winmail.dat", "application/ms-tnef", wrapped))
    return multipart("mixed", [content, *files], f"mix_{boundary}") if files else content
