"""Rules on mail as it arrives: live mail only, in their order, never over an agent's head, nothing lost, all told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from made.post import DAY, DESK, HOUR, MONDAY, Post, home, letter, row_of
from made.rows import decided
from sqlalchemy import delete, event, select, update

from storage.apply.base import table
from storage.commands import ruling, trash, triage, undoing
from storage.commands.desk import agent_named
from storage.commands.intake import Counts
from storage.events import Actor
from storage.kinds import Automatic, Cause, Status
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.filing import Conditions, Deeds
from storage.models import Event, EventPersonal, Message, Rule, Tag
from storage.queries.history import events
from storage.queries.ruling import rules, tried
from storage.queries.views import views
from storage.queries.why import why
from storage.record import replay, verify
from storage.store import Store

NEWS = "news@letters.example"


class Desk:
    """Ana and Rui, who lay down rules, before a mailbox that is live."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, MONDAY + DAY
        self.post = Post(store)
        self.post.now = self.now
        with store.writing() as session:
            ana, rui = (agent_named(session, name, now=MONDAY) for name in ("Ana", "Rui"))
        self.ana, self.rui = Actor(ana, "one"), Actor(rui, "one")

    def tell(self, command, *args, actor: Actor | None = None, **choices):
        self.now += timedelta(minutes=1)
        self.post.now = self.now
        with self.store.writing() as session:
            return command(session, *args, actor=actor or self.ana, now=self.now, **choices)

    def rule(self, name: str, conditions: dict[str, Any], deeds: dict[str, Any] | None = None, **more) -> int:
        return self.tell(ruling.lay_down, name, Conditions(**conditions), Deeds(**(deeds or {})), **more)

    def send(self, name: str, **given) -> int:
        at = given.pop("at", self.now)
        return self.post.send(name, at=at, **{"subject": f"Matter {name}", "text": f"letter {name}", **given})

    def row(self, message: int):
        return row_of(self.store, home(self.store, message))

    def handled(self, message: int) -> bool:
        return row_of(self.store, message, Message).handled

    def tags(self, message: int) -> set[str]:
        rows = table(Tag)
        with self.store.reading() as session:
            chosen = select(rows.c.tag).where(rows.c.conversation_id == home(self.store, message))
            return set(session.connection().execute(chosen).scalars())

    def ruled(self, message: int) -> list[tuple[str, tuple[str, ...]]]:
        with self.store.reading() as session:
            told = why(session, home(self.store, message))
        (one,) = (each for each in told.messages if each.message_id == message)
        return [(each.name, each.did) for each in one.rules]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_rule_tags_assigns_and_says_so(desk: Desk) -> None:
    desk.rule("Faturas", {"subject": "fatura"}, {"tags": ("cobrança",), "assignee_id": desk.rui.agent_id})
    other, mine = desk.send("a@x"), desk.send("b@x", subject="A FATURA nº 3")
    assert (desk.tags(other), desk.row(other).assignee_id) == (set(), None)
    assert (desk.tags(mine), desk.row(mine).assignee_id) == ({"cobrança"}, desk.rui.agent_id)
    assert desk.ruled(mine) == [("Faturas", ("tag", "assign"))]
    assert desk.ruled(other) == []
    with desk.store.reading() as session:
        told = [(one.kind, one.agent) for one in events(session, home(desk.store, mine))]
    assert told == [("joined", ""), ("ruled", ""), ("assigned", ""), ("tagged", "")]


def test_what_is_ignored_is_kept_counted_by_name_and_rings_nothing(desk: Desk) -> None:
    desk.rule("Boletins", {"list_id": "letters"}, {"ignores": True})
    news = replace(letter("n@x", by=NEWS, dated_at=desk.now), list_id="news.letters.example")
    counts = desk.post.bring(
        desk.post.delivery(news, at=desk.now), desk.post.delivery(letter("b@x", dated_at=desk.now), at=desk.now)
    ).counts
    assert counts == Counts(fetched=2, new=1, ignored=1, ignored_by={"rule:Boletins": 1})
    assert counts.adds_up
    assert (counts + counts).ignored_by == {"rule:Boletins": 2}
    row = row_of(desk.store, home(desk.store, 1))
    assert (row.status, row.oldest_unanswered_at, row.message_count) == (Status.CLOSED, None, 1)
    assert desk.handled(1)
    with desk.store.reading() as session:
        changes = [one.values for one in events(session, row.id) if one.kind == "status_changed"]
    assert [(one["before"], one["after"], one["because"]) for one in changes] == [
        (Status.NEW, Status.CLOSED, Cause.RULE)
    ]


