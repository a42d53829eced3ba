"""Handoffs: handed on whole or not at all, accepted, returned, gone on when nobody does, and taken back until then."""

import hashlib
import itertools
from datetime import timedelta

import pytest
from made.handed import HOUR, UNIQUE, Handed
from made.post import MONDAY, Out, letter, row_of
from made.rows import decided
from sqlalchemy import event, select

from storage.apply.base import table
from storage.commands import joining, knowing, noting, resolving, rotas, solving, transferring, trash, triage, undoing
from storage.commands.bulk import in_parts
from storage.commands.outbox import queueing
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import ConversationKind, HandoffState, Status, Tier
from storage.kinds.errors import BadField, Refused
from storage.kinds.handoffs import Contents, Gleaned, Promised, Tried, Visit
from storage.kinds.playbooks import Plays
from storage.kinds.rotas import Rota
from storage.models import Event, Handoff
from storage.queries import briefing, handoffs, inbox, promises
from storage.queries.on_call import on_call
from storage.queries.outbox import delivery
from storage.record import verify
from storage.search.index import index_more
from storage.store import Store


class Desk(Handed):
    """On which the customer can be told of it."""

    def told(self) -> queueing.Outgoing:
        name = f"t{next(UNIQUE)}@plantao.example"
        return queueing.Outgoing(
            mailbox_id=self.post.mailbox_id,
            parsed=letter(name, by="desk@plantao.example", to=("ana@acme.example",), cites=("a@x",), text="Volto já."),
            raw_digest=hashlib.sha256(name.encode()).digest(),
            size=10,
            sender="desk@plantao.example",
            recipients=("ana@acme.example",),
            conversation_id=1,
        )

    def transfer(self, to: Tier = Tier.N3, *, actor: Actor | None = None, told: bool = False, **given):
        given.setdefault("contents", Contents("Why 500s?"))
        return self.tell(
            transferring.transfer,
            Transfer(1, to, **given),
            actor=actor,
            note=self.note(),
            told=self.told() if told else None,
            undo_window=timedelta(seconds=10),
        )

    def handoff(self):
        return self.ask(handoffs.handoffs_of, 1)[-1]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def rule_of(command, *given, **choices) -> str:
    with pytest.raises((Refused, BadField)) as refused:
        command(*given, **choices)
    error = refused.value
    return error.rule if isinstance(error, Refused) else f"{error.field} {error.reason}"


def test_a_conversation_is_handed_on_with_its_brief_its_note_and_what_the_customer_is_told(desk: Desk) -> None:
    contents = Contents(
        "Why 500s?",
        tried=(Tried(desk.now, "Bruno", "replayed it"),),
        facts=(Gleaned("order", ("88121", "88127"), "Ana", desk.now, 1), Gleaned("code", ("500",), out=True)),
        promised=(Promised("a status", desk.now + HOUR),),
        told="Volto já.",
    )
    made = desk.transfer(contents=contents, destination="Payments", told=True)
    row, view = row_of(desk.store, 1), desk.ask(handoffs.open_handoff, 1)
    assert (row.tier, row.assignee_id, row.status) == (Tier.N3, None, Status.NEW)
    assert (view.from_agent, view.to_agent, view.destination, view.state) == ("Bruno", "", "Payments", "offered")
    assert view.contents.facts == contents.facts[:1]
    assert view.contents.tried == contents.tried
    assert view.due_at == desk.now + timedelta(minutes=15)
    assert (view.note_id, view.told_id) == (made.note_id, made.told_id)
    assert desk.ask(delivery, made.told_id).recipients[0].address == "ana@acme.example"
    rows = table(Event)
    with desk.store.reading() as session:
        chosen = select(rows.c.kind).where(rows.c.action_id == made.action_id).order_by(rows.c.id)
        kinds = list(session.connection().execute(chosen).scalars())
    assert kinds[0] == "transferred"
    assert {"noted", "queued"} <= set(kinds)


@pytest.mark.parametrize(
    ("to", "contents", "rule"),
    [
        (Tier.N3, Contents("  "), "asked empty"),
        (Tier.N3, Contents("x" * 4001), "asked long_text"),
        (Tier.N1, Contents("why"), "same_tier"),
        (Tier.N2, Contents("go there"), "reason empty"),
        (Tier.N2, Contents("go there", reason="broken"), "site no_visit"),
        (Tier.N2, Contents("go", reason="b", visit=Visit("", " ", MONDAY, MONDAY + HOUR)), "site no_site"),
        (Tier.N2, Contents("go", reason="b", visit=Visit("Dock", "", MONDAY, MONDAY)), "until window"),
        (Tier.N2, Contents("go", reason="b", visit=Visit("Dock", "", MONDAY, MONDAY + 900 * HOUR)), "until window"),
    ],
)
def test_what_the_tier_must_know_is_required(desk: Desk, to: Tier, contents: Contents, rule: str) -> None:
    before = decided(desk.store)
    assert rule_of(desk.transfer, to, contents=contents) == rule
    assert decided(desk.store) == before


