"""Notes and calls: messages that stand in the conversation, are found, and never pass for mail."""

import hashlib
from datetime import timedelta

import pytest
from made.post import DAY, DESK, HOUR, MONDAY, Out, Post, home, letter, row_of
from sqlalchemy import func, select

from storage.apply.base import table
from storage.commands import drafts, noting, reading, reparse, triage, undoing
from storage.commands.intake import take_in
from storage.kinds import Channel, Direction, DraftKind, Evidence, Status
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.review import Unseen
from storage.models import (
    Cited,
    Draft,
    Event,
    Message,
    MessageText,
    Participant,
    Print,
    QuotedPrint,
    SubjectKey,
    Wanted,
)
from storage.queries import (
    acknowledging,
    answering,
    context,
    conversations,
    export,
    find,
    fitting,
    history,
    noticing,
    ruling,
)
from storage.queries import why as reasons
from storage.search import check, index_more, reindex, waiting
from storage.store import Store

LOG = "the projector in room four shows a green line since the last update of its software, says its log"


class Desk:
    """A customer's question in conversation 1, and two agents."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store, archive="Archive")
        self.asked = self.post.send("q@acme", at=MONDAY)
        self.ana, self.rui = Out(self.post), Out(self.post, "Rui")
        self.now = MONDAY + HOUR
        self.count = 0

    def written(self, text: str, **given) -> noting.Written:
        self.count += 1
        given = {"by": "desk@notes.invalid", "to": (), "subject": "Fatura", "dated_at": self.now, **given}
        said = letter(f"{self.count}@notes.invalid", text=text, **given)
        return noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), len(text))

    def note(self, text: str = LOG, *, by: Out | None = None, draft_id: int | None = None, **given) -> int:
        with self.store.writing() as session:
            _, number = noting.note(
                session,
                self.written(text, **given),
                conversation_id=1,
                actor=(by or self.ana).actor,
                now=self.now,
                draft_id=draft_id,
            )
        return number

    def call(self, direction: Direction = Direction.OUTGOING, *, by: Out | None = None, **given) -> int:
        given = {"minutes": 12, "by_customer": True, **given}
        with self.store.writing() as session:
            _, number = noting.call(
                session,
                self.written("We spoke of the invoice."),
                conversation_id=1,
                direction=direction,
                actor=(by or self.ana).actor,
                now=self.now,
                **given,
            )
        return number

    def back(self, command=undoing.undo, *, by: Out | None = None):
        with self.store.writing() as session:
            return command(session, actor=(by or self.ana).actor, now=self.now)

    def view(self):
        with self.store.reading() as session:
            return conversations.read(session, 1, agent_id=None)

    def ask(self, question, *args, **given):
        with self.store.reading() as session:
            return question(session, *args, **given)

    def found(self, words: str) -> list[int]:
        with self.store.reading() as session:
            return [one.message_id for one in find.search(session, query=words, agent_id=None, now=self.now)]

    def rows(self, model, number: int) -> list:
        rows = table(model)
        return self.ask(lambda s: s.connection().execute(select(rows).where(rows.c.message_id == number)).all())


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def standing(desk: Desk) -> dict:
    """All of the conversation's row but how many messages it has, and which is the newest."""
    row = row_of(desk.store, 1)._asdict()
    del row["message_count"], row["last_message_id"]
    return row


def test_a_note_is_a_message_that_changes_nothing_else(desk: Desk) -> None:
    before = standing(desk)
    number = desk.note("> quoted by hand\n\nlooks like a forgery\n-- \nall of it stays")
    note = desk.view().messages[-1]
    assert (note.message_id, note.direction, note.evidence) == (number, Direction.INTERNAL, Evidence.AGENT)
    assert note.reply_text == note.text
    assert (note.author.name, note.author.address, note.to) == ("Desk", "", ())
    assert standing(desk) == before
    assert row_of(desk.store, 1).last_message_id == number  # a colleague has not read it
    assert not row_of(desk.store, desk.asked, Message).handled
    kinds = {"noted"}
    rows = table(Event)
    last = select(rows.c.kind).where(rows.c.action_id == desk.ask(history.last_event))
    assert set(desk.ask(lambda s: s.connection().execute(last).scalars().all())) == kinds


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.WAITING, Status.CLOSED, Status.SPAM])
def test_a_note_reopens_nothing_and_makes_no_answer_of_itself(desk: Desk, status: Status) -> None:
    with desk.store.writing() as session:
        triage.set_status(session, [1], to=status, actor=desk.ana.actor, now=desk.now)
    before = standing(desk)
    desk.note()
    assert standing(desk) == before


