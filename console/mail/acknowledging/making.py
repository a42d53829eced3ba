"""New mail answered by itself: an acknowledgement, or what is said out of hours (RFC 3834, DOMAIN §9).

A step of its own after mail was taken in. What bars an answer is asked of `storage.rules.acknowledging`; what goes out
is a canned response of the team's in the customer's language, in bytes that are made once, as those of any answer.
"""

import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from console.config.accounts import Account
from console.config.errors import ConsoleError
from console.library.finding import in_language
from console.mail.acknowledging.faults import (
    NotReady,
    flood_words,
    missing_words,
    no_server_words,
    unfilled_words,
)
from console.mail.answering import frozen
from console.mail.composing import Letter, compose, id_domain, signed, wire_address
from console.mail.parse import Unreadable, addresses, headers
from storage.commands import acknowledging as commands
from storage.commands.desk import signing_key
from storage.commands.outbox.queueing import Outgoing, Sent
from storage.kinds import PUT_AWAY
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.mail import Correspondent
from storage.kinds.playbooks import Answers
from storage.queries import acknowledging as queries
from storage.queries.acknowledging import Asked
from storage.queries.answering import cites
from storage.queries.playbooks import served
from storage.queries.responses import responses, values
from storage.queries.told import told_of
from storage.rules import acknowledging as rules
from storage.rules.addressing import written_to
from storage.rules.threading import own_message_id
from storage.store import Store
from widgets.language import chosen_language

_AT_ONCE: Final = 50
_PEOPLE: Final = 300  # addresses of one field that are looked at
_NAMED: Final = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")
_AGENT: Final = "{agent}"