def test_to_n2_a_visit_goes_along(desk: Desk) -> None:
    visit = Visit("Dock 4", "printer", desk.now + HOUR, desk.now + 3 * HOUR)
    desk.transfer(Tier.N2, contents=Contents("change it", reason="it is broken", visit=visit))
    assert desk.ask(handoffs.open_handoff, 1).contents.visit == visit


def test_what_is_settled_or_handed_on_already_is_not_handed_on(desk: Desk) -> None:
    desk.transfer()
    assert rule_of(desk.transfer, Tier.N2) == "offered"
    desk.tell(transferring.accept, 1, actor=desk.ines)
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    assert rule_of(desk.transfer, Tier.N1) == "settled"


def test_whoever_accepts_has_it_and_nobody_takes_the_handoff_back_any_more(desk: Desk) -> None:
    desk.tell(triage.take, [1])
    desk.transfer()
    assert row_of(desk.store, 1).assignee_id == desk.bruno.agent_id
    desk.tell(transferring.accept, 1, actor=desk.ines)
    row, view = row_of(desk.store, 1), desk.handoff()
    assert (row.assignee_id, row.status) == (desk.ines.agent_id, Status.OPEN)
    assert (view.state, view.accepted, view.due_at) == ("accepted", "Inês", None)
    with pytest.raises(undoing.NothingStands) as refused:
        desk.tell(undoing.undo)
    assert refused.value.rule == "accepted"
    assert [(one.conversation_id, one.agent) for one in refused.value.kept] == [(1, "Inês")]
    assert rule_of(desk.tell, transferring.accept, 1, actor=desk.marta) == "not_offered"


def test_undo_takes_all_of_it_back_and_redo_hands_it_on_again(desk: Desk) -> None:
    desk.tell(triage.snooze, [1], until=desk.now + HOUR)
    before = row_of(desk.store, 1)
    desk.transfer()
    assert row_of(desk.store, 1).snoozed_until is None
    desk.tell(undoing.undo)
    assert row_of(desk.store, 1) == before
    assert desk.handoff().state is HandoffState.TAKEN_BACK
    assert desk.ask(handoffs.open_handoff, 1) is None
    desk.now += HOUR
    desk.tell(undoing.redo)
    assert row_of(desk.store, 1).tier is Tier.N3
    assert (desk.handoff().state, desk.handoff().at) == (HandoffState.OFFERED, desk.now)


def test_undo_takes_back_the_answer_that_has_not_left_and_leaves_the_one_that_has(desk: Desk) -> None:
    made = desk.transfer(told=True, promises=(Promised("a status", desk.now + HOUR),))
    assert [one.text for one in desk.ask(promises.promises)] == ["a status"]
    desk.tell(undoing.undo)
    assert desk.ask(delivery, made.told_id).state == "cancelled"
    assert desk.ask(promises.promises) == []
    made = desk.transfer(told=True)
    out = Out(desk.post)
    out.leave()
    desk.tell(undoing.undo)
    assert desk.ask(delivery, made.told_id).state == "accepted"
    assert row_of(desk.store, 1).tier is Tier.N1
    assert desk.handoff().state is HandoffState.TAKEN_BACK


def test_what_is_returned_goes_back_to_whoever_gave_it_with_the_reason(desk: Desk) -> None:
    desk.tell(triage.take, [1])
    desk.transfer()
    desk.tell(transferring.accept, 1, actor=desk.ines)
    assert rule_of(desk.tell, transferring.give_back, 1, " ", actor=desk.ines) == "reason empty"
    desk.tell(transferring.give_back, 1, "No log.", actor=desk.ines)
    row, view = row_of(desk.store, 1), desk.handoff()
    assert (row.tier, row.assignee_id) == (Tier.N1, desk.bruno.agent_id)
    assert (view.state, view.reason, view.accepted) == ("returned", "No log.", "Inês")
    assert rule_of(desk.tell, transferring.give_back, 1, "again", actor=desk.bruno) == "not_handed"
    desk.tell(undoing.undo, actor=desk.ines)
    row, view = row_of(desk.store, 1), desk.handoff()
    assert (row.tier, row.assignee_id, view.state, view.reason) == (Tier.N3, desk.ines.agent_id, "accepted", "")