def test_a_note_does_not_lengthen_the_time_within_which_an_answer_reopens(desk: Desk) -> None:
    with desk.store.writing() as session:
        triage.set_status(session, [1], to=Status.RESOLVED, actor=desk.ana.actor, now=desk.now)
    desk.now = MONDAY + 29 * DAY
    desk.note()
    late = desk.post.send("late@acme", cites=("q@acme",), at=MONDAY + 58 * DAY)
    assert home(desk.store, late) != 1


def test_a_note_is_found_by_its_words_at_once_and_until_it_is_taken_back(desk: Desk) -> None:
    number = desk.note()
    assert desk.found("projector green") == [number]
    desk.back()
    assert desk.found("projector green") == []
    assert [one.message_id for one in desk.view().messages] == [desk.asked]
    desk.back(undoing.redo)
    assert desk.found("projector green") == [number]
    assert [one.message_id for one in desk.view().messages] == [desk.asked, number]
    desk.back()
    assert desk.view().events[-1].kind == "withdrawn"


def test_the_index_is_whole_with_a_note_without_it_and_when_it_is_made_anew(desk: Desk) -> None:
    def whole() -> tuple[bool, int]:
        with desk.store.writing() as session:
            return check(session), waiting(session)

    number = desk.note()
    assert whole() == (True, 0)
    desk.back()
    assert whole() == (True, 0)
    with desk.store.writing() as session:
        reindex(session)
        index_more(session, limit=100)
    assert whole() == (True, 0)
    assert desk.found("projector green") == []
    with desk.store.reading() as session:
        assert find.count(session, query="projector green", agent_id=None, now=desk.now) == 0
    desk.back(undoing.redo)
    assert whole() == (True, 0)
    assert desk.found("projector green") == [number]


def test_a_note_is_found_while_much_waits_to_be_indexed(desk: Desk) -> None:
    for count in range(30):
        desk.post.send(f"many{count}@acme", by=f"p{count}@x.example", subject=f"s{count}", at=MONDAY)
    number = desk.note()
    assert desk.found("projector green") == [number]
    with desk.store.writing() as session:
        while index_more(session, limit=10) == 10:
            pass
        assert check(session)
    assert desk.found("projector green") == [number]


def test_the_draft_of_a_note_comes_back_with_the_undo_and_goes_with_the_redo(desk: Desk) -> None:
    with desk.store.writing() as session:
        draft, _ = drafts.begin(
            session,
            agent_id=desk.ana.actor.agent_id,
            kind=DraftKind.NOTE,
            now=desk.now,
            conversation_id=1,
            values={"body": LOG},
        )
    kept = select(func.count()).select_from(table(Draft)).where(table(Draft).c.dropped_at.is_(None))

    def left() -> int:
        return desk.ask(lambda session: session.connection().execute(kept).scalar_one())

    desk.note(draft_id=draft.draft_id)
    assert left() == 0
    with pytest.raises(NoSuch):  # it was kept
        desk.note(draft_id=draft.draft_id)
    desk.back()
    assert left() == 1
    desk.back(undoing.redo)
    assert left() == 0


def test_a_note_that_is_all_a_conversation_has_left_is_not_taken_back(desk: Desk) -> None:
    from storage.commands import joining

    number = desk.note()
    with desk.store.writing() as session:
        joining.split(session, [desk.asked], actor=desk.rui.actor, now=desk.now)
    with pytest.raises(Refused, match="changed_since"):
        desk.back()
    assert home(desk.store, number) == 1


def test_no_mail_is_threaded_by_a_note(desk: Desk) -> None:
    number = desk.note(cites=("other@acme",), quoted=LOG)
    for model in (Cited, Print, QuotedPrint, SubjectKey, Participant):
        assert desk.rows(model, number) == []
    for place, given in enumerate(
        ({"cites": ("1@notes.invalid",)}, {"quoted": LOG}, {"subject": "Re: Other", "cites": ("other@acme",)})
    ):
        came = desk.post.send(
            f"n{place}@acme", by=f"x{place}@y.example", at=MONDAY + 2 * HOUR, **{"subject": "Re: Other", **given}
        )
        assert home(desk.store, came) != 1