def test_an_answer_that_is_ignored_leaves_its_conversation_as_it_is(desk: Desk) -> None:
    first = desk.send("a@x")
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    desk.rule("Later", {"subject": "matter"}, {"ignores": True})
    late = desk.send("b@x", cites=("a@x",))
    assert home(desk.store, late) == home(desk.store, first)
    assert (desk.row(late).status, desk.handled(late)) == (Status.RESOLVED, True)
    counts = desk.post.bring(desk.post.delivery(letter("c@x", cites=("a@x",), subject="matter"), at=desk.now)).counts
    assert counts == Counts(fetched=1, ignored=1, ignored_by={"rule:Later": 1})


def test_nobody_elses_mail_is_hidden(desk: Desk) -> None:
    desk.rule("Ignored", {"sender": NEWS}, {"ignores": True})
    desk.tell(ruling.block, "@spam.example")
    asked = desk.send("a@x", by="ana@acme.example")
    ignored = desk.send("b@x", by=NEWS, cites=("a@x",))
    spam = desk.send("c@x", by="bo@spam.example", cites=("a@x",))
    assert desk.row(asked).status is Status.NEW
    assert [desk.handled(number) for number in (asked, ignored, spam)] == [False, True, True]
    assert desk.row(asked).oldest_unanswered_at == row_of(desk.store, asked, Message).arrived_at
    # The same in one batch, whichever came first.
    taken = desk.post.bring(
        desk.post.delivery(letter("d@x", by=NEWS), at=desk.now),
        desk.post.delivery(letter("e@x", by="ana@acme.example", cites=("d@x",), text="My own"), at=desk.now + HOUR),
    )
    assert row_of(desk.store, home(desk.store, taken.message_ids[0])).status is not Status.CLOSED


def test_history_sent_mail_and_what_is_known_are_not_met(desk: Desk) -> None:
    desk.rule("All", {"over": 0}, {"tags": ("met",)})
    old = desk.send("a@x", at=MONDAY - 2 * DAY)
    sent = desk.send("b@x", by=DESK, to=("ana@acme.example",), outgoing=True)
    live = desk.send("c@x")
    again = desk.post.delivery(letter("c@x", subject="Matter c@x", text="letter c@x", dated_at=desk.now), at=desk.now)
    assert desk.post.bring(again).counts.known == 1
    assert [desk.tags(number) for number in (old, sent, live)] == [set(), set(), {"met"}]
    assert [len(desk.ruled(number)) for number in (old, sent, live)] == [0, 0, 1]


def test_machines_are_met_too(desk: Desk) -> None:
    desk.rule("Machines", {"sender": NEWS}, {"ignores": True})
    number = desk.send("a@x", by=NEWS, automatic=Automatic.LIST)
    assert desk.row(number).status is Status.CLOSED


def test_two_rules_act_in_their_order(desk: Desk) -> None:
    desk.rule("First", {"sender": NEWS}, {"tags": ("one",), "assignee_id": desk.ana.agent_id, "spam": True})
    desk.rule(
        "Second", {"subject": "matter"}, {"tags": ("one", "two"), "assignee_id": desk.rui.agent_id, "ignores": True}
    )
    number = desk.send("a@x", by=NEWS)
    row = desk.row(number)
    assert (row.status, row.assignee_id, desk.tags(number)) == (Status.SPAM, desk.ana.agent_id, {"one", "two"})
    assert desk.ruled(number) == [("First", ("tag", "assign", "spam")), ("Second", ("tag",))]


