"""The review before an answer leaves: what must be settled, what may be right, and what is well.

Pure: the draft and what is known about it go in, findings come out, the gravest first. Nothing blocks for ever: what
must be settled is mended or said to be right, once, and stays so while it is the same.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from storage.kinds import DraftKind
from storage.kinds.review import Check, Finding, Place, ReviewFacts, Severity, Written
from storage.rules.mentions import addresses_in, attachment_mention
from storage.rules.placeholders import placeholders
from storage.rules.secrets import Secret, masked, secrets_in

ATTACHED_LARGE: Final = 18 * 1024 * 1024
"""Bytes of attachments from which many servers refuse a message: in Base64 they are a third more, of 25 MB."""

_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")
_IN_ANGLES: Final = re.compile(r"<([^<>]*)>\s*$")
_TOLD: Final = 3  # placeholders and the like that are told one by one; the next is told once these are settled
_GRAVITY: Final = {Severity.STOP: 0, Severity.LOOK: 1, Severity.OK: 2}


def address_of(entry: str) -> str:
    """Return the bare address of an entry such as ``Ana <ana@acme.example>``, in lower case; empty when it has none."""
    entry = entry.strip()
    angles = _IN_ANGLES.search(entry)
    bare = (angles[1] if angles else entry).strip()
    return bare.lower() if _ADDRESS.fullmatch(bare) else ""


def review(written: Written, facts: ReviewFacts, right: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what there is to say of a draft before it leaves, the gravest first, else in the order of the draft.

    Args:
        written: the draft.
        facts: what is known.
        right: the keys of findings that the agent said to be right; they are told as ``ok``.
    """
    found = list(_of_note(written) if written.kind is DraftKind.NOTE else _of_mail(written, facts))
    settled = [
        Finding(one.check, Severity.OK, one.what, one.at, one.place, (), one.message_id, one.other)
        if one.key in right and "right" in one.remedies
        else one
        for one in found
    ]
    return tuple(sorted(settled, key=lambda one: _GRAVITY[one.severity]))


def _of_note(written: Written) -> Iterator[Finding]:
    if not written.body.strip():
        yield Finding(Check.NOTHING_WRITTEN, Severity.STOP, place=Place("body"), remedies=("go-there",))
    # It stays at the desk, where a colleague may need the address of a machine: that is no secret here.
    keys = (secret for secret in secrets_in(written.body) if secret.name != "private_address")
    for secret in islice(keys, _TOLD):
        yield _secret(written, secret, Severity.LOOK, ("redact", "go-there"))