def test_a_note_is_no_recipient_no_answer_and_answers_none(desk: Desk) -> None:
    desk.note()
    desk.call(Direction.INCOMING, by_customer=False)
    answer = desk.ask(answering.answerable, 1)
    assert answer.message is not None
    assert answer.message.message_id == desk.asked
    assert answering.answered(answer.view.messages, answer.view.messages[-1].message_id) == answer.message
    assert answer.strangers == frozenset()
    beside = desk.ask(context.read, desk.view())
    assert (beside.wrote, beside.wrote_here, [part.address for part in beside.parts]) == (1, 1, [])
    assert desk.ask(ruling.kind_of_mail, 1).sender == "ana@acme.example"
    assert desk.ask(fitting.fitting, 1) == {}


def test_a_note_is_no_news(desk: Desk) -> None:
    cursor = desk.ask(history.last_event)
    with desk.store.writing() as session:
        triage.assign(session, [1], to=desk.ana.actor.agent_id, actor=desk.ana.actor, now=desk.now)
        draft, _ = drafts.begin(
            session, agent_id=desk.ana.actor.agent_id, kind=DraftKind.REPLY, now=desk.now, conversation_id=1
        )
    desk.ana.queue(1, cites=("q@acme",), answers_id=desk.asked)
    desk.note(by=desk.rui)
    assert desk.ask(noticing.news, cursor, agent_id=desk.ana.actor.agent_id, calls={"mine", "assigned"})[1] == ()
    facts = desk.ask(answering.review_facts, draft, mentioned=(), now=desk.now)
    assert facts.unseen == ()
    (item,) = desk.ana.claim()  # nothing holds the answer
    assert desk.ana.begin(item)


def test_a_call_is_acknowledged_by_nobody_and_who_was_called_is_answered(desk: Desk) -> None:
    desk.call(Direction.INCOMING)
    desk.note()
    asked = desk.ask(acknowledging.waiting, desk.post.mailbox_id, 0, limit=9).asked
    assert [(one.message_id, one.answered) for one in asked] == [(desk.asked, True)]


def test_a_note_wants_nothing_on_a_server(desk: Desk) -> None:
    desk.note()
    desk.call(Direction.INCOMING)
    with desk.store.writing() as session:
        triage.tag(session, [1], add=["flagged"], remove=[], actor=desk.ana.actor, now=desk.now)
        triage.set_status(session, [1], to=Status.RESOLVED, actor=desk.ana.actor, now=desk.now)
        triage.handle(session, [1], handled=False, actor=desk.ana.actor, now=desk.now)
    rows = table(Wanted)
    wanted = desk.ask(lambda session: session.connection().execute(select(rows.c.message_id)).scalars().all())
    assert set(wanted) <= {desk.asked}


def test_notes_and_calls_are_given_out_only_when_they_are_asked_for(desk: Desk) -> None:
    desk.note()
    desk.call()
    assert len(desk.ask(lambda session: list(export.messages(session)))) == 1
    assert len(desk.ask(lambda session: list(export.messages(session, notes=True)))) == 3


def test_why_says_who_put_a_note_there(desk: Desk) -> None:
    number = desk.note()
    told = desk.ask(reasons.why, 1).messages[-1]
    assert (told.message_id, [one.kind for one in told.facts], told.facts[0].agent) == (number, ["noted"], "Ana")


def test_a_note_read_again_is_a_note(desk: Desk) -> None:
    note, call = desk.note("> said\n\nall of it"), desk.call(Direction.INCOMING)
    before = [(one.text, one.reply_text, one.author, one.to) for one in desk.view().messages]
    said = {
        number: letter(f"again{number}@notes.invalid", by="desk@notes.invalid", to=(), text="all of it", quoted="said")
        for number in (note, call)
    }
    with desk.store.writing() as session:
        reparse.remake(session, said)
    after = desk.view().messages
    assert [one.direction for one in after] == [Direction.INCOMING, Direction.INTERNAL, Direction.INCOMING]
    assert all(one.reply_text == one.text and not one.author.address for one in after[1:])
    assert len(after) == len(before)
    for model in (Cited, Print, QuotedPrint, SubjectKey):
        assert desk.rows(model, note) == desk.rows(model, call) == []
    assert desk.rows(MessageText, note)[0].header_id == f"again{note}@notes.invalid"
    assert note in desk.found("said")


