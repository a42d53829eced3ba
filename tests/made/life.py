"""A random life of a desk, seeded: mail comes in, agents decide, change their minds, join, split and undo."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from random import Random

from made.post import MONDAY, Post, letter
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import (
    clocks,
    handing_over,
    joining,
    knowing,
    noting,
    promising,
    responses,
    rotas,
    ruling,
    solving,
    terms,
    transferring,
    trash,
    triage,
    undoing,
    views,
)
from storage.commands.desk import agent_named
from storage.commands.erasing import erase
from storage.commands.outbox import acts, queueing, sending, steps
from storage.commands.outbox.items import Result
from storage.commands.responses import Entry
from storage.events import Actor
from storage.kinds import Automatic, ConversationKind, Delivery, Direction, EntryKind, Status, Subject, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.entries import Note
from storage.kinds.errors import DeskError
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.handoffs import Contents, Visit
from storage.kinds.journey import Engaged, Engagement, Milestone, Stay, Usage
from storage.kinds.mail import Parsed
from storage.kinds.promises import Commitment
from storage.kinds.responses import Canned
from storage.kinds.rotas import Rota
from storage.models import Conversation, Handoff, Message, Outbox
from storage.queries.clocks import breaches
from storage.queries.erasing import survey
from storage.store import Store

PEOPLE = ("ana@acme.example", "bo@acme.example", "li@other.example", "max@third.example")
TEXTS = (
    "the projector in room four shows a green line since the last update of its software",
    "our invoice for may was charged twice and the second one should be paid back please",
    "nobody in the warehouse can sign in since the password page asks for a second letter",
    "Obrigado!",
)
SUBJECTS = ("Projector", "Invoice", "Password page")


class Life:
    """A desk with three mailboxes in two tenants and two agents, living by chance."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.chance, self.hands = store, Random(seed), Random(seed + 1)
        self.duties, self.terms = Random(seed), Random(seed)
        self.aside = Random(seed)  # by which what came later in the desk's own life changes nothing of the rest
        self.now = MONDAY
        self.posts = [
            Post(store, name="one", address="one@plantao.example", group="a", archive="Archive"),
            Post(store, name="two", address="two@plantao.example", group="a"),
            Post(store, name="three", address="three@plantao.example", group="b"),
        ]
        with store.writing() as session:
            self.agents = [Actor(agent_named(session, name, now=MONDAY), name) for name in ("ana", "rui")]
            self.eva = Actor(agent_named(session, "eva", now=MONDAY), "eva")
        self.owed: list[int] = []
        self.names: list[str] = []
        self.refused = 0
        self.done: set[str] = set()

    def live(self, steps: int) -> None:
        """Let so many things happen."""
        for _ in range(steps):
            self.now += timedelta(hours=self.chance.choice((0, 1, 5, 30, 300)))
            happening = self.chance.choice(
                (
                    self.mail,
                    self.mail,
                    self.mail,
                    self.decide,
                    self.decide,
                    self.shape,
                    self.lay_down,
                    self.can,
                    self.answer,
                    self.mail_leaves,
                    self.note,
                    self.know,
                    self.think_again,
                )
            )
            happening()
            self.tick(happening.__name__)
            if self.hands.random() < 0.2:
                self.hand()
            if self.duties.random() < 0.1:
                self.take_turns()
            if self.terms.random() < 0.1:
                self.measure()

    def letter(self) -> Parsed:
        chance = self.chance
        name = f"{len(self.names)}@x" if chance.random() < 0.85 else chance.choice(["", *self.names[-5:]])
        cites = chance.sample(self.names, min(len(self.names), chance.choice((0, 0, 1, 2))))
        if chance.random() < 0.1:
            cites.append(f"later{chance.randrange(9)}@x")
        if chance.random() < 0.05:
            name = f"later{chance.randrange(9)}@x"
        self.names.append(name or "none@x")
        by = chance.choice((*PEOPLE, "one@plantao.example", "three@plantao.example"))
        return letter(
            name,
            by=by,
            to=("one@plantao.example", *chance.sample(PEOPLE, chance.choice((0, 1, 2)))),
            cites=cites,
            subject=chance.choice(("", "Re: ")) + chance.choice(SUBJECTS),
            text=f"{chance.choice(TEXTS)}{chance.choice(('', ' ' + str(len(self.names))))}",
            quoted=chance.choice(("", "", *TEXTS)),
            dated_at=self.now - timedelta(days=chance.choice((0, 0, 0, 3, 40))),
            automatic=chance.choice((Automatic.NO,) * 8 + (Automatic.REPLY, Automatic.BOUNCE)),
        )

    def mail(self) -> None:
        post = self.chance.choice(self.posts)
        brought = []
        for _ in range(self.chance.choice((1, 1, 2, 7))):
            message = self.letter() if self.chance.random() < 0.95 else None
            at = self.now - timedelta(days=self.chance.choice((0, 0, 0, 20)))
            one = post.delivery(message, at=at)
            brought += [one, post.delivery(message, at=at)] if self.chance.random() < 0.1 else [one]
        assert post.bring(*brought).counts.adds_up
        self.done.add("mail")

    def some(self, most: int) -> list[int]:
        rows = table(Conversation)
        with self.store.reading() as session:
            numbers = list(session.connection().execute(select(rows.c.id).order_by(rows.c.id)).scalars())
        return self.chance.sample(numbers, min(len(numbers), self.chance.randint(1, most)))

    def decide(self) -> None:
        chance, numbers, actor = self.chance, self.some(4), self.chance.choice(self.agents)
        self.tell(
            chance.choice(
                (
                    lambda session: triage.set_status(
                        session, numbers, to=chance.choice(list(Status)), actor=actor, now=self.now
                    ),
                    lambda session: triage.reopen(session, numbers, actor=actor, now=self.now),
                    lambda session: triage.take(session, numbers, actor=actor, now=self.now),
                    lambda session: triage.assign(
                        session, numbers, to=chance.choice((None, actor.agent_id)), actor=actor, now=self.now
                    ),
                    lambda session: triage.snooze(
                        session,
                        numbers,
                        until=self.now + timedelta(hours=chance.choice((1, 90))),
                        actor=actor,
                        now=self.now,
                    ),
                    lambda session: triage.tag(
                        session,
                        numbers,
                        add=[chance.choice("abc")],
                        remove=[chance.choice("abc")],
                        actor=actor,
                        now=self.now,
                    ),
                    lambda session: triage.handle(
                        session, numbers, handled=chance.random() < 0.6, actor=actor, now=self.now
                    ),
                    lambda session: triage.wake_due(session, now=self.now),
                    lambda session: trash.throw_away(session, numbers, actor=actor, now=self.now),
                    lambda session: trash.restore(session, numbers, actor=actor, now=self.now),
                )
            ),
            "decide",
        )

    def shape(self) -> None:
        actor, rows = self.chance.choice(self.agents), table(Message)
        if self.chance.random() < 0.5:
            numbers = self.some(3)
            self.tell(lambda session: joining.join(session, numbers, actor=actor, now=self.now), "join")
            return
        with self.store.reading() as session:
            stands = select(rows.c.conversation_id, rows.c.id).where(rows.c.conversation_id.is_not(None))
            found = session.connection().execute(stands.order_by(rows.c.id)).all()
        homes: dict[int, list[int]] = {}
        for home, number in found:
            homes.setdefault(home, []).append(number)
        if larger := [some for _, some in sorted(homes.items()) if len(some) > 1]:
            some = self.chance.choice(larger)
            leaving = self.chance.sample(some, self.chance.randint(1, len(some) - 1))
            self.tell(lambda session: joining.split(session, leaving, actor=actor, now=self.now), "split")

    def lay_down(self) -> None:
        chance, actor, now = self.chance, self.chance.choice(self.agents), self.now
        conditions = Conditions(
            sender=chance.choice(("", "@acme.example", "li", PEOPLE[3])), subject=chance.choice(("", *SUBJECTS))
        )
        deeds = Deeds(
            tags=chance.choice(((), ("ruled",), ("a", "ruled"))),
            assignee_id=chance.choice((None, actor.agent_id)),
            spam=chance.random() < 0.3,
            ignores=chance.random() < 0.3,
        )
        name, number = chance.choice("klmnopqrst"), chance.randint(1, 6)
        self.tell(
            chance.choice(
                (
                    lambda session: ruling.lay_down(session, name, conditions, deeds, actor=actor, now=now),
                    lambda session: ruling.lay_down(session, name, conditions, deeds, view=name, actor=actor, now=now),
                    lambda session: ruling.block(session, chance.choice(PEOPLE), actor=actor, now=now),
                    lambda session: ruling.drop(session, number, actor=actor, now=now),
                    lambda session: views.keep(
                        session, name, f"tag:{name}", shared=chance.random() < 0.5, actor=actor, now=now
                    ),
                    lambda session: views.rename(session, number, name=name, actor=actor, now=now),
                    lambda session: views.reorder(session, number, place=chance.randint(1, 9), actor=actor, now=now),
                    lambda session: views.drop(session, number, actor=actor, now=now),
                )
            ),
            "lay down",
        )

    def can(self) -> None:
        """Canned responses come, change, go, and are answered with."""
        chance, actor, now = self.chance, self.chance.choice(self.agents), self.now
        name, number, message = chance.choice("klmno"), chance.randint(1, 4), chance.randint(1, 20)
        said, other = Canned(name, "en", name, "Hello."), Canned(name, "es", name, "Hola.")
        shared, uses = chance.random() < 0.5, [responses.Use(number, edited=chance.random() < 0.5)]
        self.tell(
            chance.choice(
                (
                    lambda session: responses.keep(session, said, shared=shared, actor=actor, now=now),
                    lambda session: responses.change(session, number, other, shared=shared, actor=actor, now=now),
                    lambda session: responses.bring(session, [Entry(said), Entry(other)], actor=actor, now=now),
                    lambda session: responses.drop(session, [number], actor=actor, now=now),
                    lambda session: responses.note_used(session, message, uses, actor=actor, now=now),
                    lambda session: responses.note_used(session, message, uses, actor=actor, now=now),
                )
            ),
            "can",
        )

    def answer(self) -> None:
        """Somebody is answered, or a conversation begun; or the outbox is tidied."""
        chance, actor, now = self.chance, self.chance.choice(self.agents), self.now
        post, rows = chance.choice(self.posts), table(Outbox)
        number = self.some(1)
        letter_of = self.letter()
        begins = chance.random() < 0.2
        with self.store.reading() as session:
            items = list(session.connection().execute(select(rows.c.id).order_by(rows.c.id)).scalars())
        item = chance.choice(items) if items else 0
        to = tuple(chance.sample(PEOPLE, chance.randint(1, 3)))

        def queue(session):
            message = letter(
                f"p.{len(self.names)}@x", by="one@plantao.example", to=to, cites=letter_of.references, dated_at=now
            )
            self.names.append(message.header_id)
            queueing.queue(
                session,
                queueing.Outgoing(
                    mailbox_id=post.mailbox_id,
                    parsed=message,
                    raw_digest=hashlib.sha256(f"{len(self.names)}".encode()).digest(),
                    size=10,
                    sender="one@plantao.example",
                    recipients=to,
                    conversation_id=queueing.number_to_begin(session) if begins or not number else number[0],
                    begins=begins or not number,
                ),
                actor=actor,
                now=now,
                undo_window=timedelta(seconds=10),
                after=chance.choice((None, Status.WAITING, Status.RESOLVED)),
                promises=[Commitment("an answer", now + timedelta(days=5000))] * self.aside.choice((0, 0, 1)),
                keeps=self.aside.sample(self.owed, min(len(self.owed), 2)),
            )
            self.done.add("queue")

        self.tell(
            chance.choice(
                (
                    queue,
                    queue,
                    queue,
                    lambda session: acts.hold(session, [item], actor=actor, now=now),
                    lambda session: acts.release(session, [item], actor=actor, now=now),
                    lambda session: acts.drop(session, [item], actor=actor, now=now),
                    lambda session: acts.settle(
                        session, item, chance.choice(("sent", "again", "lost")), actor=actor, now=now
                    ),
                )
            ),
            "answer",
        )

    def mail_leaves(self) -> None:
        """The sender does its work, and now and then dies in the middle of it."""
        chance, now, holder = self.chance, self.now + timedelta(minutes=1), f"x:{self.chance.randint(1, 2)}:1"
        ends = (Delivery.ACCEPTED, Delivery.ACCEPTED, Delivery.FAILED, Delivery.QUEUED, Delivery.UNCERTAIN)
        for post in self.posts:
            with self.store.writing() as session:
                sending.recover(session, post.mailbox_id, holder=holder, now=now)
                items = sending.claim(session, post.mailbox_id, holder=holder, now=now)
            for item in items:
                with self.store.writing() as session:
                    if not steps.proceed(session, begin=[item], holder=holder, now=now):
                        continue
                if chance.random() < 0.2:
                    return
                with self.store.writing() as session:
                    steps.proceed(session, handed=[steps.Handed(item, {})], holder=holder, now=now)
                if chance.random() < 0.2:
                    return
                results = {place: Result(chance.choice(ends), 250, "so it is") for place, _ in item.recipients}
                with self.store.writing() as session:
                    steps.proceed(session, told=[steps.Told(item, results)], holder=holder, now=now)
                self.done.add("leave")

    def note(self) -> None:
        """Somebody writes a note, or was on the telephone."""
        chance, actor, now, number = self.chance, self.chance.choice(self.agents), self.now, self.some(1)
        self.names.append(f"{len(self.names)}@notes.invalid")
        written = self.written(self.names[-1])
        if not number:
            return
        chosen = {"conversation_id": number[0], "actor": actor, "now": now}
        call = {
            "direction": chance.choice((Direction.INCOMING, Direction.OUTGOING)),
            "minutes": chance.randint(0, 90),
            "by_customer": chance.random() < 0.8,
            "after": chance.choice((None, Status.WAITING, Status.RESOLVED)),
        }
        if chance.random() < 0.5:
            self.tell(lambda session: noting.note(session, written, **chosen), "note")
        else:
            self.tell(lambda session: noting.call(session, written, **chosen, **call), "call")

    def hand(self) -> None:
        """A conversation goes to another tier, is accepted, returned, or left alone; a colleague is asked."""
        chance, actor, now, rows = self.hands, self.hands.choice(self.agents), self.now, table(Handoff)
        with self.store.reading() as session:  # among all conversations those that were handed on are seldom met
            every = list(session.connection().execute(select(table(Conversation).c.id)).scalars())
            handed = select(rows.c.conversation_id).where(rows.c.state != "taken_back").order_by(rows.c.id.desc())
            some = [*chance.sample(every, min(len(every), 2)), *session.connection().execute(handed.limit(4)).scalars()]
        if not some:
            return
        number, written = chance.choice(some), self.written(f"{chance.random()}@notes.invalid")
        to, other = chance.choice(list(Tier)), chance.choice(self.agents).agent_id
        visit = Visit("Dock 4", "", now, now + timedelta(hours=2)) if chance.random() < 0.7 else None
        wanted = transferring.Transfer(
            number,
            to,
            Contents(chance.choice(("see why", "")), reason="too deep", visit=visit),
            to_agent_id=chance.choice((None, other)),
        )
        chosen = {"actor": actor, "now": now}
        deeds = {
            "hand on": lambda session: transferring.transfer(session, wanted, note=written, **chosen),
            "accept": lambda session: transferring.accept(session, number, **chosen),
            "return": lambda session: transferring.give_back(session, number, chance.choice(("no", "")), **chosen),
            "consult": lambda session: transferring.consult(
                session, number, other, note=written, within=timedelta(hours=1), **chosen
            ),
            "escalate": lambda session: transferring.escalate_due(session, now=now),
            "solve": lambda session: solving.solve(session, number, cause=chance.choice("ab"), solution="c", **chosen),
            "kind": lambda session: solving.set_kind(
                session, [number], to=chance.choice((ConversationKind.CARE, ConversationKind.SUPPORT)), **chosen
            ),
        }
        name = chance.choice(("hand on", "hand on", "accept", "return", *deeds))
        self.tell(deeds[name], name)

    def written(self, name: str) -> noting.Written:
        """A note as it is kept."""
        text = TEXTS[len(self.names) % len(TEXTS)]
        said = letter(name, by="desk@notes.invalid", to=(), text=text, dated_at=self.now)
        return noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)

    def know(self) -> None:
        """Somebody learns a few things of customers."""
        for _ in range(4):
            self.learn()
        self.owe()

    def owe(self) -> None:
        """A third agent, who takes nothing back, promises something; what is not kept in time is broken."""
        number, due = self.aside.randint(1, 6), self.now + timedelta(hours=self.aside.choice((1, 200)))
        clock, eva, now = Actor(None, "clock"), self.eva, self.now

        def promise(session):
            self.owed.append(promising.promise(session, number, "a price", due, actor=eva, now=now)[0])

        self.tell(lambda session: promising.note_broken(session, actor=clock, now=now, limit=9), "break")
        self.tell(promise, "promise")
        day = now.date()
        value = self.aside.choice(
            (
                Usage("API", (day.isoformat(),), (number,), day.isoformat()),
                Milestone("Trained", day),
                Stay("Onboarding", day),
                Engagement("API", Engaged.VALUE),
            )
        )
        about = {"subject": Subject.PERSON, "subject_id": number}
        self.tell(lambda session: knowing.keep_entry(session, value, **about, actor=eva, now=now), "journey")

    def take_turns(self) -> None:
        """Eva lays down who is on call and what agents can do, puts somebody on for a while, and reads a handover."""
        chance, eva, now = self.duties, self.eva, self.now
        numbers = [one.agent_id for one in (*self.agents, eva)]
        rota = Rota("nights", "Europe/Madrid", tuple(chance.sample(numbers, 2)), now.date(), Tier.N3)
        card = AgentCard(chance.choice(numbers), skills=(chance.choice(("vpn", "fatura")),), address="one@desk.example")
        until = now + timedelta(hours=chance.choice((1, 50)))
        deeds = {
            "rota": lambda session: rotas.set_rota(session, rota, actor=eva, now=now),
            "override": lambda session: rotas.override(
                session, "nights", [(chance.choice(numbers), now, until)], actor=eva, now=now
            ),
            "card": lambda session: rotas.set_agent(session, card, actor=eva, now=now),
            "end": lambda session: rotas.end_rota(session, "nights", actor=eva, now=now),
            "handover": lambda session: handing_over.acknowledge(session, now, "read", actor=eva, now=now),
        }
        name = chance.choice(("rota", "rota", *deeds))
        self.tell(deeds[name], name)

    def learn(self) -> None:
        """Somebody learns who a customer is: fields, addresses, organizations, notes; or that two are one."""
        chance, actor, now = self.chance, self.chance.choice(self.agents), self.now
        one, other, number = chance.randint(1, 6), chance.randint(1, 6), chance.randint(1, 4)
        subject = chance.choice(list(Subject))
        about = {"subject": subject, "subject_id": chance.randint(1, 4)}
        values = {
            chance.choice(("name", "stage", "touch", "owner")): chance.choice((None, "low", "high", "ana")),
            "since": chance.choice((None, "2026-01-31")),
        }
        self.tell(
            chance.choice(
                (
                    lambda session: knowing.set_fields(session, *about.values(), values, actor=actor, now=now),
                    lambda session: knowing.set_fields(session, *about.values(), values, actor=actor, now=now),
                    lambda session: knowing.make_organization(session, f"Org {one}", actor=actor, now=now),
                    lambda session: knowing.belong(
                        session, *about.values(), chance.choice((None, number)), actor=actor, now=now
                    ),
                    lambda session: knowing.keep_domain(session, number, f"d{one}.example", actor=actor, now=now),
                    lambda session: knowing.drop_domain(session, number, f"d{one}.example", actor=actor, now=now),
                    lambda session: knowing.keep_address(session, one, f"{other}@d.example", actor=actor, now=now),
                    lambda session: knowing.drop_address(session, one, f"{other}@d.example", actor=actor, now=now),
                    lambda session: knowing.merge(session, one, other, actor=actor, now=now),
                    lambda session: knowing.keep_entry(
                        session, Note(f"note {other}", pinned=chance.random() < 0.5), **about, actor=actor, now=now
                    ),
                    lambda session: knowing.change_entry(
                        session,
                        number,
                        chance.choice((None, Note("other"))),
                        kind=EntryKind.NOTE,
                        actor=actor,
                        now=now,
                    ),
                )
            ),
            "know",
        )

    def tick(self, happened: str) -> None:
        """The moments of clocks come, as nothing chooses; and after a note the last breach is explained."""
        with self.store.writing() as session:
            clocks.note_due(session, now=self.now)
            late = breaches(session, limit=1)
        if late and happened == "note":
            number = late[0].conversation_id
            given = {"cause": f"nobody was there at {self.now}", "corrective": "somebody is", "actor": self.agents[0]}
            self.tell(lambda session: clocks.explain(session, number, now=self.now, **given), "explain")

    def measure(self) -> None:
        """The desk lays down by what, and in which hours, it measures itself."""
        chance, actor, now = self.terms, self.terms.choice(self.agents), self.now
        hours = {
            "zone": chance.choice(("America/Sao_Paulo", "Europe/Madrid")),
            "hours": f"mon-fri {chance.randint(6, 9):02}:00-18:00",
        }
        knobs = {
            chance.choice(("first-response", "next-response", "resolution", "acceptance")): f"{chance.randint(1, 90)}h",
            **dict(
                chance.sample(
                    (
                        ("calendar", "office"),
                        ("priority", chance.choice(("high,urgent", ""))),
                        ("touch", chance.choice(("high", "low", ""))),
                        ("tier", chance.choice(("n1", "n2,n3", ""))),
                        ("mailbox", chance.choice(("one", "two,three", ""))),
                        ("organization", chance.choice(("1", "2,3", ""))),
                        ("kind", chance.choice(("support", "care,task", ""))),
                        ("pauses", chance.choice(("customer", "third-party", ""))),
                        ("grace", f"{chance.randint(1, 20)}d"),
                    ),
                    2,
                )
            ),
        }
        since = chance.choice((None, None, now + timedelta(days=9)))
        name = chance.choice(("default", "own", "n3"))
        self.tell(
            chance.choice(
                (
                    lambda session: terms.set_calendar(session, "office", hours, since=since, actor=actor, now=now),
                    lambda session: terms.set_policy(session, name, knobs, since=since, actor=actor, now=now),
                    lambda session: terms.set_policy(session, name, knobs, since=since, actor=actor, now=now),
                    lambda session: terms.remove_policy(session, name, actor=actor, now=now),
                )
            ),
            "measure",
        )

    def think_again(self) -> None:
        actor = self.chance.choice(self.agents)
        for _ in range(self.chance.choice((1, 1, 3))):
            command = self.chance.choice((undoing.undo, undoing.undo, undoing.redo))
            self.tell(lambda session, command=command: command(session, actor=actor, now=self.now), command.__name__)

    def forget(self) -> None:
        """A few customers are erased, with what names them elsewhere or without."""
        chance, actor = self.chance, self.chance.choice(self.agents)
        choices = {"elsewhere": chance.random() < 0.5, "on_servers": False, "actor": actor, "now": self.now}
        for person_id in chance.sample(range(1, 11), 5):  # whoever is written to just now cannot be
            self.tell(lambda session, who=person_id: erase(session, survey(session, who), **choices), "erase")

    def tell(self, command: Callable, name: str) -> None:
        try:
            with self.store.writing() as session:
                command(session)
        except DeskError:
            self.refused += 1
        else:
            self.done.add(name)
