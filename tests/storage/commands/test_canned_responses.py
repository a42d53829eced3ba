"""Canned responses: whose they are, what is refused, brought in all or none, used, counted, undone and replayed."""

from dataclasses import replace

import pytest
from made.post import DAY, DESK, HOUR, MONDAY, Post
from sqlalchemy import delete, select, update

from storage.apply.base import table
from storage.commands import responses, triage, undoing
from storage.commands.desk import agent_named
from storage.commands.responses import Entry, Use
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.errors import DeskError, NoSuch, Refused
from storage.kinds.responses import Actions, Attached, Canned, UsageView
from storage.models import Conversation, Event, EventPersonal, Response, ResponseUse, Tag
from storage.queries.responses import response_called, usage, values
from storage.queries.responses import responses as responses_of
from storage.record import replay, verify
from storage.store import Store

REFUND = Canned("refund", "en", "Refund", "Hello {{ customer.first_name }}, it is paid back.", tags=("money",))
MACRO = replace(
    REFUND,
    shortcode="macro",
    attachments=(Attached("guide.pdf", "00ff", 12),),
    actions=Actions(Status.WAITING, "me", ("money",), ("new",), "3d"),
)


class Desk:
    """Ana and Rui before one store, with a letter in it."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, MONDAY + DAY
        self.post = Post(store)
        self.post.send("question@x", text="the invoice was charged twice")
        with store.writing() as session:
            ana, rui = (agent_named(session, name, now=MONDAY) for name in ("Ana", "Rui"))
        self.ana, self.rui = Actor(ana, "one"), Actor(rui, "one")

    def tell(self, command, *args, actor: Actor | None = None, **choices):
        with self.store.writing() as session:
            return command(session, *args, actor=actor or self.ana, now=self.now, **choices)

    def ask(self, query, *args, **choices):
        with self.store.reading() as session:
            return query(session, *args, **choices)

    def shown(self, actor: Actor | None = None) -> list[tuple[str, str, bool]]:
        found = self.ask(responses_of, agent_id=(actor or self.ana).agent_id)
        return [(one.canned.shortcode, one.owner, one.shared) for one in found]

    def rows(self, *models) -> list[list[tuple]]:
        with self.store.reading() as session:
            return [
                sorted(map(tuple, session.connection().execute(select(table(model)))), key=repr)
                for model in models or (Response, ResponseUse)
            ]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_own_ones_are_ones_own_and_the_teams_everybodys(desk: Desk) -> None:
    desk.tell(responses.keep, REFUND)
    shared = desk.tell(responses.keep, MACRO, shared=True)
    desk.tell(responses.keep, REFUND, actor=desk.rui)
    assert desk.shown() == [("macro", "", True), ("refund", "Ana", False)]
    assert desk.shown(desk.rui) == [("macro", "", True), ("refund", "Rui", False)]
    (found,) = desk.ask(response_called, ";MACRO", agent_id=desk.rui.agent_id)
    assert (found.response_id, found.canned) == (shared, MACRO)
    assert desk.ask(response_called, f"#{shared}", agent_id=None) == (found,)
    with pytest.raises(NoSuch):
        desk.ask(response_called, "refund", agent_id=None)
    with pytest.raises(NoSuch):
        desk.ask(response_called, "macro", language="es", agent_id=None)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"shortcode": "Não"}, "bad_shortcode"),
        ({"shortcode": "../up"}, "bad_shortcode"),
        ({"language": "Portuguese"}, "bad_response_language"),
        ({"title": " \x1b "}, "bad_title"),
        ({"body": "\n \n"}, "bad_body"),
        ({"body": "x" * 64_001}, "bad_body"),
        ({"tags": ("",)}, "bad_response_tag"),
        ({"actions": Actions(status=Status.SPAM)}, "bad_macro_status"),
        ({"actions": Actions(add=("two words",))}, "bad_tag"),
        ({"actions": Actions(snooze="tomorrow")}, "bad_snooze"),
    ],
)
def test_what_is_no_response_is_refused(desk: Desk, changes: dict, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        desk.tell(responses.keep, replace(REFUND, **changes))
    with pytest.raises(NoSuch):
        desk.tell(responses.keep, replace(REFUND, actions=Actions(assign="Nobody")))
    assert desk.shown() == []


def test_each_change_is_undone_and_done_again(desk: Desk) -> None:
    kept = desk.tell(responses.keep, REFUND)
    stages = [desk.rows()]
    for change in (
        lambda: desk.tell(responses.change, kept, replace(REFUND, title="Paid back", body="Done.", tags=())),
        lambda: desk.tell(responses.change, kept, replace(REFUND, shortcode="back"), shared=True),
        lambda: desk.tell(responses.drop, [kept]),
    ):
        change()
        stages.append(desk.rows())
    for stage in (*stages[-2::-1], [[], []]):
        desk.tell(undoing.undo)
        assert desk.rows() == stage
    for stage in stages:
        desk.tell(undoing.redo)
        assert desk.rows() == stage


def test_what_somebody_else_changed_since_is_not_taken_back(desk: Desk) -> None:
    kept = desk.tell(responses.keep, REFUND, shared=True)
    desk.tell(responses.change, kept, replace(REFUND, body="Other."), actor=desk.rui)
    with pytest.raises(Refused, match="changed_since"):
        desk.tell(undoing.undo)
    own = desk.tell(responses.keep, REFUND)
    for command, arguments in ((responses.change, (own, MACRO)), (responses.drop, ([own],))):
        with pytest.raises(NoSuch):
            desk.tell(command, *arguments, actor=desk.rui)
    with pytest.raises(Refused, match="response_taken"):
        desk.tell(responses.keep, REFUND)
    with pytest.raises(Refused, match="already"):
        desk.tell(responses.change, own, REFUND)


def test_files_are_brought_in_all_or_none_as_one_action(desk: Desk) -> None:
    desk.tell(responses.keep, REFUND, shared=True)
    desk.tell(responses.keep, replace(REFUND, shortcode="gone"), shared=True)
    desk.tell(responses.keep, replace(REFUND, shortcode="ruis"), actor=desk.rui)
    before = desk.rows()
    entries = [Entry(replace(REFUND, title="Other")), Entry(MACRO, "Ana"), Entry(replace(REFUND, language="es"), "Rui")]
    for wrong in (Entry(MACRO, "Nobody"), Entry(replace(REFUND, title="")), entries[0]):
        with pytest.raises(DeskError):
            desk.tell(responses.bring, [*entries, wrong])
        assert desk.rows() == before
    seen = desk.tell(responses.bring, entries, prune=True, preview=True)
    assert (seen.action_id, desk.rows()) == (None, before)
    done = desk.tell(responses.bring, entries, prune=True)
    assert (done.added, done.changed, done.same) == (tuple(entries[1:]), (entries[0],), ())
    assert [one.canned.shortcode for one in done.dropped] == ["gone"]
    assert replace(seen, action_id=done.action_id) == done
    again = desk.tell(responses.bring, entries)
    assert (again.action_id, again.same) == (None, tuple(entries))
    desk.tell(undoing.undo)
    assert desk.rows() == before


def answered(desk: Desk, *, at=HOUR) -> int:
    number = desk.post.send(f"answer{at}@x", by=DESK, to=("ana@acme.example",), cites=["question@x"], at=MONDAY + at)
    with desk.store.reading() as session:
        from storage.models import Message

        rows = table(Message)
        return session.connection().execute(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)).scalar_one()
    return number


def test_what_became_of_an_answer_is_counted(desk: Desk) -> None:
    kept = desk.tell(responses.keep, REFUND)
    other = desk.tell(responses.keep, MACRO)
    assert desk.ask(usage, [kept, other]) == {}
    first = answered(desk)
    desk.tell(responses.note_used, first, [Use(kept, edited=True), Use(other, edited=False), Use(99, edited=False)])
    used_at = MONDAY + HOUR
    assert desk.ask(usage, [kept]) == {kept: UsageView(1, 1, 0, used_at)}
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    desk.post.send("again@x", cites=["question@x"], at=MONDAY + DAY + HOUR, text="it was charged a third time")
    assert desk.rows(Conversation)[0][0][2] is Status.OPEN
    assert desk.ask(usage, [kept, other]) == {kept: UsageView(1, 1, 1, used_at), other: UsageView(1, 0, 1, used_at)}
    second = answered(desk, at=2 * HOUR)  # an answer lay between: it was not the first one that did not do
    desk.tell(responses.note_used, second, [Use(other, edited=False)])
    assert desk.ask(usage, [kept, other]) == {
        kept: UsageView(1, 1, 0, used_at),
        other: UsageView(2, 0, 1, MONDAY + 2 * HOUR),
    }
    desk.tell(undoing.undo)
    assert desk.ask(usage, [other]) == {other: UsageView(1, 0, 0, used_at)}
    with pytest.raises(NoSuch):
        desk.tell(responses.note_used, 99, [Use(kept, edited=False)])


def test_a_macro_is_one_action_and_one_undo(desk: Desk) -> None:
    desk.tell(triage.tag, [1], add=["new"])
    before = desk.rows(Conversation, Tag)
    action = desk.tell(responses.act, 1, MACRO.actions)
    assert action is not None
    (row,) = desk.rows(Conversation)[0]
    assert (row[2], row[3]) == (Status.WAITING, desk.ana.agent_id)
    assert desk.rows(Tag)[0] == [(1, "money")]
    assert desk.now + 3 * DAY in row
    assert desk.tell(responses.act, 1, replace(MACRO.actions, snooze="")) is None
    desk.tell(undoing.undo)
    assert desk.rows(Conversation, Tag) == before
    assert desk.tell(responses.act, 1, Actions(assign="none")) is None
    assert desk.tell(responses.act, 1, Actions(assign="Rui"), action_id=action) == action


def test_values_are_what_the_record_knows(desk: Desk) -> None:
    known = desk.ask(values, 1, agent_id=desk.ana.agent_id, agent="ana")
    assert (known.customer, known.customer_address, known.agent) == ("Ana", "ana@acme.example", "Ana")
    assert (known.subject, known.mailbox, known.mailbox_address) == ("Fatura", "desk", DESK)
    assert (known.organization, known.conversation_id) == ("", 1)
    with pytest.raises(NoSuch):
        desk.ask(values, 9, agent_id=None, agent="")


def test_replay_gives_them_back_and_erased_words_stay_erased(desk: Desk, second_store: Store) -> None:
    kept = desk.tell(responses.keep, MACRO)
    desk.tell(responses.change, kept, REFUND, shared=True)
    gone = desk.tell(responses.keep, MACRO)
    desk.tell(responses.drop, [gone])
    desk.tell(responses.note_used, answered(desk), [Use(kept, edited=True)])
    personal, events = table(EventPersonal), table(Event)
    with desk.store.writing() as session:
        about = select(events.c.id).where(events.c.kind == "response_kept")
        session.execute(delete(personal).where(personal.c.event_id.in_(about)))
        erased = dict.fromkeys(("shortcode", "language", "title", "body"))
        session.execute(update(table(Response)).values(**erased, tags=[], attachments=[], actions={}))
        assert verify(session).broken_at is None
    with desk.store.reading() as log, second_store.writing() as session:
        replay(log, session)
    before = desk.rows()
    assert before[0] == [(kept, None, None, None, None, [], [], {}, None)]
    desk.store = second_store
    assert desk.rows() == before
    assert desk.shown() == []
