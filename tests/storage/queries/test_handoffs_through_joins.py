"""What was handed on, promised and counted goes along when conversations are joined, however often, and comes back."""

from datetime import timedelta

import pytest
from made.handed import HOUR, Handed
from made.post import MONDAY
from sqlalchemy import select

from storage.commands import joining, promising, rotas, terms, transferring, triage, undoing
from storage.commands.clocks import rebuild_lot
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import HandoffState, Status, Tier
from storage.kinds.clocks import ClockState
from storage.kinds.handoffs import Contents, Visit
from storage.kinds.policies import KeptPolicy, Metric, Policy
from storage.kinds.reports import Asked, Measure
from storage.kinds.rotas import Rota
from storage.queries import handoffs, inbox
from storage.queries.briefing import brief
from storage.queries.clocks import clocks_of
from storage.queries.handover import handover
from storage.queries.reports import report
from storage.queries.tables import CLOCK, CONVERSATION, EVENT, MESSAGE
from storage.store import Store


class Desk(Handed):
    """On which four conversations of four customers wait, and the last two are joined, one behind the other."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        for name in ("bea", "cid", "dov"):
            by = f"{name}@{name}.example"
            self.post.send(f"{name}@x", by=by, subject=name, text=f"{name} writes of a thing of their own")

    def transfer(self, number: int, to: Tier = Tier.N3, *, actor: Actor | None = None, **given):
        given.setdefault("contents", Contents("Why 500s?"))
        return self.tell(transferring.transfer, Transfer(number, to, **given), actor=actor, note=self.note())

    def found(self, query: str) -> list[int]:
        return sorted(self.ask(inbox.numbers, query=query, agent_id=self.ines.agent_id, now=self.now))

    def join_twice(self) -> None:
        self.tell(joining.join, [2, 3])
        self.tell(joining.join, [1, 2])

    def part_again(self) -> None:
        self.tell(undoing.undo)
        self.tell(undoing.undo)

    def row(self, number: int = 1):
        with self.store.reading() as session:
            return session.connection().execute(select(CONVERSATION).where(CONVERSATION.c.id == number)).one()

    def page(self, heading: str) -> list[int]:
        return [one.conversation_id for one in self.ask(handover, MONDAY, now=self.now).changed[heading].rows]

    def report(self, tier: Tier | None = None):
        asked = Asked(MONDAY - HOUR, self.now + HOUR, tier=tier, history=True)
        return self.ask(report, asked, now=self.now)

    def escalate(self) -> int:
        with self.store.writing() as session:
            return transferring.escalate_due(session, now=self.now)

    def accepting(self) -> list[int]:
        """The conversations in which an acceptance clock runs."""
        rows = CLOCK.c
        with self.store.reading() as session:
            chosen = select(rows.conversation_id).where(rows.metric == Metric.ACCEPTANCE, rows.stopped_at.is_(None))
            return list(session.connection().execute(chosen).scalars())

    def policy(self) -> None:
        kept = KeptPolicy("n3", (Policy("n3", {Metric.ACCEPTANCE: HOUR / 2}),))
        self.tell(terms.keep, kept)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_what_waits_bounces_or_is_promised_is_found_behind_two_joins_and_where_it_was_when_parted(desk: Desk) -> None:
    desk.transfer(3)
    desk.tell(transferring.give_back, 3, "no", actor=desk.ines)
    desk.transfer(3)
    desk.tell(promising.promise, 3, "a price", desk.now + HOUR / 2)
    for state in ("offered", "bouncing", "promised"):
        assert desk.found(f"is:{state}") == [3], state
    desk.join_twice()
    for state in ("is:offered", "is:bouncing", "is:promised", "promise<1h"):
        assert desk.found(state) == [1], state
    desk.part_again()
    for state in ("offered", "bouncing", "promised"):
        assert desk.found(f"is:{state}") == [3], state


def test_report_and_handover_follow_two_joins(desk: Desk) -> None:
    desk.transfer(3)
    for number in (1, 2):
        desk.tell(triage.set_status, [number], to=Status.RESOLVED)
    desk.join_twice()
    assert (desk.page("offered"), desk.page("transferred")) == ([1], [1])
    (border,) = desk.report(Tier.N1).borders
    assert (border.from_tier, border.to_tier, border.transfers, border.open) == (Tier.N1, Tier.N3, 1, 1)
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    assert (desk.page("offered"), desk.page("resolved")) == ([], [1])
    told = {one.measure: one for one in desk.report().figures}
    assert (told[Measure.FIRST_CONTACT].n, told[Measure.FIRST_CONTACT].value) == (1, 0), "it was handed on"


def test_the_acceptance_clock_goes_along_and_comes_back(desk: Desk) -> None:
    desk.policy()
    desk.transfer(3)

    def acceptance(number: int):
        return [one for one in desk.ask(clocks_of, number, now=desk.now) if one.metric is Metric.ACCEPTANCE]

    due = desk.now + HOUR / 2
    assert desk.accepting() == [3]
    desk.join_twice()
    (clock,) = acceptance(1)
    assert (clock.due_at, clock.state, desk.accepting()) == (due, ClockState.RUNNING, [1])
    assert desk.ask(handoffs.open_handoff, 1).due_at == due
    desk.part_again()
    assert (acceptance(1), desk.accepting()) == ([], [3])
    desk.join_twice()
    desk.now += HOUR / 4
    desk.tell(transferring.accept, 1, actor=desk.ines)
    (clock,) = acceptance(1)
    assert (clock.state, clock.stopped_at, desk.accepting()) == (ClockState.MET, desk.now, [])
    with desk.store.writing() as session:
        assert rebuild_lot(session, after=0).changed == 0


def test_a_handoff_is_not_taken_back_while_a_colleague_has_joined_it_to_another(desk: Desk) -> None:
    desk.policy()
    desk.transfer(3)
    desk.tell(joining.join, [2, 3], actor=desk.marta)
    desk.tell(joining.join, [1, 2], actor=desk.marta)
    with pytest.raises(undoing.NothingStands):
        desk.tell(undoing.undo)
    assert (desk.accepting(), desk.found("is:offered")) == ([1], [1])
    desk.tell(undoing.undo, actor=desk.marta)
    desk.tell(undoing.undo, actor=desk.marta)
    desk.tell(undoing.undo)
    assert (desk.accepting(), desk.found("is:offered")) == ([], [])
    with desk.store.writing() as session:
        assert rebuild_lot(session, after=0).changed == 0


def test_the_acceptance_clock_stays_where_all_but_history_is_split_off(desk: Desk) -> None:
    desk.policy()
    made = desk.post.send("old@x", at=MONDAY - 9 * HOUR, by="bea@bea.example", cites=("bea@x",), text="older")
    desk.transfer(2)
    with desk.store.reading() as session:
        rows = MESSAGE.c
        every = session.connection().execute(select(rows.id).where(rows.conversation_id == 2)).scalars().all()
    assert len(every) == 3
    desk.tell(joining.split, [number for number in every if number != made])
    assert (desk.accepting(), desk.found("is:offered")) == ([2], [2])
    with desk.store.writing() as session:
        assert rebuild_lot(session, after=0).changed == 0


def test_what_was_handed_to_n3_is_accepted_there_though_it_was_joined_into_n1(desk: Desk) -> None:
    desk.policy()
    desk.transfer(3)
    desk.join_twice()
    assert desk.row().tier is Tier.N1
    desk.tell(transferring.accept, 1, actor=desk.ines)
    row = desk.row()
    assert (row.tier, row.assignee_id, desk.accepting()) == (Tier.N3, desk.ines.agent_id, [])
    assert desk.ask(brief, 1).tier is Tier.N3
    desk.tell(undoing.undo, actor=desk.ines)
    row = desk.row()
    assert (row.tier, row.assignee_id, desk.accepting()) == (Tier.N1, None, [1])
    desk.tell(undoing.redo, actor=desk.ines)
    assert desk.row().tier is Tier.N3
    desk.tell(transferring.give_back, 1, "no", actor=desk.ines)
    assert (desk.row().tier, desk.found("is:bouncing")) == (Tier.N1, [1])


def test_what_nobody_accepted_is_returned_from_where_it_was_joined(desk: Desk) -> None:
    desk.transfer(3)
    desk.join_twice()
    desk.tell(transferring.give_back, 1, "not ours", actor=desk.ines)
    (view,) = desk.ask(handoffs.handoffs_of, 1)
    assert (view.state, desk.row().tier, desk.row().assignee_id) == (
        HandoffState.RETURNED,
        Tier.N1,
        desk.bruno.agent_id,
    )
    assert (desk.found("is:offered"), desk.found("is:bouncing")) == ([], [1])
    desk.tell(undoing.undo, actor=desk.ines)
    assert (desk.found("is:offered"), desk.found("is:bouncing")) == ([1], [])


def test_what_waits_behind_two_joins_goes_on_unless_it_is_settled(desk: Desk) -> None:
    desk.transfer(3)
    desk.join_twice()
    desk.now += HOUR
    desk.tell(triage.set_status, [1], to=Status.RESOLVED)
    assert desk.escalate() == 0
    desk.tell(undoing.undo)
    assert desk.escalate() == 1
    rows = EVENT.c
    with desk.store.reading() as session:
        chosen = select(rows.conversation_id).where(rows.kind == "escalated")
        assert session.connection().execute(chosen).scalars().all() == [1]


def test_whoever_is_asked_late_has_their_time_from_when_they_were_asked(desk: Desk) -> None:
    first, second = desk.ines.agent_id, desk.marta.agent_id
    desk.tell(rotas.set_rota, Rota("n3", "UTC", (first, second), desk.now.date(), Tier.N3))
    quarter = timedelta(minutes=15)
    desk.transfer(1)
    due = desk.ask(handoffs.open_handoff, 1).due_at
    desk.now += 8 * HOUR  # the sync stood still
    assert desk.escalate() == 1
    view = desk.ask(handoffs.open_handoff, 1)
    assert (view.to_agent_id, view.escalated_at, view.due_at) == (second, desk.now, desk.now + quarter)
    assert desk.escalate() == 0
    desk.now += quarter - timedelta(seconds=1)
    assert desk.escalate() == 0
    desk.now += timedelta(seconds=1)
    assert (desk.escalate(), desk.escalate()) == (1, 0)
    rows = EVENT.c
    with desk.store.reading() as session:
        chosen = select(rows.happened_at).where(rows.kind == "escalated").order_by(rows.id)
        assert session.connection().execute(chosen).scalars().all() == [due, desk.now], (
            "the moments at which it was due"
        )


def test_a_flood_of_handoffs_starves_nobody(store: Store) -> None:
    desk = Handed(store)
    for number in range(2, 451):
        by = f"p{number}@p{number}.example"
        desk.post.send(f"{number}@x", by=by, subject=f"s{number}", text=f"the matter of number {number}")
    for number in range(1, 451):
        # Two hundred and fifty that are not late stand first: N2 has two hours, N3 a quarter of one.
        to = Tier.N2 if number <= 250 else Tier.N3
        contents = Contents("go", reason="b", visit=Visit("Dock", "", desk.now, desk.now + HOUR))
        desk.now += timedelta(milliseconds=10)
        desk.tell(transferring.transfer, Transfer(number, to, contents), note=desk.note())
    desk.now += timedelta(minutes=16)

    def go_on() -> list[int]:
        went = []
        while desk.ask(transferring.any_overdue, now=desk.now):
            with desk.store.writing() as session:
                went.append(transferring.escalate_due(session, now=desk.now))
        return went

    assert [one.handoff_id for one in desk.ask(handoffs.overdue, desk.now)] == list(range(251, 451))
    assert go_on() == [200]
    desk.now += 2 * HOUR
    assert go_on() == [200, 200, 50]
