"""The trash: what leaves every view and comes back, by hand as it stood, by the customer as something to answer."""

from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Post, home, letter, row_of
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import joining, trash, triage, undoing
from storage.commands.desk import agent_named
from storage.commands.intake import Place
from storage.commands.syncing import keep_folders
from storage.events import Actor
from storage.kinds import Automatic, Cause, Status
from storage.kinds.errors import Refused
from storage.models import Event, Folder, Wanted
from storage.queries.history import events
from storage.queries.inbox import count, window
from storage.store import Store


class Desk:
    """Ana before three conversations, in a mailbox that may move what is thrown away."""

    def __init__(self, store: Store, *, archive: str = "", folder: str = "") -> None:
        self.store, self.now = store, MONDAY + DAY
        self.post = Post(store, archive=archive, trash=folder)
        with store.writing() as session:
            self.ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
            roles = {
                "INBOX": "inbox",
                archive or "A": "archive" if archive else "",
                folder or "T": "trash" if folder else "",
            }
            keep_folders(session, self.post.mailbox_id, roles)
        with store.reading() as session:
            rows = session.connection().execute(select(table(Folder)))
            self.inbox = next(row.id for row in rows if row.role == "inbox")
        self.mail = [self.send(number) for number in range(1, 4)]

    def send(self, number: int, **given) -> int:
        given = {"subject": f"Matter {number}", "text": f"letter {number}", "dated_at": MONDAY, **given}
        at = given.pop("at", MONDAY)
        delivery = self.post.delivery(letter(f"{number}@x", **given), at=at, place=Place(self.inbox, number, ""))
        (message,) = self.post.bring(delivery).message_ids
        assert message is not None
        return message

    def tell(self, command, *args, actor: Actor | None = None, **choices):
        self.now += timedelta(minutes=1)
        with self.store.writing() as session:
            return command(session, *args, actor=actor or self.ana, now=self.now, **choices)

    def status(self, number: int) -> Status:
        return row_of(self.store, number).status

    def shown(self, query: str) -> list[int]:
        with self.store.reading() as session:
            found = window(session, query=query, agent_id=self.ana.agent_id, now=self.now)
            assert count(session, query=query, agent_id=self.ana.agent_id, now=self.now) == len(found.rows)
            return [row.conversation_id for row in found.rows]

    def wanted(self) -> list[tuple[int, str]]:
        rows = table(Wanted)
        with self.store.reading() as session:
            chosen = select(rows.c.message_id, rows.c.value).where(rows.c.change == "move").order_by(rows.c.id)
            return [tuple(row) for row in session.connection().execute(chosen)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_what_is_thrown_away_leaves_every_view_but_its_own(desk: Desk) -> None:
    queries = (
        "",
        "is:open",
        "is:unassigned",
        "tag:late",
        "sort:newest",
        "-is:spam",
        "is:open OR is:spam",
        "owner:none",
    )
    desk.tell(triage.tag, [1, 2], add=["late"])
    before = {query: desk.shown(query) for query in queries}
    assert all(1 in shown for shown in before.values())
    desk.tell(trash.throw_away, [1])
    for query, shown in before.items():
        assert desk.shown(query) == [number for number in shown if number != 1], query
    assert desk.shown("is:trash") == desk.shown("is:trash tag:late") == desk.shown("is:trash sort:newest") == [1]
    assert desk.shown("is:trash OR is:open") == [2, 3, 1]
    assert desk.shown("-is:trash") == [2, 3]
    desk.tell(undoing.undo)
    assert {query: desk.shown(query) for query in queries} == before


@pytest.mark.parametrize("stood", [Status.NEW, Status.WAITING, Status.ON_HOLD, Status.RESOLVED, Status.CLOSED])
@pytest.mark.parametrize("away", [trash.throw_away, "spam"])
def test_restored_it_stands_as_it_stood_and_nothing_is_resolved(desk: Desk, stood: Status, away) -> None:
    if stood is not Status.NEW:
        desk.tell(triage.set_status, [1], to=stood)
    was = row_of(desk.store, 1)
    if away == "spam":
        desk.tell(triage.set_status, [1], to=Status.SPAM)
        desk.tell(trash.throw_away, [1])
    else:
        desk.tell(away, [1])
    assert desk.status(1) is Status.TRASH
    desk.tell(trash.restore, [1])
    assert row_of(desk.store, 1) == was
    desk.tell(undoing.undo)
    assert desk.status(1) is Status.TRASH
    desk.tell(undoing.redo)
    assert row_of(desk.store, 1) == was


def test_a_snooze_goes_on_in_the_trash(desk: Desk) -> None:
    desk.tell(triage.snooze, [1], until=desk.now + DAY)
    was = row_of(desk.store, 1)
    desk.tell(trash.throw_away, [1])
    desk.tell(trash.restore, [1])
    assert row_of(desk.store, 1) == was


def test_what_was_not_put_away_is_not_restored(desk: Desk) -> None:
    desk.tell(trash.throw_away, [1])
    with pytest.raises(Refused, match="not_put_away"):
        desk.tell(trash.restore, [2, 3])
    desk.tell(trash.restore, [1, 2])
    assert [desk.status(number) for number in (1, 2)] == [Status.NEW, Status.NEW]
    with pytest.raises(Refused, match="not_put_away"):
        desk.tell(trash.restore, [1])
    desk.tell(trash.throw_away, [1])
    with pytest.raises(Refused, match="already"):
        desk.tell(trash.throw_away, [1])


@pytest.mark.parametrize("stood", [Status.NEW, Status.RESOLVED])
def test_a_customer_who_writes_again_brings_it_back(desk: Desk, stood: Status) -> None:
    if stood is Status.RESOLVED:
        desk.tell(triage.set_status, [1], to=stood)
    desk.tell(trash.throw_away, [1])
    late = desk.send(9, cites=("1@x",), subject="Re: Matter 1", text="And now?", at=MONDAY + 40 * DAY)
    assert home(desk.store, late) == 1
    assert desk.status(1) is Status.OPEN
    with desk.store.reading() as session:
        changes = [one for one in events(session, 1) if one.kind == "status_changed"]
    assert changes[-1].values == {
        "conversation_id": 1,
        "before": Status.TRASH,
        "after": Status.OPEN,
        "because": Cause.CUSTOMER_WROTE,
    }


@pytest.mark.parametrize("given", [{"automatic": Automatic.REPLY}, {"text": "Obrigada!"}])
def test_machines_and_bare_thanks_bring_nothing_back(desk: Desk, given: dict) -> None:
    desk.tell(trash.throw_away, [1])
    late = desk.send(9, cites=("1@x",), at=MONDAY + HOUR, **given)
    assert (home(desk.store, late), desk.status(1)) == (1, Status.TRASH)


def test_what_a_customer_wrote_meanwhile_is_to_be_answered_when_spam_is_restored(desk: Desk) -> None:
    desk.tell(triage.set_status, [1, 2], to=Status.RESOLVED)
    desk.tell(triage.set_status, [1, 2], to=Status.SPAM)
    desk.send(9, cites=("1@x",), text="Hello? Nobody answers.", at=MONDAY + HOUR)
    assert desk.status(1) is Status.SPAM
    desk.tell(trash.restore, [1, 2])
    assert (desk.status(1), desk.status(2)) == (Status.OPEN, Status.RESOLVED)


def test_joined_to_work_it_is_work_and_two_in_the_trash_stay_there(desk: Desk) -> None:
    desk.tell(trash.throw_away, [1, 2])
    desk.tell(joining.join, [1, 2])
    assert desk.status(1) is Status.TRASH
    desk.tell(joining.join, [1, 3])
    assert desk.status(1) is Status.NEW


def test_the_servers_mail_stays_where_it_is_unless_the_mailbox_asks(desk: Desk) -> None:
    desk.tell(trash.throw_away, [1])
    desk.tell(trash.restore, [1])
    desk.tell(triage.set_status, [2], to=Status.RESOLVED)
    desk.tell(trash.throw_away, [2])
    assert desk.wanted() == []


def test_it_moves_to_the_trash_and_by_each_way_back_out_of_it(store: Store) -> None:
    desk = Desk(store, archive="Archive", folder="Trash")
    first, second, third = desk.mail
    desk.tell(trash.throw_away, [1])
    assert desk.wanted() == [(first, "trash")]
    desk.tell(undoing.undo)
    assert desk.wanted() == [(first, "inbox")]
    desk.tell(triage.set_status, [2], to=Status.RESOLVED)
    desk.tell(trash.throw_away, [2])
    desk.tell(trash.restore, [2])
    assert desk.wanted() == [(first, "inbox"), (second, "archive")]
    desk.tell(trash.throw_away, [3])
    desk.send(9, cites=("3@x",), text="And now?", at=MONDAY + HOUR)
    assert (third, "inbox") in desk.wanted()


def test_what_was_thrown_away_here_alone_comes_out_of_the_archive_with_the_customer(store: Store) -> None:
    desk = Desk(store, archive="Archive")
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    desk.tell(trash.throw_away, [1])
    assert desk.wanted() == [(desk.mail[0], "archive")]
    desk.send(9, cites=("1@x",), text="And now?", at=MONDAY + HOUR)
    assert (desk.mail[0], "inbox") in desk.wanted()


def test_a_conversation_that_was_never_seen_elsewhere_is_open_when_restored(desk: Desk) -> None:
    events_ = table(Event)
    desk.tell(trash.throw_away, [1])
    with desk.store.writing() as session:  # a log that cannot tell, as after a split that began in the trash
        session.execute(events_.update().where(events_.c.kind == "status_changed").values(conversation_id=99))
    desk.tell(trash.restore, [1])
    assert desk.status(1) is Status.OPEN