def _of_mail(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    yield from _news(facts)
    yield from _recipients(written, facts)
    yield from _emptiness(written)
    yield from _unfilled(written)
    yield from _attachments(written, facts)
    yield from _leaks(written, facts)
    yield from _language(written, facts)
    yield from _promises(written, facts)


def _news(facts: ReviewFacts) -> Iterator[Finding]:
    """What came or went since the agent began, and who else is at it: two answers are worse than none."""
    for one in facts.unseen:
        check = Check.COLLEAGUE_ANSWERED if one.ours else Check.CUSTOMER_WROTE
        severity = Severity.STOP if one.ours else Severity.LOOK
        yield Finding(check, severity, one.who, one.at, None, ("read-news", "right"), one.message_id)
    for other in facts.writing:
        number = str(other.conversation_id)
        yield Finding(Check.COLLEAGUE_WRITES, Severity.LOOK, other.agent, other.since, None, ("right",), None, number)


def _recipients(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    entries = [("to", each) for each in written.to] + [("cc", each) for each in written.cc]
    entries += [("bcc", each) for each in written.bcc]
    wrong = [(field, each) for field, each in entries if not address_of(each)]
    for field, each in wrong[:_TOLD]:
        place = Place(field)  # type: ignore[arg-type]
        yield Finding(Check.BAD_ADDRESS, Severity.STOP, each.strip(), place=place, remedies=("go-there",))
    given = {address_of(each) for _field, each in entries} - {""}
    if not given:
        if not wrong:
            yield Finding(Check.NO_RECIPIENT, Severity.STOP, place=Place("to"), remedies=("go-there",))
        return
    told = False
    for check, addresses in _against(written.kind, given, facts):
        if addresses:
            told = True
            yield Finding(check, Severity.LOOK, ", ".join(addresses), place=Place("to"), remedies=("go-there", "right"))
    if not told and not wrong:
        yield Finding(Check.RECIPIENTS, Severity.OK, ", ".join(sorted(given)))


def _against(kind: DraftKind, given: Collection[str], facts: ReviewFacts) -> Iterable[tuple[Check, list[str]]]:
    """Compare recipients with those of the last message: only an answer to all is expected to reach all of them."""
    if kind not in {DraftKind.REPLY, DraftKind.REPLY_SENDER}:
        return
    expected = [each.address.lower() for each in facts.expected]
    strangers = sorted(set(given) & facts.strangers)
    yield Check.STRANGER, strangers
    yield Check.NEW_RECIPIENT, sorted(set(given) - set(expected) - facts.own - set(strangers))
    if kind is DraftKind.REPLY:
        yield Check.DROPPED_RECIPIENT, [each for each in expected if each and each not in given]


def _emptiness(written: Written) -> Iterator[Finding]:
    own = "\n".join(line for line in written.body.split("\n") if not line.startswith(">"))
    if not own.strip() and not (written.kind is DraftKind.FORWARD and (written.attachments or written.body.strip())):
        remedies = ("go-there", "right") if written.attachments or written.body.strip() else ("go-there",)
        yield Finding(Check.NOTHING_WRITTEN, Severity.STOP, place=Place("body"), remedies=remedies)
    if not written.subject.strip():
        yield Finding(Check.NO_SUBJECT, Severity.LOOK, place=Place("subject"), remedies=("go-there", "right"))


def _unfilled(written: Written) -> Iterator[Finding]:
    places = [Place("subject", start, end) for start, end in placeholders(written.subject)]
    places += [Place("body", start, end) for start, end in placeholders(written.body)]
    for place in places[:_TOLD]:
        text = written.subject if place.field == "subject" else written.body
        what = text[place.start : place.end].strip()
        yield Finding(Check.PLACEHOLDER, Severity.STOP, what, place=place, remedies=("go-there", "right"))


def _attachments(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    for name in facts.gone[:_TOLD]:
        yield Finding(Check.ATTACHMENT_GONE, Severity.STOP, name, place=Place("attachments"), remedies=("attach",))
    mention = None if written.attachments else attachment_mention(written.body)
    if mention is not None:
        what = written.body[mention[0] : mention[1]]
        place = Place("body", *mention)
        yield Finding(Check.ATTACHMENT_ABSENT, Severity.STOP, what, place=place, remedies=("attach", "right"))
    if facts.attached_bytes > ATTACHED_LARGE:
        size = str(facts.attached_bytes)
        place = Place("attachments")
        yield Finding(Check.ATTACHMENTS_LARGE, Severity.LOOK, size, place=place, remedies=("attach", "right"))


def _leaks(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    """What should not leave the desk: quoted lines count, since they leave too."""
    for secret in islice(secrets_in(written.body), _TOLD):
        severity = Severity.LOOK if secret.name == "private_address" else Severity.STOP
        yield _secret(written, secret, severity, ("redact", "go-there", "right"))
    seen: set[str] = set()
    taken_part = {address_of(each) for each in (*written.to, *written.cc)} | facts.known | facts.own
    for address, start, end in addresses_in(written.body):
        if address in facts.others and address not in taken_part and address not in seen:
            seen.add(address)
            place = Place("body", start, end)
            yield Finding(Check.OTHER_CUSTOMER, Severity.STOP, address, place=place, remedies=("go-there", "right"))
            if len(seen) == _TOLD:
                return


def _secret(written: Written, secret: Secret, severity: Severity, remedies: tuple[str, ...]) -> Finding:
    what = written.body[secret.start : secret.end]
    shown = what if secret.name == "private_address" else masked(what)  # an address is no key: it is shown whole
    place = Place("body", secret.start, secret.end)
    return Finding(Check.SECRET, severity, shown, place=place, remedies=remedies, other=secret.name)


def _promises(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    """What it promises, and what was promised before: offered, and never written down unless the agent takes it."""
    if written.kind is DraftKind.FORWARD:
        return
    for owed in facts.owed[:_TOLD]:
        check, severity = (Check.OWED, Severity.LOOK)
        if owed.entry_id in written.keeps:
            check, severity = Check.KEEPS, Severity.OK
        yield Finding(check, severity, owed.text, owed.due, None, ("take-promise",), other=str(owed.entry_id))
    remedies = ("take-promise", "change-promise")
    for said in written.promises:
        place = Place("body", said.start, said.end)
        if taken := written.taken.get(said.text):
            yield Finding(Check.PROMISED, Severity.OK, taken.text, taken.due, place, remedies, other=said.text)
        else:
            yield Finding(Check.PROMISE, Severity.LOOK, said.text, said.due, place, remedies, other=said.text)


def _language(written: Written, facts: ReviewFacts) -> Iterator[Finding]:
    if written.kind is DraftKind.FORWARD or not written.language or not facts.language:
        return
    if written.language != facts.language:
        yield Finding(
            Check.LANGUAGE,
            Severity.LOOK,
            written.language,
            remedies=("go-there", "right"),
            place=Place("body"),
            other=facts.language,
        )
