"""Handoffs that others changed meanwhile: what is taken back then, and who is still waited for."""

import hashlib
from datetime import timedelta

import pytest
from made.handed import HOUR, Handed
from made.post import MONDAY, Out, letter

from console.screens import drawing_up
from storage.commands import drafts, joining, rotas, transferring, triage, undoing
from storage.commands.outbox import queueing
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import HandoffState, Status, Tier
from storage.kinds.errors import Refused
from storage.kinds.handoffs import Contents, Visit
from storage.kinds.reports import Asked, Measure
from storage.kinds.rotas import Every, Rota
from storage.queries import handoffs, noticing
from storage.queries.handover import handover
from storage.queries.history import last_event
from storage.queries.reports import report
from storage.store import Store


class Desk(Handed):
    """On which several conversations are handed on."""

    def transfer(self, to: Tier = Tier.N3, *, number=1, actor: Actor | None = None, told=None, draft_id=None, **given):
        given.setdefault("contents", Contents("Why 500s?"))
        more = {"note": self.note(), "told": told, "draft_id": draft_id}
        return self.tell(transferring.transfer, Transfer(number, to, **given), actor=actor, **more)


def rule_of(command, *given, **choices) -> str:
    with pytest.raises(Refused) as refused:
        command(*given, **choices)
    return refused.value.rule


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_accepting_is_not_taken_back_when_a_colleague_has_handed_it_on(desk: Desk) -> None:
    visit = Visit("Dock 4", "", desk.now, desk.now + HOUR)
    desk.transfer(Tier.N2, contents=Contents("go", reason="b", visit=visit))
    desk.tell(transferring.accept, 1, actor=desk.ines)
    desk.transfer(Tier.N3, actor=desk.marta)
    with pytest.raises(undoing.NothingStands):
        desk.tell(undoing.undo, actor=desk.ines)
    (view,) = [one for one in desk.ask(handoffs.handoffs_of, 1) if one.due_at is not None]
    assert (view.to_tier, view.state) == (Tier.N3, HandoffState.OFFERED)


def test_a_return_is_not_taken_back_when_it_was_handed_on_and_accepted_since(desk: Desk) -> None:
    visit = Visit("Dock 4", "", desk.now, desk.now + HOUR)
    desk.transfer(Tier.N2, contents=Contents("go", reason="b", visit=visit))
    desk.tell(transferring.give_back, 1, "no", actor=desk.ines)
    desk.transfer(Tier.N3, actor=desk.marta)
    desk.tell(transferring.accept, 1, actor=desk.bruno)
    desk.transfer(Tier.N1, actor=desk.bruno)
    with pytest.raises(undoing.NothingStands):
        desk.tell(undoing.undo, actor=desk.ines)
    assert [one.to_tier for one in desk.ask(handoffs.handoffs_of, 1) if one.due_at is not None] == [Tier.N1]


def test_what_is_put_away_does_not_go_on(desk: Desk) -> None:
    for to in (Status.SPAM, Status.TRASH, Status.RESOLVED):
        desk.transfer()
        desk.tell(triage.set_status, [1], to=to)
        desk.now += HOUR
        with desk.store.writing() as session:
            assert transferring.escalate_due(session, now=desk.now) == 0, to
        desk.tell(undoing.undo)
        desk.tell(undoing.undo)


def test_whoever_came_on_meanwhile_is_asked_next(desk: Desk) -> None:
    ines, marta = desk.ines.agent_id, desk.marta.agent_id
    day = desk.now.date() - timedelta(days=2)
    version = Rota("n3", "UTC", (ines, marta), day, Tier.N3, every=Every.DAY, at=(desk.now + HOUR / 6).time())
    desk.tell(rotas.set_rota, version, begun=day)
    desk.transfer()
    first = desk.ask(handoffs.open_handoff, 1).to_agent_id
    desk.now += HOUR / 2
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 1
    assert (first, desk.ask(handoffs.open_handoff, 1).to_agent_id) == (marta, ines)


def test_nobody_who_left_is_asked(desk: Desk) -> None:
    desk.tell(rotas.retire, desk.ines.agent_id)
    assert rule_of(desk.transfer, to_agent_id=desk.ines.agent_id) == "retired"


def test_what_goes_to_anybody_of_the_tier_calls_whoever_is_on_call(desk: Desk) -> None:
    version = Rota("n3", "UTC", (desk.marta.agent_id,), desk.now.date(), Tier.N3)
    desk.tell(rotas.set_rota, version)
    desk.transfer(to_agent_id=desk.ines.agent_id)
    cursor = desk.ask(last_event)
    desk.now += HOUR
    with desk.store.writing() as session:
        transferring.escalate_due(session, now=desk.now)

    def calls(agent: Actor) -> list[int]:
        told = desk.ask(noticing.news, cursor, agent_id=agent.agent_id, calls={"handoff"}, now=desk.now)[1]
        return [one.conversation_id for one in told]

    assert (calls(desk.marta), calls(desk.ines)) == ([1], [])


def test_what_was_taken_back_or_put_away_is_in_no_figure_and_on_no_page(desk: Desk) -> None:
    since = MONDAY

    def at_once() -> float | None:
        told = desk.ask(report, Asked(since, desk.now + HOUR, history=True), now=desk.now)
        return next(one.value for one in told.figures if one.measure is Measure.FIRST_CONTACT)

    def page(heading: str) -> list[int]:
        rows = desk.ask(handover, since, now=desk.now).changed[heading].rows
        return [one.conversation_id for one in rows]

    desk.transfer()
    assert (page("transferred"), page("offered")) == ([1], [1])
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    assert (at_once(), page("offered")) == (0, [])
    desk.tell(undoing.undo)
    desk.tell(undoing.undo)
    assert page("transferred") == []
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    assert at_once() == 1


def test_what_the_customer_was_told_is_not_told_again_when_the_handoff_was_taken_back(desk: Desk) -> None:
    def begun() -> drawing_up.DrawnUp:
        with desk.store.writing() as session:
            asked = {"conversation_id": 1, "to": Tier.N3, "agent_id": desk.bruno.agent_id, "now": desk.now}
            return drawing_up.begin(session, **asked)

    draft_id = begun().draft_id
    body = drawing_up.written({"asked": "Why 500s?", "told": "Volto já.\n"})
    with desk.store.writing() as session:
        drafts.save(session, draft_id, agent_id=desk.bruno.agent_id, values={"body": body}, now=desk.now)
    told = queueing.Outgoing(
        mailbox_id=desk.post.mailbox_id,
        parsed=letter("t@x", by="desk@plantao.example", to=("ana@acme.example",), cites=("a@x",), text="Volto já."),
        raw_digest=hashlib.sha256(b"t").digest(),
        size=10,
        sender="desk@plantao.example",
        recipients=("ana@acme.example",),
        conversation_id=1,
    )
    desk.transfer(contents=Contents("Why 500s?", told="Volto já."), told=told, draft_id=draft_id)
    Out(desk.post).leave()
    desk.tell(undoing.undo)
    typed = begun().typed
    assert (typed["asked"], typed["told"]) == ("Why 500s?", "")


def test_what_was_joined_twice_does_not_go_on_once_it_is_resolved(desk: Desk) -> None:
    for name in ("b", "c"):
        desk.post.send(f"{name}@x", by=f"{name}@other.example", subject=name)
    desk.transfer(number=3)
    desk.tell(joining.join, [2, 3])
    desk.tell(joining.join, [1, 2])
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    desk.now += HOUR
    with desk.store.writing() as session:
        assert transferring.escalate_due(session, now=desk.now) == 0
