"""Drafts: one per agent and conversation, saved as typed, seen by others while they are written, recalled."""

from datetime import timedelta

import pytest
from made.post import DAY, MONDAY, Post

from storage.commands import drafts
from storage.commands.desk import agent_named
from storage.kinds import DraftKind
from storage.kinds.drafts import Attached
from storage.kinds.errors import NoSuch
from storage.queries import drafts as reading
from storage.queries.numbers import conversation_of
from storage.store import Store

NOW = MONDAY + DAY


class Desk:
    """Ana and Rui before one conversation."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.message = self.post.send("first")
        self.number = self.ask(conversation_of, self.message)
        with store.writing() as session:
            self.ana, self.rui = (agent_named(session, name, now=MONDAY) for name in ("Ana", "Rui"))

    def tell(self, command, *args, **choices):
        with self.store.writing() as session:
            return command(session, *args, **choices)

    def ask(self, query, *args, **choices):
        with self.store.reading() as session:
            return query(session, *args, **choices)

    def begin(self, agent=None, kind=DraftKind.REPLY, **choices):
        choices = {"conversation_id": self.number, "message_id": self.message, "now": NOW, **choices}
        return self.tell(drafts.begin, agent_id=agent or self.ana, kind=kind, **choices)

    def save(self, draft, now=NOW, agent=None, **values):
        self.tell(drafts.save, draft.draft_id, agent_id=agent or self.ana, values=values, now=now)
        return self.ask(reading.draft, draft.draft_id, agent_id=self.ana)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_what_is_typed_is_kept_as_it_is_typed(desk: Desk) -> None:
    draft, known = desk.begin(
        mailbox_id=desk.post.mailbox_id, values={"to": "Ana <ana@acme.example>", "body": "\n-- \nR"}
    )
    assert not known
    assert (draft.to, draft.body, draft.address) == ("Ana <ana@acme.example>", "\n-- \nR", "desk@plantao.example")
    attached = (
        Attached("a.pdf", "application/pdf", 7, path="/home/a.pdf", modified=12),
        Attached("b.eml", "message/rfc822", 9, message_id=desk.message),
    )
    saved = desk.save(draft, body="Oi, An", to="ana@ac", attachments=attached, right={"placeholder:x:"}, now=NOW + DAY)
    assert (saved.body, saved.to, saved.attachments) == ("Oi, An", "ana@ac", attached)
    assert saved.right == {"placeholder:x:"}
    assert (saved.begun_at, saved.updated_at) == (NOW, NOW + DAY)
    assert saved.about == "Fatura"


def test_there_is_one_of_a_kind_in_a_conversation_and_it_is_gone_on_with(desk: Desk) -> None:
    draft, _ = desk.begin()
    desk.save(draft, body="Oi")
    again, known = desk.begin(kind=DraftKind.REPLY_SENDER, values={"body": "lost?"})
    assert known
    assert (again.draft_id, again.body) == (draft.draft_id, "Oi")
    note, known = desk.begin(kind=DraftKind.NOTE)
    assert not known
    others, known = desk.begin(agent=desk.rui)
    assert not known
    assert others.draft_id not in {draft.draft_id, note.draft_id}
    new = [desk.begin(kind=DraftKind.NEW, conversation_id=None, message_id=None)[0] for _ in range(2)]
    assert new[0].draft_id != new[1].draft_id
    mine = desk.ask(reading.drafts, agent_id=desk.ana)
    assert {one.draft_id for one in mine} == {draft.draft_id, note.draft_id, *(one.draft_id for one in new)}
    assert desk.ask(reading.with_drafts, agent_id=desk.ana) == {desk.number}


def test_nobody_saves_reads_or_throws_away_what_another_writes(desk: Desk) -> None:
    draft, _ = desk.begin()
    for refused in (
        lambda: desk.save(draft, agent=desk.rui, body="x"),
        lambda: desk.tell(drafts.drop, draft.draft_id, agent_id=desk.rui, now=NOW),
        lambda: desk.tell(drafts.recall, draft.draft_id, agent_id=desk.rui),
        lambda: desk.ask(reading.draft, draft.draft_id, agent_id=desk.rui),
    ):
        with pytest.raises(NoSuch):
            refused()
    desk.tell(drafts.forget, draft.draft_id, agent_id=desk.rui)
    assert desk.ask(reading.drafts, agent_id=desk.ana)


def test_others_see_who_writes_until_it_is_put_aside_or_nothing_is_heard_any_more(desk: Desk) -> None:
    draft, _ = desk.begin()

    def seen(at, agent=None):
        return [(one.agent, one.conversation_id) for one in desk.ask(reading.writers, now=at, but=agent or desk.rui)]

    assert seen(NOW) == [("Ana", desk.number)]
    assert seen(NOW, desk.ana) == []
    late = NOW + drafts.WRITING + timedelta(seconds=1)
    assert seen(late) == []
    desk.save(draft, body="Oi", now=late)
    assert seen(late) == [("Ana", desk.number)]
    desk.tell(drafts.note_writing, draft.draft_id, agent_id=desk.ana, now=None)
    assert seen(late) == []
    desk.tell(drafts.note_writing, draft.draft_id, agent_id=desk.ana, now=late)
    assert seen(late) == [("Ana", desk.number)]


def test_what_was_thrown_away_is_recalled_for_a_week(desk: Desk) -> None:
    draft, _ = desk.begin()
    desk.save(draft, body="Oi, Ana")
    desk.tell(drafts.drop, draft.draft_id, agent_id=desk.ana, now=NOW)
    assert desk.ask(reading.drafts, agent_id=desk.ana) == ()
    [dropped] = desk.ask(reading.drafts, agent_id=desk.ana, dropped=True)
    with pytest.raises(NoSuch):
        desk.save(draft, body="typed after it was gone")
    fresh, known = desk.begin()
    assert not known
    assert fresh.body == ""
    desk.tell(drafts.forget, fresh.draft_id, agent_id=desk.ana)
    assert desk.tell(drafts.recall, dropped.draft_id, agent_id=desk.ana).body == "Oi, Ana"
    desk.tell(drafts.drop, draft.draft_id, agent_id=desk.ana, now=NOW)
    desk.begin(now=NOW + drafts.KEPT + DAY)
    with pytest.raises(NoSuch):
        desk.tell(drafts.recall, draft.draft_id, agent_id=desk.ana)


def test_the_kind_is_changed_and_no_word_is_lost(desk: Desk) -> None:
    draft, _ = desk.begin()
    desk.save(draft, body="Oi")
    desk.tell(drafts.turn_into, draft.draft_id, agent_id=desk.ana, kind=DraftKind.REPLY_SENDER, now=NOW)
    changed = desk.ask(reading.draft, draft.draft_id, agent_id=desk.ana)
    assert (changed.kind, changed.body) == (DraftKind.REPLY_SENDER, "Oi")