def test_a_note_of_somebody_who_has_not_read_all_hides_nothing(desk: Desk) -> None:
    me = desk.ana.actor.agent_id

    def unread() -> bool:
        from storage.queries import inbox

        return desk.ask(inbox.window, query="", agent_id=me, now=desk.now).rows[0].unread

    desk.note()
    assert unread()
    with desk.store.writing() as session:
        reading.mark_read(session, conversation_id=1, message_id=row_of(desk.store, 1).last_message_id, agent_id=me)
    assert not unread()
    desk.note()  # one's own is read
    assert not unread()
    desk.note(by=desk.rui)
    assert unread()


def test_a_call_is_an_answer_whoever_rang_and_leaves_the_rest_as_it_is(desk: Desk) -> None:
    assert row_of(desk.store, 1).oldest_unanswered_at is not None
    number = desk.call(Direction.INCOMING)
    row, call = row_of(desk.store, 1), desk.view().messages[-1]
    assert (row.oldest_unanswered_at, row.status, row.channel) == (None, Status.NEW, Channel.EMAIL)
    assert (call.channel, call.direction, call.minutes, call.handled) == (Channel.PHONE, Direction.INCOMING, 12, True)
    assert not row_of(desk.store, desk.asked, Message).handled
    assert row_of(desk.store, number, Message).customer_id == row.customer_id
    beside = desk.ask(context.read, desk.view())
    assert (beside.answered_at, beside.answers, beside.ours_last) == (desk.now, 1, True)
    desk.back()
    assert row_of(desk.store, 1).oldest_unanswered_at is not None


def test_mail_after_a_call_waits(desk: Desk) -> None:
    desk.call(Direction.INCOMING)
    came = MONDAY + 2 * HOUR
    desk.post.send("again@acme", cites=("q@acme",), at=came)
    assert row_of(desk.store, 1).oldest_unanswered_at == came


def test_a_call_with_a_choice_is_one_action_with_what_it_settles(desk: Desk) -> None:
    desk.call(after=Status.WAITING)
    assert row_of(desk.store, 1).status is Status.WAITING
    assert row_of(desk.store, desk.asked, Message).handled
    desk.back()
    assert row_of(desk.store, 1).status is Status.NEW
    assert not row_of(desk.store, desk.asked, Message).handled
    assert len(desk.view().messages) == 1


def test_a_colleagues_call_is_shown_before_an_answer_leaves_and_ones_own_is_not(desk: Desk) -> None:
    with desk.store.writing() as session:
        draft, _ = drafts.begin(
            session, agent_id=desk.ana.actor.agent_id, kind=DraftKind.REPLY, now=desk.now, conversation_id=1
        )
    desk.call(Direction.INCOMING)
    number = desk.call(Direction.INCOMING, by=desk.rui)
    facts = desk.ask(answering.review_facts, draft, mentioned=(), now=desk.now)
    assert facts.unseen == (Unseen(number, "Rui", desk.now, ours=True),)


def test_history_that_comes_late_is_settled_whatever_was_noted_there(store: Store) -> None:
    post = Post(store)
    before = MONDAY - 200 * DAY
    asked = post.send("old@acme", at=before)
    out = Out(post)
    said = letter("n@notes.invalid", by="desk@notes.invalid", to=(), text="seen")
    with store.writing() as session:
        noting.note(
            session,
            noting.Written(said, b"n" * 32, 4),
            conversation_id=home(store, asked),
            actor=out.actor,
            now=MONDAY,
        )
    with store.writing() as session:
        take_in(
            session,
            [
                post.delivery(
                    letter("older@acme", by=DESK, to=("ana@acme.example",), cites=("old@acme",)), at=before + HOUR
                )
            ],
            now=post.now + timedelta(days=1),
        )
    assert row_of(store, home(store, asked)).status is Status.CLOSED


def test_there_is_no_note_without_a_conversation(desk: Desk) -> None:
    with pytest.raises(NoSuch), desk.store.writing() as session:
        noting.note(session, desk.written("x"), conversation_id=99, actor=desk.ana.actor, now=desk.now)