def test_what_nobody_accepts_in_time_goes_on_once_for_each_time(desk: Desk) -> None:
    desk.transfer(to_agent_id=desk.ines.agent_id)
    desk.now += timedelta(minutes=14)
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 0
    due = desk.handoff().due_at
    desk.now += timedelta(minutes=6)
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 1
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 0
    view = desk.handoff()
    assert (view.state, view.to_agent_id, view.escalated_at, view.escalations) == ("escalated", None, desk.now, 1)
    assert view.due_at == desk.now + timedelta(minutes=15)
    rows = table(Event)
    with desk.store.reading() as session:
        told = session.connection().execute(select(rows).where(rows.c.kind == "escalated")).one()
    assert (told.happened_at, told.recorded_at, told.agent_id) == (due, desk.now, None)
    desk.tell(undoing.undo)
    assert desk.handoff().state is HandoffState.TAKEN_BACK


def test_an_escalated_handoff_is_accepted_and_that_is_taken_back(desk: Desk) -> None:
    desk.transfer()
    desk.now += HOUR
    with desk.store.writing() as session:
        transferring.escalate_due(session, now=desk.now)
    desk.tell(transferring.accept, 1, actor=desk.ines)
    desk.tell(undoing.undo, actor=desk.ines)
    assert (desk.handoff().state, desk.handoff().accepted_at) == (HandoffState.ESCALATED, None)
    assert row_of(desk.store, 1).assignee_id is None


def bouncing(desk: Desk) -> bool:
    rows = table(Handoff)
    with desk.store.reading() as session:
        return bool(session.connection().execute(select(rows.c.id).where(rows.c.crossed > 1)).all())


def test_a_border_crossed_twice_is_bouncing_and_another_border_is_not(desk: Desk) -> None:
    desk.transfer()
    desk.tell(transferring.accept, 1, actor=desk.ines)
    desk.transfer(Tier.N2, contents=Contents("go", reason="b", visit=Visit("Dock", "", MONDAY, MONDAY + HOUR)))
    assert not bouncing(desk)
    desk.tell(undoing.undo)
    desk.tell(transferring.give_back, 1, "no", actor=desk.ines)
    assert bouncing(desk)
    desk.tell(undoing.undo, actor=desk.ines)
    assert not bouncing(desk)


def test_nothing_is_left_of_a_handoff_that_fails_at_any_statement(desk: Desk) -> None:
    desk.tell(triage.take, [1])
    desk.tell(triage.set_status, [1], to=Status.ON_HOLD)
    before = decided(desk.store)

    class Broken(Exception):
        pass

    left = 0

    def fail(_connection, _cursor, statement, *_rest) -> None:
        nonlocal left
        if not statement.lstrip().upper().startswith(("BEGIN", "ROLLBACK", "COMMIT")):
            left -= 1
            if left == 0:
                raise Broken

    event.listen(desk.store.engine, "before_cursor_execute", fail)
    failed = 0
    try:
        for place in itertools.count(1):
            left = place
            try:
                desk.transfer(told=True, promises=(Promised("a status", desk.now + HOUR),))
            except Broken:
                failed += 1
                left = 0
                assert decided(desk.store) == before, place
            else:
                break
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", fail)
    assert failed > 20
    left = 0
    assert row_of(desk.store, 1).tier is Tier.N3
    with desk.store.reading() as session:
        assert verify(session).broken_at is None


def plays(desk: Desk, model: str) -> None:
    desk.tell(knowing.keep_entry, Plays("desk", model))


def test_a_single_team_consults_and_hands_on_with_a_reason_alone(desk: Desk) -> None:
    plays(desk, "single-team")
    assert rule_of(desk.transfer) == "consult_first"
    desk.transfer(anyway=True)
    desk.tell(undoing.undo)
    desk.transfer(contents=Contents("why", reason="nobody here knows it"))


def test_n1_that_directs_names_a_destination_and_resolves_nothing(desk: Desk) -> None:
    plays(desk, "redirected")
    assert rule_of(desk.transfer) == "no_destination"
    assert rule_of(desk.tell, triage.set_status, [1], to=Status.RESOLVED) == "director"
    desk.tell(triage.set_status, [1], to=Status.RESOLVED, anyway=True)
    desk.tell(undoing.undo)
    desk.transfer(destination="Payments")
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)