def test_an_agents_decision_is_never_overruled(desk: Desk) -> None:
    first = desk.send("a@x", by="bo@spam.example")
    number = home(desk.store, first)
    desk.tell(triage.tag, [number], add=["late"])
    desk.tell(triage.tag, [number], remove=["late"])
    desk.tell(triage.take, [number])
    desk.tell(triage.assign, [number], to=None)
    desk.rule("All", {"over": 0}, {"tags": ("late", "seen"), "assignee_id": desk.rui.agent_id})
    desk.tell(ruling.block, "bo@spam.example")
    desk.tell(triage.set_status, [number], to=Status.RESOLVED)  # decided after the rule: it holds
    late = desk.send("b@x", by="bo@spam.example", cites=("a@x",))
    assert home(desk.store, late) == number
    assert (desk.row(late).status, desk.row(late).assignee_id) == (Status.OPEN, None)
    assert desk.tags(late) == {"seen"}
    assert desk.ruled(late) == [("All", ("tag",)), ("block bo@spam.example", ())]
    # What was restored is not thrown away again.
    spam = desk.send("c@x", by="bo@spam.example")
    assert desk.row(spam).status is Status.SPAM
    desk.tell(trash.restore, [home(desk.store, spam)])
    assert desk.row(spam).status is Status.NEW
    more = desk.send("d@x", by="bo@spam.example", cites=("c@x",))
    assert desk.row(more).status is Status.NEW


def test_a_block_after_the_decision_counts(desk: Desk) -> None:
    first = desk.send("a@x", by="bo@spam.example")
    desk.tell(triage.set_status, [home(desk.store, first)], to=Status.RESOLVED)
    desk.tell(ruling.block, "BO@spam.example")
    late = desk.send("b@x", by="bo@spam.example", cites=("a@x",))
    assert (home(desk.store, late), desk.row(late).status) == (home(desk.store, first), Status.SPAM)
    with pytest.raises(Refused, match="blocked"):
        desk.tell(ruling.block, "bo@spam.example")
    desk.tell(ruling.unblock, "bo@spam.example")
    assert desk.row(desk.send("c@x", by="bo@spam.example")).status is Status.NEW
    with pytest.raises(NoSuch):
        desk.tell(ruling.unblock, "bo@spam.example")
    for nothing in ("bo", "", "@", "a b@x.example", "<bo@spam.example>"):
        with pytest.raises(Refused, match="bad_address"):
            desk.tell(ruling.block, nothing)


def test_a_rule_puts_mail_into_a_view_by_its_tag(desk: Desk) -> None:
    desk.rule("Boletins", {"sender": NEWS}, view="Só Boletins")
    number = desk.send("a@x", by=NEWS)
    assert desk.tags(number) == {"so-boletins"}
    with desk.store.reading() as session:
        (view,) = views(session, agent_id=desk.rui.agent_id)
    assert (view.name, view.query, view.shared) == ("Só Boletins", "tag:so-boletins", True)
    desk.tell(undoing.undo)  # the rule and its view were one action
    with desk.store.reading() as session:
        assert (views(session, agent_id=desk.rui.agent_id), rules(session)) == ((), ())
    desk.tell(undoing.redo)
    desk.rule("More", {"sender": "@more.example"}, view="so boletins")
    assert desk.tags(desk.send("b@x", by="a@more.example")) == {"so-boletins"}
    from storage.commands import views as saved

    desk.tell(saved.keep, "Open", "is:open")
    with pytest.raises(Refused, match="view_without_tag"):
        desk.rule("No", {"sender": "x"}, view="open")


def test_what_was_tried_before_it_acts(desk: Desk) -> None:
    for number in range(4):
        desk.send(f"{number}@x", by=NEWS, at=desk.now - number * 20 * DAY)
    desk.send("z@x", subject="Other", by="ana@acme.example")
    desk.send("y@x", by=DESK, to=(NEWS,), outgoing=True)
    with desk.store.reading() as session:
        month = tried(session, Conditions(sender="@letters.example"), since=desk.now - 30 * DAY)
        ever = tried(session, Conditions(sender="@letters.example", under=10**6), since=MONDAY - 900 * DAY, limit=2)
        never = tried(session, Conditions(over=10**6), since=MONDAY - 900 * DAY)
        none = tried(session, Conditions(), since=MONDAY - 900 * DAY)
    assert (month.count, month.looked_at) == (2, 3)
    assert [one.author.address for one in month.first] == [NEWS, NEWS]
    assert month.first[0].arrived_at > month.first[1].arrived_at
    assert (ever.count, len(ever.first), never.count, none.count) == (4, 2, 0, 0)


