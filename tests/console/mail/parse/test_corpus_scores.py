# ruff: noqa: PT017, T201 - the score table is printed
"""How much of what is published about real mail the parser reads right: the score table, printed with `-s`."""

import json
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from console.mail.parse import Unreadable, parse
from storage.kinds import QuarantineReason
from storage.kinds.mail import Parsed

CORPUS = Path(os.environ.get("PLANTAO_CORPUS", Path(__file__).parents[5] / "shared" / "corpus"))
NO_MAIL = {"consumidor-gov", "incident-log", "jwz", "nps", "templates-djhelpdesk", "mbox-import", "imaptest", "rlists"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the shared corpus of real mail is not at {CORPUS}"),
]


def facts(kind: str) -> list[dict]:
    with (CORPUS / "expected-facts.jsonl").open(encoding="utf-8") as lines:
        return [fact for line in lines if (fact := json.loads(line))["kind"] == kind]


def read(name: str) -> Parsed:
    return parse((CORPUS / name).read_bytes())


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def same(read: str, wanted: str) -> bool:
    """Compare, where a source could not read a sign itself (U+FFFD in its answer) with any sign in that place."""
    pattern = re.escape(spaced(wanted)).replace("\ufffd", ".")
    return re.fullmatch(pattern, spaced(read)) is not None


def all_named(wanted: list[str], message: Parsed) -> bool:
    names = [one.name for one in message.attachments]
    for name in wanted:
        place = next((place for place, found in enumerate(names) if same(found, name)), None)
        if place is None:
            return False
        names.pop(place)
    return True


def spaced(text: str) -> str:
    return " ".join(text.split())


def wrapped(name: str, *, subject: str, kind: str = "text/plain") -> bytes:
    """Put a body without headers into a message, as the import of such fixtures does."""
    body = (CORPUS / name).read_bytes()
    head = f"From: Reader <reader@example.org>\nTo: desk@example.org\nSubject: {subject}\nMIME-Version: 1.0\n"
    return f"{head}Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n".encode() + body


def judged(fact: dict, message: Parsed) -> dict[str, bool]:
    found: dict[str, bool] = {}
    if "subject" in fact:
        found["subject"] = same(message.subject, fact["subject"])
    if "from_addr" in fact:
        found["sender"] = message.author.address == fact["from_addr"].lower()
    if "from_name" in fact:
        found["sender name"] = spaced(message.author.name) == spaced(fact["from_name"])
    if "attachments" in fact:
        found["attachments"] = all_named([name for name in fact["attachments"] if name], message)
    if "message_id" in fact:
        found["message id"] = message.header_id == fact["message_id"]
    if "date_utc" in fact:
        found["date"] = message.dated_at is not None and f"{message.dated_at:%Y-%m-%dT%H:%M:%SZ}" == fact["date_utc"]
    if "body_contains" in fact:
        text = bare(message.text)
        found["body"] = all(bare(piece) in text for piece in fact["body_contains"])
    return found


class Scores:
    """Counts by row, and what failed."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = defaultdict(list)

    def note(self, row: str, name: str, *, right: bool) -> None:
        self.all[row] += 1
        self.right[row] += right
        if not right:
            self.wrong[row].append(name)

    def share(self, row: str) -> float:
        return self.right[row] / self.all[row]

    def show(self, title: str) -> None:
        print(f"\n{title}")
        for row in self.all:
            print(f"  {row:32} {self.right[row]:5} of {self.all[row]:5}  {100 * self.share(row):6.2f} %")
            if self.wrong[row] and os.environ.get("PLANTAO_SHOW_WRONG"):
                print("      " + "\n      ".join(self.wrong[row]))


def test_subject_sender_and_attachments_are_read_right() -> None:
    scores = Scores()
    for fact in facts("decode"):
        try:
            message = read(fact["file"])
        except Unreadable as unreadable:
            scores.note("readable", f"{fact['file']} {unreadable}", right=False)
            continue
        scores.note("readable", fact["file"], right=True)
        truth = "published" if fact["truth"].startswith("published") else "agreement"
        for row, right in judged(fact, message).items():
            scores.note(row, fact["file"], right=right)
            scores.note(f"{row}, {truth}", fact["file"], right=right)
    scores.show("decode")
    assert sum(scores.all.values()) > 3_000
    for row in ("subject", "sender", "sender name", "attachments"):
        assert scores.share(row) > 0.98, (row, scores.wrong[row])
        assert scores.share(f"{row}, published") > 0.98, (row, scores.wrong[f"{row}, published"])
    for row in ("message id", "date", "body"):
        assert scores.share(row) > 0.97, (row, scores.wrong[row])


def test_stripped_replies_are_exact() -> None:
    scores = Scores()
    for fact in facts("reply"):
        if fact.get("is_eml"):
            message = read(fact["file"])
        else:
            kind = "text/html" if fact.get("is_html") else "text/plain"
            message = parse(wrapped(fact["file"], subject="Re: Test", kind=kind))
        reply, wanted = spaced(message.reply_text), spaced(fact["reply_text"])
        right = reply.startswith(wanted) if fact.get("first_fragment_only") else reply == wanted
        for row in ("reply", f"reply, {fact['file'].split('/')[0]}"):
            scores.note(row, fact["file"], right=right)
    scores.show("reply")
    assert scores.share("reply") >= 0.75, scores.wrong["reply"]


def test_who_really_wrote_a_forwarded_message_is_found() -> None:
    scores = Scores()
    for fact in facts("forward"):
        subject = fact["outer_subjects"][0] if fact["outer_subjects"] else "Fwd: for you"
        for row, outer in (("", subject), (", silent outer subject", "For you")):
            if row and fact["outer_subjects"]:
                continue
            original = parse(wrapped(fact["file"], subject=outer)).original
            scores.note(
                f"forwarded sender{row}",
                fact["file"],
                right=original is not None and original.author.address == fact["orig_from_addr"],
            )
            if original is not None:
                scores.note(f"name{row}", fact["file"], right=original.author.name == fact["orig_from_name"])
                scores.note(f"subject{row}", fact["file"], right=spaced(original.subject) == fact["orig_subject"])
                scores.note(f"text{row}", fact["file"], right=spaced(original.text) == spaced(fact["orig_body"]))
    scores.show("forward")
    for row in scores.all:
        assert scores.share(row) >= 0.95, (row, scores.wrong[row])


def test_every_file_is_read_or_quarantined() -> None:
    counts: Counter[str] = Counter()
    for path in sorted(CORPUS.rglob("*")):
        if not path.is_file() or path.parent == CORPUS:
            continue
        try:
            message = parse(path.read_bytes())
        except Unreadable as unreadable:
            counts[unreadable.reason.value] += 1
            assert unreadable.reason is QuarantineReason.NOT_MAIL, (path, unreadable)
        else:
            counts["read"] += 1
            assert len(message.digest) == 32
    print(f"\nall files: {dict(counts)}")
    assert counts["read"] > 1_000
