"""All that is held on one person as an archive: a page to read, the same for programs, and each mail as it came."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from storage.kinds import Channel, Direction
from storage.kinds.clean import clean, clean_line
from storage.kinds.entries import Note, Value
from storage.kinds.promises import Promise
from storage.queries import held as holding
from storage.queries.held import Held, HeldMessage
from storage.store import Store
from widgets.language import _
from widgets.text import call_words

_MODE: Final = 0o600 << 16  # of a file in an archive, as Unix has it


class Archive:
    """What is held on a person, written into a file that is open.

    Args:
        store: open.
        person_id: of who stands for themselves.
        now: the moment of writing, in the agent's zone.
    """

    def __init__(self, store: Store, person_id: int, now: datetime) -> None:
        self._store, self.now = store, now
        with store.reading() as session:
            self.held: Held = holding.held(session, person_id)
        self.missing = 0

    def write(self, into: IO[bytes]) -> None:
        """Write all of it; however much that is, one mail and a few hundred messages are in memory at a time.

        `missing` says afterwards of how many messages the bytes are not kept any more.
        """
        with ZipFile(into, "w", ZIP_DEFLATED) as made:
            self._text(made, "README.md", self._page())
            self._text(made, "customer.json", json.dumps(self._known(), ensure_ascii=False, indent=2, default=_plain))
            self._lines(made, "history.jsonl", self._history())
            self._lines(made, "messages.jsonl", map(_row, self._messages()))
            self._conversations(made)
            self._mail(made)

    def _messages(self) -> Iterator[HeldMessage]:
        with self._store.reading() as session:
            yield from holding.messages(session, self.held.message_ids)

    def _known(self) -> dict[str, Any]:
        about = self.held
        return {
            "written_at": self.now,
            "customer_id": about.person.person_id,
            "name": about.person.name,
            "kind": about.person.kind,
            "addresses": [asdict(one) for one in about.person.addresses],
            "also_known_as": [{"customer_id": one.person_id, "name": one.name} for one in about.merged],
            "organization": None if about.organization is None else asdict(about.organization),
            "fields": about.fields,
            "entries": [
                {"number": one.entry_id, "kind": one.value.kind, **one.value.written()} for one in about.entries
            ],
            "conversations": [asdict(one) for one in about.conversations],
            "drafts": [asdict(one) for one in about.drafts],
        }

    def _history(self) -> Iterator[dict[str, Any]]:
        with self._store.reading() as session:
            for event in holding.happened(session, self.held):
                yield {
                    "at": event.happened_at,
                    "what": event.kind,
                    "agent": event.agent,
                    "conversation_id": event.conversation_id,
                    "values": event.values,
                    "taken_back": event.undone,
                }

    def _page(self) -> str:
        about = self.held
        name = about.person.called or f"#{about.person.person_id}"
        lines = [
            f"# {clean_line(name)}",
            "",
            _("All that this desk holds on them, as of {moment}.").format(moment=f"{self.now:%Y-%m-%d %H:%M %Z}"),
            "",
            _("- `customer.json`: what is known of them, their conversations, and drafts that were not sent"),
            _("- `conversations/`: each conversation, to read"),
            _("- `messages.jsonl`: the same messages, one a line, for programs"),
            _("- `history.jsonl`: what was done with their profile and their conversations, when, and by whom"),
            _("- `mail/`: each message as it came or went, with its attachments"),
            *_headed(_("Who they are")),
            *(f"- {clean_line(one.address)} ({one.kind})" for one in about.person.addresses),
        ]
        also = _("also known as {name}")
        lines += ["- " + also.format(name=clean_line(one.name)) for one in about.merged if one.name]
        if about.organization is not None:
            lines.append("- " + _("organization: {name}").format(name=clean_line(about.organization.called)))
        lines += [f"- {name}: {clean_line(value)}" for name, value in about.fields.items() if name != "name"]
        if about.entries:
            lines += [*_headed(_("Written down about them")), *(f"- {_written(one.value)}" for one in about.entries)]
        lines += _headed(_("Conversations"))
        lines += [
            f"- [#{one.conversation_id}](conversations/{one.conversation_id}.md) {clean_line(one.subject)}"
            for one in about.conversations
        ]
        return "\n".join(lines) + "\n"

    def _conversations(self, made: ZipFile) -> None:
        subjects = {one.conversation_id: one.subject for one in self.held.conversations}
        for number, messages in groupby(self._messages(), key=lambda one: one.conversation_id):
            with self._opened(made, f"conversations/{number}.md") as into:
                for place, one in enumerate(messages):
                    if not place:
                        into.write(f"# #{number} {clean_line(subjects.get(number) or one.says.subject)}\n".encode())
                    into.write(_told(one).encode())

    def _mail(self, made: ZipFile) -> None:
        for one in self._messages():
            if one.direction is Direction.INTERNAL:  # neither came nor went
                continue
            content = dict(self._store.content.each(one.digests))
            for place, digest in enumerate(one.digests):
                if digest in content:
                    name = f"mail/{one.number}.eml" if not place else f"mail/{one.number}-{place + 1}.eml"
                    with self._opened(made, name) as into:
                        into.write(content[digest])
            self.missing += bool(one.digests) and not content

    def _text(self, made: ZipFile, name: str, text: str) -> None:
        with self._opened(made, name) as into:
            into.write(text.encode())

    def _lines(self, made: ZipFile, name: str, rows: Iterator[dict[str, Any]]) -> None:
        with self._opened(made, name) as into:
            for row in rows:
                into.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")

    def _opened(self, made: ZipFile, name: str) -> IO[bytes]:
        entry = ZipInfo(name, self.now.timetuple()[:6])
        entry.compress_type, entry.external_attr = ZIP_DEFLATED, _MODE
        return made.open(entry, "w", force_zip64=True)


def _headed(words: str) -> list[str]:
    return ["", f"## {words}", ""]


def _row(one: HeldMessage) -> dict[str, Any]:
    given = {"number": one.number, "channel": one.channel, "direction": one.direction, "arrived_at": one.arrived_at}
    return {**given, **asdict(one.says)}


def _told(one: HeldMessage) -> str:
    """Return a message as the page of its conversation has it: who, when, and what."""
    says = one.says
    who = clean_line(f"{says.from_name} <{says.from_addr}>") if says.from_addr else clean_line(says.from_name)
    if one.direction is Direction.INTERNAL:
        who = _("note for the desk: {name}").format(name=who)
    elif one.channel is not Channel.EMAIL:
        who = f"{call_words(one.direction, 0)}: {who}"
    files = "".join(f"\n- {clean_line(each.name) or each.type} ({each.size})" for each in says.attachments)
    return f"\n## {one.arrived_at:%Y-%m-%d %H:%M} UTC, {who}\n\n{clean(says.text).strip()}\n{files}\n"


def _written(value: Value) -> str:
    if isinstance(value, Note):
        return clean(value.text).strip().replace("\n", "\n  ")
    if isinstance(value, Promise):
        said = _("promised until {moment}").format(moment=value.due.isoformat()) + (_(", kept") if value.kept else "")
        return clean_line(f"{value.text} ({said})")
    return clean_line(", ".join(str(part) for part in value.written().values()))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
