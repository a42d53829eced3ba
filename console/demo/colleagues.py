"""The colleagues at Lumen: what they have in hand when the demo opens, and what they do while somebody looks on."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from sqlmodel import Session

from console.config.accounts import Account
from console.demo import terms
from console.demo.duty import take_turns
from console.demo.handoffs import ARRIVES, at_work, hand_on_before, pass_on
from console.demo.lives import ask_how_they_fare, get_to_know
from console.demo.staff import STAFF
from console.mail.answering import send_draft
from console.mail.noting import keep_note
from storage.commands import drafts, triage, views
from storage.commands.desk import agent_named
from storage.kinds import Direction, DraftKind, Status
from storage.kinds.errors import DeskError
from storage.queries import answering, conversations, inbox
from storage.store import Store

CHAIR: Final = "rafael"
"""In whose chair sits whoever opens the demo: what he had in hand is theirs now."""

LEAD: Final = "ines"
"""Who hands out what lies in that chair."""

_HANDS_ON: Final = 2.5
"""How many times as long as until somebody begins to write until something is handed to N3."""

_MOST: Final = 200  # rows of the demo that are looked through


@dataclass(frozen=True, slots=True)
class Work:
    """What a colleague did about one conversation before the demo opened.

    Attributes:
        subject: how the conversation's subject begins.
        who: the colleague, by the key of `STAFF`.
        status: where it stands since; `None` leaves it open.
        asleep: until nine in the morning in so many days; 0 for awake.
        tags: what was put on it.
        note: what was written down for the desk.
    """

    subject: str
    who: str
    status: Status | None = None
    asleep: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""


DONE: Final = (
    Work("Cobrança em duplicidade", LEAD, tags=("fatura",)),
    Work("Frete calculado errado", "bruno", tags=("fatura",)),
    Work("Nota fiscal saiu com o CNPJ", LEAD, tags=("fatura",)),
    Work("Não recebo o e-mail", CHAIR, status=Status.WAITING),
    Work("Boleto não registra", "bruno", status=Status.ON_HOLD, tags=("fatura", "banco")),
    Work(
        "API returns 500",
        "marta",
        tags=("api",),
        note="Only exports over 10 MB. Dario rolled br-1 back at noon; br-2 still runs the new worker. "
        "Nothing is lost, the jobs run again by themselves once it is back.",
    ),
    Work("Webhook delivered twice", "bruno", tags=("api",)),
    Work(
        "Tableta robada", "marta", status=Status.ON_HOLD, note="Sesión cerrada en remoto. La aseguradora pide el IMEI."
    ),
    Work("Llamar el lunes", "nico", status=Status.OPEN, asleep=3),
    Work("Ask again after the quarter", "bruno", status=Status.OPEN, asleep=5),
)
"""Beside it whoever wrote last to a customer who waits again has that conversation."""

VIEWS: Final = (("Faturas", "tag:fatura"), ("Check-ins", "kind:checkin is:open -is:snoozed"))
"""A view that is kept for everybody."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a colleague writes while the demo is open."""

    subject: str
    who: str
    text: str


ANSWERS: Final = (
    Answer(
        "Webhook delivered twice",
        "bruno",
        "Found it, Bob. The first delivery took 31 seconds to be acknowledged at your side, and we send again after 30."
        " I have raised that to 90 for your account. To be safe, please treat the event's id as its name: a second "
        "delivery always carries the same one.",
    ),
    Answer(
        "La app se cierra",
        "nico",
        "Iker, ya está: la versión 4.2.1 corrige el cierre al escanear y sale hoy mismo en la tienda. Si no te aparece,"
        " desinstala y vuelve a instalar; los escaneos pendientes están a salvo en el servidor.",
    ),
    Answer(
        "Labels for the wrong carrier",
        "marta",
        "Victor, all eleven labels are cancelled and the right ones are in your account under Shipments, today. "
        "Nothing of it is charged. The rule that chose the carrier was ours; it is off until we have tested it.",
    ),
)


def open_up(store: Store, *, now: datetime) -> None:
    """Lay down by which hours and targets the company works, before its mail comes in: what is late is late by these.

    Args:
        store: an agent's.
        now: the moment, aware.
    """
    with store.writing() as session:
        terms.lay_down(session, actor=at_work(agent_named(session, STAFF[LEAD], now=now)), now=now)


def move_in(store: Store, *, agent_id: int, now: datetime) -> None:
    """Let the colleagues have done their work before the demo opens.

    Args:
        store: an agent's, with the company's mail in it.
        agent_id: who sits down in the chair.
        now: the moment, aware, in the agent's own zone.
    """
    with store.writing() as session:
        people = {key: agent_named(session, name, now=now) for key, name in STAFF.items() if key != CHAIR}
        staff = {**people, CHAIR: agent_id}
        get_to_know(session, staff=staff, now=now)
        take_turns(session, staff=staff, actor=at_work(people[LEAD]), now=now)
        _hand_out(session, staff, now)
        found = {work: number for work in DONE for number in _called(session, work.subject, now)}
        for work, number in found.items():
            _do(session, work, number, staff[work.who], now)
        for name, query in VIEWS:
            views.keep(session, name, query, shared=True, actor=at_work(people[LEAD]), now=now)
    ask_how_they_fare(store, staff=staff, now=now)
    for work, number in found.items():
        if work.note:
            keep_note(
                store,
                number,
                work.note,
                agent=STAFF[work.who],
                actor=at_work(staff[work.who]),
                now=now.astimezone(UTC),
            )
    hand_on_before(store, staff, now)