def test_a_dropped_rule_acts_no_more_and_an_undo_lets_it_stand_again(desk: Desk) -> None:
    number = desk.rule("News", {"sender": NEWS}, {"tags": ("news",)})
    with pytest.raises(Refused, match="rule_name_taken"):
        desk.rule("NEWS", {"sender": "x"}, {"spam": True})
    desk.tell(ruling.drop, number)
    with pytest.raises(NoSuch):
        desk.tell(ruling.drop, number)
    gone = desk.send("a@x", by=NEWS)
    desk.tell(undoing.undo)
    back = desk.send("b@x", by=NEWS)
    assert [desk.tags(one) for one in (gone, back)] == [set(), {"news"}]
    desk.tell(undoing.redo)
    with desk.store.reading() as session:
        assert rules(session) == ()
        (ended,) = rules(session, ended=True)
    assert ended.valid_from < ended.valid_until == desk.now
    assert desk.ruled(back) == [("News", ("tag",))]


@pytest.mark.parametrize(
    ("name", "conditions", "deeds", "rule"),
    [
        (" ", {"sender": "a"}, {"spam": True}, "bad_rule_name"),
        ("x" * 61, {"sender": "a"}, {"spam": True}, "bad_rule_name"),
        ("a", {}, {"spam": True}, "rule_without_condition"),
        ("a", {"subject": "\x1b"}, {"spam": True}, "rule_without_condition"),
        ("a", {"sender": "a"}, {}, "rule_without_deed"),
        ("a", {"sender": "a"}, {"tags": ("two words",)}, "bad_tag"),
        ("a", {"sender": "a"}, {"spam": True, "ignores": True}, "rule_spam_and_ignore"),
    ],
)
def test_rules_that_are_none_are_refused(desk: Desk, name: str, conditions: dict, deeds: dict, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        desk.rule(name, conditions, deeds)
    with pytest.raises(NoSuch):
        desk.rule("Nobody", {"sender": "a"}, {"assignee_id": 99})


def test_without_rules_mail_costs_no_statement_more_and_with_rules_that_meet_nothing_one(desk: Desk) -> None:
    def statements(name: str) -> list[str]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        event.listen(desk.store.engine, "before_cursor_execute", note)
        try:
            desk.send(name)
        finally:
            event.remove(desk.store.engine, "before_cursor_execute", note)
        return seen

    desk.send("warm@x")
    without = statements("a@x")
    assert not [one for one in without if "rule.conditions" in one]
    desk.rule("None", {"sender": "nobody@nowhere.example"}, {"spam": True})
    assert len(statements("b@x")) == len(without) + 1


def test_replay_gives_rules_and_what_they_did_and_erased_ones_meet_nothing(desk: Desk, second_store: Store) -> None:
    desk.tell(ruling.block, "bo@spam.example")
    desk.rule("News", {"sender": NEWS}, {"ignores": True}, view="News")
    dropped = desk.rule("Gone", {"subject": "x"}, {"tags": ("x",)})
    desk.tell(ruling.drop, dropped)
    for number, by in enumerate((NEWS, "bo@spam.example", "ana@acme.example")):
        desk.send(f"{number}@x", by=by)
    personal, log = table(EventPersonal), table(Event)
    with desk.store.writing() as session:  # Bo asks to be forgotten
        about = select(log.c.id).where(log.c.kind.in_(("rule_kept", "ruled")))
        session.execute(delete(personal).where(personal.c.event_id.in_(about), personal.c.personal.contains("bo@spam")))
        session.execute(update(table(Rule)).where(table(Rule).c.id == 1).values(name=None, conditions=None))
        assert verify(session).broken_at is None
    with desk.store.reading() as source, second_store.writing() as session:
        replay(source, session)
    assert decided(second_store) == decided(desk.store)
    assert desk.row(desk.send("again@x", by="bo@spam.example")).status is Status.NEW
    assert desk.ruled(2) == [("", ("spam",))]