def test_a_colleague_is_asked_and_their_next_note_there_is_the_answer(desk: Desk) -> None:
    desk.tell(triage.take, [1])
    desk.tell(transferring.consult, 1, desk.marta.agent_id, note=desk.note(), within=HOUR)
    (asked,) = desk.ask(handoffs.consults_of, 1)
    assert (asked.by_agent, asked.agent, asked.due_at) == ("Bruno", "Marta", desk.now + HOUR)
    assert row_of(desk.store, 1).assignee_id == desk.bruno.agent_id
    desk.tell(noting.note, desk.note("I do not know"), conversation_id=1, actor=desk.ines)
    assert desk.ask(handoffs.consults_of, 1)
    desk.tell(noting.note, desk.note("the key"), conversation_id=1, actor=desk.marta)
    assert desk.ask(handoffs.consults_of, 1) == ()
    desk.tell(undoing.undo, actor=desk.marta)
    assert len(desk.ask(handoffs.consults_of, 1)) == 1
    desk.tell(undoing.undo)
    assert desk.ask(handoffs.consults_of, 1) == ()


def test_nobody_asks_themselves_or_for_no_time(desk: Desk) -> None:
    for agent, within, rule in (
        (desk.bruno, HOUR, "own_question"),
        (desk.marta, 0 * HOUR, "within within"),
        (desk.marta, 900 * HOUR, "within within"),
    ):
        assert rule_of(desk.tell, transferring.consult, 1, agent.agent_id, note=desk.note(), within=within) == rule


def test_support_is_resolved_with_cause_and_solution_or_with_why_they_are_unknown(desk: Desk) -> None:
    desk.tell(solving.set_kind, [1], to=ConversationKind.SUPPORT)
    assert rule_of(desk.tell, triage.set_status, [1], to=Status.RESOLVED) == "unsolved"
    assert rule_of(desk.tell, solving.solve, 1, cause="a key") == "solution empty"
    assert rule_of(desk.tell, solving.solve, 1, cause="a key", unknown="?") == "unknown known_already"
    desk.tell(solving.solve, 1, unknown="it never came again")
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    desk.tell(undoing.undo)
    desk.tell(solving.solve, 1, cause="a key", solution="sent it")
    assert desk.ask(handoffs.solution_of, 1).cause == "a key"
    desk.tell(undoing.undo)
    assert desk.ask(handoffs.solution_of, 1).solution == "it never came again"
    desk.tell(undoing.undo)
    assert desk.ask(handoffs.solution_of, 1) is None
    desk.tell(undoing.undo)
    assert row_of(desk.store, 1).kind is ConversationKind.CARE


def test_support_that_was_reopened_is_asked_anew_for_its_cause_which_may_be_the_same(desk: Desk) -> None:
    desk.tell(solving.set_kind, [1], to=ConversationKind.SUPPORT)
    said = {"cause": "a key", "solution": "sent it"}

    def settle(**given) -> None:
        desk.now += HOUR
        desk.tell(resolving.resolve, [1], **given)

    settle(**said)
    desk.tell(undoing.undo)  # no reopening: it was never settled
    desk.tell(undoing.redo)
    desk.tell(triage.reopen, [1])
    desk.tell(undoing.undo)  # nor is what was taken back
    assert row_of(desk.store, 1).status is Status.RESOLVED
    desk.tell(triage.reopen, [1])
    assert rule_of(settle) == "unsolved"
    assert desk.ask(handoffs.solution_of, 1).cause == "a key"  # what is offered
    settle(**said)
    assert rule_of(desk.tell, solving.solve, 1, **said) == "already"
    desk.tell(undoing.undo)
    assert rule_of(settle) == "unsolved"
    settle(unknown="it comes and goes")
    assert desk.ask(handoffs.solution_of, 1).solution == "it comes and goes"
    desk.tell(triage.set_status, [1], to=Status.TRASH)
    desk.tell(trash.restore, [1])
    assert row_of(desk.store, 1).status is Status.RESOLVED
    with desk.store.reading() as session:
        assert verify(session).broken_at is None


def test_many_are_resolved_without_the_support_that_has_no_cause(desk: Desk) -> None:
    for name in ("b@x", "c@x"):
        desk.post.send(name, by=f"{name[0]}@other.example", subject=name)
    desk.tell(solving.set_kind, [2], to=ConversationKind.SUPPORT)
    (progress,) = in_parts(
        desk.store, triage.set_status, [1, 2, 3], actor=desk.bruno, clock=lambda: desk.now, to=Status.RESOLVED
    )
    assert (progress.changed, progress.refused, progress.why.rule) == ((1, 3), (2,), "unsolved")


