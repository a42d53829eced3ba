"""A small desk whose figures are counted by hand: what each conversation comes to stands beside where it is made.

Hours are from Monday nine o'clock, in UTC.
"""

from made.handed import HOUR, Handed
from made.post import MONDAY, Out, home

from storage.commands import joining, noting, transferring, triage, undoing
from storage.commands.outbox.items import Result
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import Automatic, Delivery, Direction, Status, Tier
from storage.kinds.handoffs import Contents, Visit
from storage.store import Store

RESOLVED = Status.RESOLVED


class Desk(Handed):
    """On which each customer is known by a word."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)  # with a mail of nobody's
        self.out = Out(self.post)
        self.homes: dict[str, int] = {}
        self.at(0)
        self.tell(triage.set_status, [1], to=Status.TRASH)

    def at(self, hours: float) -> None:
        self.now = self.out.now = MONDAY + hours * HOUR

    def mail(self, who: str, hours: float, *, name: str = "", cites: tuple[str, ...] = (), **given) -> int:
        self.at(hours)
        address = f"{who}@acme.example"
        return self.post.send(name or f"{who}@x", at=self.now, by=address, subject=who, cites=cites, **given)

    def begins(self, who: str, hours: float = 0, **given) -> int:
        self.homes[who] = home(self.store, self.mail(who, hours, **given))
        return self.homes[who]

    def more(self, who: str, hours: float, **given) -> None:
        self.mail(who, hours, name=f"{who}-{hours}@x", cites=(f"{who}@x",), **given)

    def answer(self, who: str, hours: float, after: Status = Status.WAITING) -> None:
        self.at(hours)
        self.out.queue(self.homes[who], to=(f"{who}@acme.example",), after=after)

    def call(self, who: str, hours: float, direction: Direction, after: Status | None = None) -> None:
        self.at(hours)
        said = {"conversation_id": self.homes[who], "direction": direction, "minutes": 3, "by_customer": True}
        self.tell(noting.call, self.note("We spoke."), after=after, **said)

    def hand(self, who: str, hours: float, to: Tier = Tier.N2) -> None:
        self.at(hours)
        visit = Visit("Dock 4", "", self.now, self.now + HOUR) if to is Tier.N2 else None
        contents = Contents("Please look", reason="It smokes" if visit else "", visit=visit)
        self.tell(transferring.transfer, Transfer(self.homes[who], to, contents=contents), note=self.note())

    def accept(self, who: str, hours: float, by: Actor) -> None:
        self.at(hours)
        self.tell(transferring.accept, self.homes[who], actor=by)

    def give_back(self, who: str, hours: float, by: Actor) -> None:
        self.at(hours)
        self.tell(transferring.give_back, self.homes[who], "there you go", actor=by)


def a_week(store: Store) -> Desk:
    """Return a desk after a week of which all is known, and a day in which one more came."""
    desk = Desk(store)
    desk.begins("refused")
    desk.answer("refused", 1)
    desk.out.leave(Result(Delivery.FAILED, 550, "no such mailbox"))  # it answered nobody
    desk.answer("refused", 9)  # response 9 h, not solved

    for name in ("once", "twice", "never", "thrice", "wrong", "done", "bounced", "joined", "machine", "rung", "rang"):
        desk.begins(name)
    desk.answer("once", 1, RESOLVED)  # response 1 h, 1 contact, at the first contact

    desk.answer("twice", 2)  # response 2 h
    desk.more("twice", 3)
    desk.answer("twice", 4, RESOLVED)  # 2 contacts

    desk.more("thrice", 1)
    desk.answer("thrice", 5)  # response 5 h
    desk.more("thrice", 6)
    desk.answer("thrice", 7, RESOLVED)  # 3 contacts

    desk.hand("wrong", 1)
    desk.give_back("wrong", 2, desk.ines)  # misrouted
    desk.answer("wrong", 3, RESOLVED)  # response 3 h, 1 contact, but handed on

    desk.hand("done", 1)
    desk.accept("done", 3, desk.ines)  # acceptance 2 h
    desk.give_back("done", 5, desk.ines)  # handed back, not misrouted
    desk.answer("done", 6, RESOLVED)  # response 6 h, 1 contact, but handed on

    desk.hand("bounced", 1)
    desk.give_back("bounced", 2, desk.ines)  # misrouted
    desk.hand("bounced", 3)
    desk.accept("bounced", 4, desk.ines)  # acceptance 1 h; neither answered nor solved

    second = desk.begins("second", 1)
    desk.at(2)
    desk.tell(joining.join, [desk.homes["joined"], second])
    desk.answer("joined", 3, RESOLVED)  # response 3 h, 2 contacts

    desk.answer("machine", 2)  # response 2 h
    desk.more("machine", 3, automatic=Automatic.REPLY)  # "I am away" is no contact
    desk.at(4)
    desk.tell(triage.set_status, [desk.homes["machine"]], to=RESOLVED)  # 1 contact, at the first contact

    desk.call("rung", 4, Direction.OUTGOING, RESOLVED)  # response 4 h, 1 contact, at the first contact
    desk.call("rang", 2, Direction.INCOMING, RESOLVED)  # they rang and were spoken with: response 2 h, 2 contacts

    desk.begins("hasty")
    desk.answer("hasty", 1)
    desk.tell(undoing.undo, actor=desk.out.actor)  # taken back before it left: it answered nobody
    desk.answer("hasty", 8)  # response 8 h, not solved

    desk.begins("rethought")  # neither answered nor solved
    desk.hand("rethought", 1, Tier.N3)
    desk.tell(undoing.undo)

    desk.begins("waiting")  # neither answered nor solved
    desk.hand("waiting", 1, Tier.N3)

    desk.begins("robot", automatic=Automatic.BOUNCE)
    desk.begins("old", -1)  # before the mailbox was live
    desk.begins("spam")
    desk.tell(triage.set_status, [desk.homes["spam"]], to=Status.SPAM)
    desk.at(2)
    desk.out.queue(None, to=("ours@acme.example",))  # we wrote first
    desk.begins("later", 8 * 24)  # after the period
    desk.answer("later", 8 * 24 + 1, RESOLVED)
    return desk