class Colleagues:
    """Answer customers while the demo is open: one colleague after the other writes for a while, then sends.

    Args:
        store: an agent's; the thread closes nothing.
        accounts: those of the company.
        first: seconds until somebody begins, and between two answers.
        writing: seconds that somebody writes.
        clock: gives the present.
    """

    def __init__(
        self,
        store: Store,
        accounts: Sequence[Account],
        *,
        first: float = 20.0,
        writing: float = 150.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._clock = store, clock
        self._accounts: Mapping[str, Account] = {account.name: account for account in accounts}
        self._first, self._writing = first, writing
        self._ended = threading.Event()
        self._threads = (
            threading.Thread(target=self._work, name="colleagues", daemon=True),
            threading.Thread(target=self._hand_on, name="handoffs", daemon=True),
        )

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _hand_on(self) -> None:
        """Hand one conversation to N3, a while after the first colleague began to write."""
        if self._ended.wait(_HANDS_ON * self._first):
            return
        now = self._clock()
        with self._store.writing() as session:
            agent_id = agent_named(session, STAFF[ARRIVES.who], now=now)
        with suppress(DeskError):  # somebody else saw to it
            pass_on(self._store, ARRIVES, agent_id, now=now, accounts=tuple(self._accounts.values()))

    def _work(self) -> None:
        for answer in ANSWERS:
            if self._ended.wait(self._first):
                return
            try:
                self._answer(answer)
            except DeskError:  # somebody else saw to it, or undid it: a colleague goes on to the next
                continue

    def _answer(self, answer: Answer) -> None:
        """Write one answer, seen by all while it is written, and send it unless the console closes before."""
        now = self._clock()
        with self._store.writing() as session:
            actor = at_work(agent_named(session, STAFF[answer.who], now=now))
            numbers = _called(session, answer.subject, now)
            if not numbers:
                return
            asked = answering.answerable(session, numbers[0])
            draft, _known = drafts.begin(
                session,
                agent_id=actor.agent_id or 0,
                kind=DraftKind.REPLY,
                conversation_id=numbers[0],
                message_id=asked.message.message_id if asked.message else None,
                mailbox_id=asked.sender.mailbox_id,
                values={
                    "to": f"{asked.view.customer} <{asked.view.customer_address}>",
                    "subject": f"Re: {asked.view.subject.removeprefix('Re: ')}",
                    "body": answer.text,
                },
                now=now,
            )
        until = now + timedelta(seconds=self._writing)
        while (left := (until - self._clock()).total_seconds()) > 0:
            if self._ended.wait(min(left, drafts.WRITING.total_seconds() / 3)):
                return
            with self._store.writing() as session:
                drafts.note_writing(session, draft.draft_id, agent_id=draft.agent_id, now=self._clock())
        send_draft(
            self._store,
            draft,
            account=self._accounts[draft.mailbox],
            agent=STAFF[answer.who],
            actor=actor,
            now=self._clock(),
            undo_window=timedelta(),
            after=Status.WAITING,
        )


def _hand_out(session: Session, staff: Mapping[str, int], now: datetime) -> None:
    """Give each conversation in which a customer waits to whoever of the staff wrote there last."""
    keys = {name: key for key, name in STAFF.items()}
    for row in inbox.window(session, query="is:open", agent_id=staff[CHAIR], now=now, size=_MOST).rows:
        view = conversations.read(session, row.conversation_id, agent_id=None)
        wrote = [one.author.name for one in view.messages if one.direction is Direction.OUTGOING]
        if wrote and (key := keys.get(wrote[-1])):
            giver = staff[LEAD] if key == CHAIR else staff[key]
            triage.assign(session, [row.conversation_id], to=staff[key], actor=at_work(giver), now=now)


def _do(session: Session, work: Work, number: int, agent_id: int, now: datetime) -> None:
    actor, numbers = at_work(agent_id), [number]
    held = conversations.read(session, number, agent_id=None)
    if held.assignee_id is None and work.who != LEAD:
        triage.take(session, numbers, actor=actor, now=now)
    if work.status is not None and work.status is not held.status:
        triage.set_status(session, numbers, to=work.status, actor=actor, now=now)
    if work.asleep:
        morning = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=work.asleep)
        triage.snooze(session, numbers, until=morning, actor=actor, now=now)
    if work.tags:
        triage.tag(session, numbers, add=work.tags, actor=actor, now=now)


def _called(session: Session, subject: str, now: datetime) -> tuple[int, ...]:
    """Return the newest conversation whose subject begins so, if there is one."""
    query = f'subject:"{subject}"'
    rows = inbox.window(session, query=query, agent_id=0, now=now, size=5).rows
    return tuple(row.conversation_id for row in rows if row.subject.startswith(subject))[:1]