def found(desk: Desk, query: str, agent: Actor | None = None) -> list[int]:
    chosen = {"query": query, "agent_id": (agent or desk.bruno).agent_id, "now": desk.now}
    return [row.conversation_id for row in desk.ask(inbox.window, **chosen).rows]


def test_what_waits_to_be_accepted_and_what_bounces_is_asked_for(desk: Desk) -> None:
    desk.post.send("b@x", by="b@other.example", subject="other")
    assert found(desk, "is:offered") == found(desk, "is:bouncing") == []
    desk.transfer(to_agent_id=desk.ines.agent_id)
    assert found(desk, "is:offered", desk.ines) == [1]
    assert found(desk, "is:offered", desk.marta) == []
    assert found(desk, "is:open -is:offered", desk.ines) == [2]
    desk.now += HOUR
    with desk.store.writing() as session:
        transferring.escalate_due(session, now=desk.now)
    assert found(desk, "is:offered", desk.marta) == [1]
    desk.tell(transferring.give_back, 1, "no", actor=desk.ines)
    assert found(desk, "is:offered") == []
    assert found(desk, "is:bouncing") == [1]
    rows = desk.ask(inbox.window, query="is:open", agent_id=None, now=desk.now).rows
    assert {row.conversation_id: row.bouncing for row in rows} == {1: True, 2: False}


def test_what_was_handed_on_and_joined_since_is_found_and_accepted_under_its_new_number(desk: Desk) -> None:
    desk.post.send("b@x", by="b@other.example", subject="other")
    number = 2
    desk.tell(transferring.transfer, Transfer(number, Tier.N3, Contents("Why?")), note=desk.note())
    desk.tell(joining.join, [1, number])
    assert found(desk, "is:offered") == [1]
    desk.tell(transferring.accept, 1, actor=desk.ines)
    assert row_of(desk.store, 1).assignee_id == desk.ines.agent_id


def test_a_rota_says_who_is_asked_first_and_who_next(desk: Desk) -> None:
    people = (desk.ines.agent_id, desk.marta.agent_id)
    begun = (desk.now - timedelta(hours=1)).date()
    desk.tell(rotas.set_rota, Rota("payments", "UTC", people, begun, tier=Tier.N3))
    with desk.store.reading() as session:
        (held,) = on_call(session, desk.now, tier=Tier.N3)
    desk.transfer(destination="Payments")
    assert (desk.handoff().to_agent_id, desk.handoff().rota) == (held.agent_id, "payments")
    desk.now += HOUR
    with desk.store.writing() as session:
        transferring.escalate_due(session, now=desk.now)
    assert desk.handoff().to_agent_id == held.next_agent_id
    desk.now += HOUR
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 1
        assert transferring.escalate_due(session, now=desk.now + HOUR) == 0
    assert (desk.handoff().to_agent_id, desk.handoff().escalations) == (None, 2)


def test_what_resembles_it_is_seen_before_and_time_with_a_vendor_is_summed(desk: Desk) -> None:
    said = "Webhook signature check fails after rotation of the secret"
    desk.post.send("old@x", by="b@other.example", subject=said, text=f"{said}, every delivery")
    desk.post.send("new@x", by="c@third.example", subject=f"{said} again", text=f"{said} since today")
    desk.post.send("odd@x", by="d@fourth.example", subject="Boleto", text="Bom dia, e o boleto?")
    with desk.store.writing() as session:
        while index_more(session, limit=1000):
            pass
    desk.tell(triage.set_status, [2, 4], to=Status.RESOLVED)
    assert [one.conversation_id for one in desk.ask(briefing.similar, 3)] == [2]
    assert desk.ask(briefing.brief, 4).before == ()
    desk.tell(transferring.transfer, Transfer(3, Tier.N3, Contents("Why?")), note=desk.note())
    desk.tell(triage.set_status, [3], to=Status.ON_HOLD)
    desk.now += 2 * HOUR
    assert desk.ask(briefing.brief, 3, now=desk.now).vendor == 2 * HOUR
    desk.tell(triage.reopen, [3])
    desk.now += HOUR
    told = desk.ask(briefing.brief, 3, now=desk.now)
    assert (told.vendor, told.handoff.state, told.contents.asked) == (2 * HOUR, "offered", "Why?")
