"""Playbooks at work: mail returns to who owns the customer, or to who stands in; changed, put back and undone."""

import hashlib
from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Out, Post, letter, row_of
from made.rows import decided
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import knowing, noting, playbooks, triage, undoing
from storage.commands.intake import take_in
from storage.kinds import Automatic, Cause, Direction, Status, Subject
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.models import Event
from storage.queries import context, conversations, customer_screen, inbox, why
from storage.queries import playbooks as asked
from storage.record import fact_in, facts_of, replay
from storage.rules.playbooks import BY_NAME, SERVICE, TOUCH, Said, given, knobs_of, place, playing
from storage.rules.query import BadQuery
from storage.store import Store
from widgets.customer import who_rows
from widgets.why import why_lines


class Desk:
    """Acme, whose question is conversation 1; Ana owns it, Rui stands in, Eva is there."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.send("q@acme", at=MONDAY)
        self.ana, self.rui, self.eva = (Out(self.post, name) for name in ("Ana", "Rui", "Eva"))

    def tell(self, command, *args, by=None, **given):
        given.setdefault("now", MONDAY + HOUR)
        with self.store.writing() as session:
            return command(session, *args, actor=(by or self.eva).actor, **given)

    def firm(self, **values: str | None) -> None:
        self.tell(knowing.set_fields, Subject.ORGANIZATION, 1, values)

    def answer(self, name: str, **given) -> None:
        """Let Acme write again."""
        self.post.now = MONDAY + 2 * HOUR
        self.post.send(name, at=MONDAY + 2 * HOUR, cites=("q@acme",), subject="Re: Fatura", text=name, **given)

    def has(self, number: int = 1) -> int | None:
        return row_of(self.store, number).assignee_id

    def last(self, kind: str):
        """The last fact of a kind."""
        with self.store.reading() as session:
            return [fact for _number, fact in facts_of(session) if fact.kind == kind][-1]

    def causes(self) -> list[Cause]:
        rows = table(Event)
        chosen = select(rows.c.kind, rows.c.version, rows.c.public).where(rows.c.kind == "assigned").order_by(rows.c.id)
        with self.store.reading() as session:
            return [fact_in(*row, None).because for row in session.connection().execute(chosen)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_mail_returns_to_the_owner_and_to_the_backup_while_they_are_away(desk: Desk, second_store: Store) -> None:
    ana, rui = desk.ana.actor.agent_id, desk.rui.actor.agent_id
    desk.firm(owner="Ana", backup="Rui")
    desk.answer("a@acme")
    assert (desk.has(), desk.causes()) == (ana, [Cause.OWNER])
    desk.tell(playbooks.leave, "Ana", MONDAY + DAY)
    desk.answer("b@acme")
    assert (desk.has(), desk.causes()[1:]) == (rui, [Cause.BACKUP])
    desk.tell(playbooks.come_back, "Ana")
    desk.answer("c@acme")  # no model says that it returns from who has it
    assert desk.has() == rui
    desk.firm(service="in-depth")
    desk.answer("d@acme")
    assert desk.has() == ana
    with desk.store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(desk.store)


def test_what_machines_write_and_history_return_to_nobody(desk: Desk) -> None:
    desk.firm(owner="Ana", touch="high")
    desk.answer("m@acme", automatic=Automatic.REPLY)
    desk.post.send("old@acme", at=MONDAY - DAY, subject="Other", text="an old matter")
    assert desk.has() is desk.has(2) is None
    desk.post.send("new@acme", at=MONDAY + HOUR, subject="Another", text="a new matter")
    assert desk.has(3) == desk.ana.actor.agent_id


def test_what_begins_goes_round_among_those_who_are_here(desk: Desk) -> None:
    desk.tell(playbooks.play, "desk", "one-to-one")
    desk.tell(playbooks.leave, "Rui", None)
    for number in range(3):
        desk.post.send(f"{number}@other", by=f"n{number}@other.example", subject=f"S{number}", text=f"t{number}")
    ana, eva = desk.ana.actor.agent_id, desk.eva.actor.agent_id
    assert [desk.has(number) for number in (2, 3, 4)] == [ana, eva, ana]
    assert desk.causes() == [Cause.TURN] * 3
    assert desk.has(1) is None


def test_a_batch_of_many_asks_no_more_than_one_of_few(desk: Desk) -> None:
    if desk.store.engine.dialect.name == "postgresql":
        pytest.skip("counted where the driver tells every statement; they are the same")
    desk.firm(owner="Ana", backup="Rui")

    def asks(count: int, word: str) -> int:
        said = [letter(f"{word}{n}@acme", subject=f"{word}{n}", text=f"{word} {n}") for n in range(count)]
        letters, seen = [desk.post.delivery(one, at=MONDAY + HOUR) for one in said], []
        with desk.store.writing() as session:
            line = session.connection().connection.dbapi_connection
            line.set_trace_callback(lambda text: seen.append(text) if text.startswith("SELECT") else None)
            take_in(session, letters, now=desk.post.now)
            line.set_trace_callback(None)
        return len(seen)

    asks(3, "warm")
    assert asks(40, "many") <= asks(10, "few")


def test_a_playbook_is_changed_put_back_and_undone(desk: Desk) -> None:
    def mid():
        with desk.store.reading() as session:
            return asked.laid(session).books["mid"]

    shipped = mid()
    desk.tell(playbooks.change, "mid", {"check-in": "14", "assignment": "owner"})
    assert (mid().check_in, mid().assignment) == (14, "owner")
    desk.tell(playbooks.change, "mid", {"check-in": "30", "assignment": ""})  # as it was shipped
    assert mid() == shipped
    with desk.store.reading() as session:
        assert asked.laid(session).own == {}
    desk.tell(undoing.undo)
    assert mid().check_in == 14
    desk.tell(playbooks.reset, "mid")
    assert mid() == shipped
    with pytest.raises(Refused):
        desk.tell(playbooks.reset, "mid")
    with pytest.raises(NoSuch):
        desk.tell(playbooks.change, "none", {"limit": "1"})
    for knob, text in (
        ("limit", "0"),
        ("check-in", "x"),
        ("answers", "maybe"),
        ("picks", "else=low"),
        ("transfer", "never"),
    ):
        with pytest.raises(BadField):
            desk.tell(playbooks.change, "mid", {knob: text})
    texts = ("", "else=smart", "stage:x=high", "colour:red=high, else=low", "channel:fax=high, else=low")
    for text in (*texts, "prefers:pigeon=high, else=low"):
        with pytest.raises(BadField):
            desk.tell(playbooks.change, "smart", {"picks": text})
    with pytest.raises(BadField):
        desk.tell(playbooks.play, "desk", "high")
    with pytest.raises(Refused):
        desk.tell(playbooks.leave, "Ana", MONDAY - timedelta(hours=1))


def test_one_more_in_work_than_the_model_allows_needs_a_reason_that_is_kept(desk: Desk) -> None:
    for number in (2, 3):
        desk.post.send(f"{number}@other", by=f"n{number}@other.example", subject=f"S{number}", text=f"t{number}")
    desk.tell(playbooks.play, "desk", "one-to-one")
    desk.tell(triage.take, [1], by=desk.ana)
    with pytest.raises(Refused, match="limit"):
        desk.tell(triage.take, [2], by=desk.ana)
    with pytest.raises(Refused, match="limit"):  # the second of them is one more
        desk.tell(triage.assign, [2, 3], to=desk.rui.actor.agent_id, by=desk.ana)
    desk.tell(triage.take, [2], by=desk.ana, reason="she asked for me")
    assert desk.last("assigned").reason == "she asked for me"
    desk.tell(triage.set_status, [1, 2], to=Status.WAITING, by=desk.ana)
    desk.tell(triage.take, [3], by=desk.ana)  # what waits for the customer is not in work
    assert desk.last("assigned").reason is None


def test_one_more_organization_than_the_capacity_needs_a_reason_that_is_kept(desk: Desk) -> None:
    desk.tell(playbooks.change, "high", {"capacity": "1"})
    desk.firm(owner="Ana", touch="high")
    second, _action = desk.tell(knowing.make_organization, "Second")
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, second, {"owner": "Ana", "touch": "mid"})
    with pytest.raises(Refused, match="capacity"):
        desk.tell(knowing.set_fields, Subject.ORGANIZATION, second, {"touch": "high"})
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, second, {"touch": "high"}, reason="nobody else can")
    assert desk.last("profile_changed").reason == "nobody else can"


def test_the_desk_tells_which_rule_of_a_mixture_picked_the_model() -> None:
    said = Said(touch="smart", stage="Onboarding", prefers="phone", channel="email", mailbox_service="hybrid")
    played = playing(BY_NAME, said)
    assert (played.touch.model, played.touch.pick.words()) == ("high", "stage:onboarding=high")
    assert (played.service.model, played.service.pick.words()) == ("in-depth", "prefers:phone=in-depth")
    spoken = playing(BY_NAME, Said(touch="smart", prefers="phone", channel="phone", mailbox_service="hybrid"))
    assert (spoken.touch.pick.words(), spoken.service.pick.words()) == ("channel:phone=mid", "channel:phone=in-depth")
    assert playing(BY_NAME, Said(touch="smart", channel="email")).touch.pick.words() == "else=low"
    assert played.knob("capacity") == (20, "high")


def test_an_organizations_own_word_goes_before_touch_and_that_before_the_mailbox() -> None:
    said = Said(touch="mid", service="convenient", mailbox_service="one-to-one")
    assert playing(BY_NAME, said).knob("check_in") == (0, "convenient")
    assert playing(BY_NAME, said).knob("limit") == (1, "one-to-one")
    assert playing(BY_NAME, Said(touch="high", mailbox_service="self-service")).knob("answers") == ("off", "high")
    assert playing(BY_NAME, Said()).knob("answers") == (None, "")


def test_thirteen_models_are_shipped_and_a_file_of_them_says_the_same() -> None:
    assert (len(TOUCH), len(SERVICE)) == (5, 8)
    assert [given(one.name, one.written()) for one in BY_NAME.values()] == list(BY_NAME.values())


def test_why_and_the_strip_say_which_rule_picked_the_model_and_who_stands_in(desk: Desk) -> None:
    desk.firm(touch="smart", stage="onboarding", owner="Ana", backup="Rui", service="in-depth")
    desk.tell(playbooks.leave, "Ana", MONDAY + DAY)
    with desk.store.reading() as session:
        told = why.why(session, 1)
        beside = context.read(session, conversations.read(session, 1, agent_id=None))
        shown = customer_screen.read(session, 1)
    assert beside.models == told.models == shown.models
    rows = ["".join(words for words, _role in row.left) for row in who_rows(shown, 60, MONDAY + HOUR)]
    assert [row.split(maxsplit=1) for row in rows if row.startswith(("model", "care"))] == [
        ["model", "smart: stage onboarding: high"],
        ["care", "Ana  away: Rui"],
    ]
    words = [line for _indent, line, _role in why_lines(told, MONDAY + HOUR)]
    assert "touch model smart: stage onboarding: high" in words
    assert "service model in-depth, the organization's own" in words
    assert "customer of Ana (away: Rui)" in words
    assert not told.models.is_away(MONDAY + 2 * DAY)


def test_a_knob_that_nothing_asks_for_is_none_of_that_model(desk: Desk) -> None:
    """What a mixture says itself nobody hears: the model that it picks has the word; and touch owns organizations."""
    assert all(set(one.knobs()) <= set(knobs_of(one.name)) for one in BY_NAME.values())
    for name, knob, text in (("smart", "check-in", "5"), ("hybrid", "limit", "1"), ("in-depth", "capacity", "3")):
        with pytest.raises(BadField) as bad:
            desk.tell(playbooks.change, name, {knob: text})
        assert (bad.value.reason, knob in bad.value.choices) == ("no_such", False)
        with pytest.raises(BadField):
            given(name, {knob: text})
    desk.tell(playbooks.change, "tech", {"capacity": "3"})


def test_a_call_in_a_conversation_picks_and_strip_why_and_queue_follow_it_and_its_undo(
    desk: Desk, second_store: Store
) -> None:
    desk.firm(touch="smart")
    desk.tell(playbooks.play, "desk", "hybrid")
    desk.post.send("other@acme", at=MONDAY + HOUR, subject="Other", text="another matter")

    def told(number: int = 1):
        with desk.store.reading() as session:
            whole, beside = why.why(session, number), conversations.read(session, number, agent_id=None)
            models = context.read(session, beside).models
            assert whole.models == models
            served = asked.served(session, [number])[number].playing
        assert (served.touch.model, served.service.model) == (models.touch_model, models.service_model)
        assert row_of(desk.store, number).touch_place == place(models.touch_model)
        return whole

    assert (told().models.touch_model, told().models.service_model) == ("low", "online")
    spoken = letter("c@notes.invalid", by="desk@notes.invalid", to=(), dated_at=MONDAY + HOUR)
    call = noting.Written(spoken, hashlib.sha256(b"c").digest(), 10)
    chosen = {"direction": Direction.INCOMING, "minutes": 3, "by_customer": True}
    desk.tell(noting.call, call, conversation_id=1, **chosen)
    whole = told()
    assert (whole.models.touch_model, whole.models.service_model) == ("mid", "in-depth")
    words = [line for _indent, line, _role in why_lines(whole, MONDAY + HOUR)]
    assert "touch model smart: channel phone: mid" in words
    assert told(2).models.touch_model == "low", "a call in one conversation is none in another"
    desk.tell(undoing.undo)
    assert told().models.touch_model == "low"
    desk.tell(undoing.redo)
    assert told().models.touch_model == "mid"
    with desk.store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(desk.store)
    person = row_of(desk.store, 2).customer_id
    desk.tell(knowing.set_fields, Subject.PERSON, person, {"channel": "phone"})
    words = [line for _indent, line, _role in why_lines(told(2), MONDAY + HOUR)]
    assert "touch model smart: prefers phone: mid" in words
    desk.firm(stage="onboarding")
    assert told().models.touch_pick.words() == "stage:onboarding=high"


def test_queries_ask_for_the_service_model_of_organization_or_mailbox(desk: Desk) -> None:
    Post(desk.store, name="other", address="other@plantao.example").send(
        "o@x", by="lia@x.example", subject="S", text="t"
    )

    def found(query: str) -> list[int]:
        with desk.store.reading() as session:
            return inbox.numbers(session, query=query, agent_id=None, now=MONDAY)

    assert found("service:in-depth") == []
    desk.tell(playbooks.play, "desk", "in-depth")
    assert found("service:in-depth") == [1]
    assert found("is:open -service:in-depth") == [2]
    desk.firm(service="convenient")
    assert (found("service:in-depth"), found("service:convenient")) == ([], [1])
    with pytest.raises(BadQuery):
        found("service:whatever")