@dataclass(slots=True)
class Acknowledging:
    """What one mailbox answers by itself.

    Attributes:
        account: from the configuration.
        mailbox_id: its number in the store.
        store: opened for the sync.
        said: the warnings that were given: each is given once.
    """

    account: Account
    mailbox_id: int
    store: Store
    said: set[str] = field(default_factory=set)

    @property
    def on(self) -> bool:
        """Whether anything is answered by itself here."""
        return bool(self.account.acknowledge or self.account.out_of_hours)

    def begin(self) -> None:
        """Get ready before mail is read: what is here already when it is first turned on is never answered."""
        with self.store.reading() as session:
            begun = queries.cursor(session, self.mailbox_id) is not None
        if begun is self.on:
            return
        with self.store.writing() as session:
            if self.on:
                commands.begin(session, self.mailbox_id)
            else:
                commands.forget(session, self.mailbox_id)

    def make(self) -> int:
        """Answer what waits for it; return how many answers were queued."""
        made = 0
        while self.on:
            with self.store.reading() as session:
                after = queries.cursor(session, self.mailbox_id) or 0
                waiting = queries.waiting(session, self.mailbox_id, after, limit=_AT_ONCE)
            if waiting.up_to <= after:
                break
            for asked in waiting.asked:
                made += isinstance(self._answer(asked), Sent)
            with self.store.writing() as session:
                commands.look_past(session, self.mailbox_id, waiting.up_to)
        return made

    def _answer(self, asked: Asked) -> Sent | rules.Reason | None:
        now = datetime.now(UTC)
        shortcode = self.account.acknowledges_with(min(asked.arrived_at, now))
        if shortcode is None:
            return None
        reason = rules.unfit(
            history=asked.history,
            imported=asked.imported,
            handled=asked.handled,
            put_away=asked.status in PUT_AWAY,
            arrived_at=asked.arrived_at,
            now=now,
        )
        if reason is None and asked.answered and shortcode != self.account.out_of_hours:
            reason = "answered"  # whom a person has answered knows that the mail arrives
        if reason is not None or asked.digest is None:
            return reason
        try:
            letter = letter_of(asked, self.store.content.get(asked.digest))
        except NoSuch:
            return None
        every, most = self.account.acknowledge_every, self.account.acknowledge_most
        to = rules.destination(letter)
        if reason := self._refused(asked, letter, to, now):
            return reason
        try:
            outgoing = self._outgoing(asked, letter, to, shortcode, now)
        except ConsoleError as trouble:
            self._warn(trouble)
            return None
        except (NoSuch, Unreadable):
            return None
        try:
            with self.store.writing() as session:
                done = commands.acknowledge(session, asked, outgoing, every=every, now=now, most=most)
        except (NoSuch, Refused):  # its conversation went meanwhile; the next message must not wait for it
            done = None
        if not isinstance(done, Sent):
            self.store.content.erase([outgoing.raw_digest])
        return done

    @staticmethod
    def _barred(session: Session, conversation_id: int) -> bool:
        """Say whether a touch or service model lets nothing be answered by itself there."""
        found = served(session, [conversation_id]).get(conversation_id)
        return found is not None and found.playing.knob("answers")[0] is Answers.OFF

    def _refused(self, asked: Asked, letter: rules.Letter, to: str, now: datetime) -> rules.Reason | None:
        """Return why a letter gets no answer: what it is, what its author got, or what the mailbox gave in an hour."""
        every, most = self.account.acknowledge_every, self.account.acknowledge_most
        with self.store.reading() as session:
            if self._barred(session, asked.conversation_id):
                return "model"
            own = queries.every_own_address(session)
            reason = rules.refusal(letter, own=own | self.account.addresses, ours=self.account.addresses)
            reason = reason or commands.had_enough(session, asked, to, every=every, now=now)
            if reason is None and commands.given_enough(session, self.mailbox_id, now=now, most=most):
                reason = "flood"
        if reason == "flood":
            self._warn(NotReady(self.account.name, flood_words(most)))
        return reason

    def _outgoing(self, asked: Asked, letter: rules.Letter, to: str, shortcode: str, now: datetime) -> Outgoing:
        """Make the bytes of an answer, and lay them into the content.

        Raises:
            ConsoleError: it cannot go out as it stands.
        """
        account = self.account
        if account.smtp is None:
            raise NotReady(account.name, no_server_words())
        to = wire_address(to)
        with self.store.reading() as session:
            cited = cites(session, asked.message_id)
            view = values(session, asked.conversation_id, agent_id=None, agent="")
            known_of, prefers = told_of(session, asked.customer_id)  # who wrote may be another than the customer
            view = replace(
                view,
                told=known_of,
                prefers=prefers[:2],
                customer=asked.customer,
                customer_address=asked.author,
                subject=asked.subject,
                language=asked.language or view.language,
            )
            found = in_language(
                [one for one in responses(session, agent_id=None) if one.canned.shortcode == shortcode],
                (*view.languages(), account.language or chosen_language(), "en"),
            )
        if found is None:
            raise NotReady(account.name, missing_words(shortcode))
        from console.library.rendering import render  # late: half a second
        from console.library.values import known

        done = render(found.canned.body, known(view, language=found.canned.language))
        if done.missing or not done.text:
            raise NotReady(account.name, unfilled_words(shortcode, [one.name for one in done.missing]))
        with self.store.writing() as session:  # the first answer of all makes the key
            key = signing_key(session)
        address = written_to(account.address, account.aliases, letter.named)
        author = Correspondent(account.automatic_sender, account.sender("", address=address).address)
        composed = compose(
            Letter(
                author=author,
                to=(Correspondent(asked.customer if to == asked.author else "", to),),
                cc=(),
                bcc=(),
                subject=rules.subject_for(asked.subject),
                text=signed(done.text, "" if _AGENT in account.signature else account.signature),
                header_id=own_message_id(
                    key,
                    conversation_id=asked.conversation_id,
                    unique=secrets.token_hex(10),
                    domain=id_domain(author.address),
                ),
                dated_at=now,
                in_reply_to=cited.header_id,
                references=cited.references,
                automatic=True,
            )
        )
        return frozen(
            self.store,
            composed,
            mailbox_id=self.mailbox_id,
            conversation_id=asked.conversation_id,
            answers_id=asked.message_id,
        )

    def _warn(self, trouble: ConsoleError) -> None:
        """Say once what keeps answers from going out; `doctor` says it again."""
        words = str(trouble)
        if words not in self.said:
            self.said.add(words)
            sys.stderr.write(f"{words}\n")


def letter_of(asked: Asked, raw: bytes) -> rules.Letter:
    """Return what a message tells of who or what wrote it.

    Args:
        asked: the message.
        raw: its mail as it came.
    """
    header: dict[str, list[str]] = {}
    for name, value in headers(raw):
        header.setdefault(name.lower(), []).append(value)
    named = {one.address for one in (*asked.details.to, *asked.details.cc)}
    named |= {
        one.address for name in _NAMED for value in header.get(name, ()) for one in addresses.read(value, _PEOPLE)
    }
    return rules.Letter(
        author=asked.author,
        return_path=_return_path(header),
        named=frozenset(one for one in named if one),
        header=header,
        automatic=asked.automatic,
        specials=asked.details.specials,
    )


def _return_path(header: Mapping[str, Sequence[str]]) -> str | None:
    if "return-path" not in header:
        return None
    # The topmost is that of the server that laid the mail down.
    found = addresses.read(header["return-path"][0], 1)
    return found[0].address if found else ""
