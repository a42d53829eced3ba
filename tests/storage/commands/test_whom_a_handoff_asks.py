"""Whom a handoff asks, by which clock, what it promises, and how long it is with a vendor; on both engines."""

from datetime import timedelta

import pytest
from made.handed import HOUR, Handed

from storage.commands import playbooks, rotas, terms, transferring, triage, undoing
from storage.commands.transferring import Transfer
from storage.kinds import Status, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.errors import BadField
from storage.kinds.handoffs import Contents, Promised
from storage.kinds.policies import Metric
from storage.kinds.rotas import Rota
from storage.queries import briefing, handoffs, inbox, promises
from storage.queries.askable import askable
from storage.queries.clocks import clocks_handed
from storage.queries.why import why
from storage.store import Store
from widgets.clock_lines import vendor_lines

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(store: Store) -> Handed:
    return Handed(store)


def hand(desk: Handed, to: Tier = Tier.N3, **given):
    return desk.tell(transferring.transfer, Transfer(1, to, Contents("Why?"), **given), note=desk.note())


def last(desk: Handed):
    return desk.ask(handoffs.handoffs_of, 1)[-1]


def lay_rota(desk: Handed) -> None:
    begun = (desk.now - 24 * HOUR).date()
    desk.tell(rotas.set_rota, Rota("payments", "UTC", (desk.ines.agent_id,), begun, tier=Tier.N3))


def test_the_clocks_that_will_run_are_known_before_it_is_handed_on(desk: Handed) -> None:
    desk.tell(terms.set_policy, "nights", {"acceptance": "9m", "tier": "n3"})

    def accepting(to: Tier) -> list:
        found = desk.ask(clocks_handed, 1, to, now=desk.now)
        return [(one.policy, one.due_at) for one in found if one.metric is Metric.ACCEPTANCE]

    assert accepting(Tier.N3) == [("nights", desk.now + 9 * MINUTE)]
    assert "nights" not in [name for name, _due in accepting(Tier.N2)]
    desk.tell(triage.set_status, [1], to=Status.WAITING)  # what is handed on waits for the customer no more
    (told,) = accepting(Tier.N3)
    hand(desk)
    assert last(desk).due_at == told[1] == desk.now + 9 * MINUTE


def test_a_row_of_the_queue_says_that_it_waits_to_be_accepted(desk: Handed) -> None:
    def offered() -> list[bool]:
        return [row.offered for row in desk.ask(inbox.window, query="is:open", agent_id=1, now=desk.now).rows]

    assert offered() == [False]
    hand(desk)
    assert offered() == [True]
    desk.tell(transferring.accept, 1, actor=desk.ines)
    assert offered() == [False]


def test_whoever_is_on_call_is_asked_unless_anybody_shall_be(desk: Handed) -> None:
    lay_rota(desk)
    hand(desk)
    assert (last(desk).to_agent, last(desk).rota) == ("Inês", "payments")
    desk.tell(undoing.undo)
    hand(desk, anybody=True)
    assert (last(desk).to_agent_id, last(desk).rota) == (None, "")
    desk.tell(undoing.undo)
    hand(desk, to_agent_id=desk.marta.agent_id)
    assert (last(desk).to_agent, last(desk).rota) == ("Marta", "")


def test_who_can_be_asked_and_what_is_to_be_known_of_them(desk: Handed) -> None:
    lay_rota(desk)
    desk.tell(rotas.set_agent, AgentCard(desk.marta.agent_id, tiers=(Tier.N1,)))
    found = desk.ask(askable, Tier.N3, desk.now, but=desk.bruno.agent_id)
    assert [(one.name, one.rota, one.until is not None) for one in found] == [("Inês", "payments", True)]
    assert [one.name for one in desk.ask(askable, Tier.N1, desk.now)] == ["Bruno", "Inês", "Marta"]
    desk.tell(rotas.set_agent, AgentCard(desk.bruno.agent_id, limit=1))
    desk.tell(triage.assign, [1], to=desk.bruno.agent_id)
    desk.tell(playbooks.leave, "Marta", desk.now + HOUR)
    desk.tell(terms.set_calendar, "never-now", {"hours": "sun 0:00-0:01", "zone": "UTC"})
    desk.tell(rotas.set_agent, AgentCard(desk.ines.agent_id, hours="never-now"))
    found = desk.ask(askable, Tier.N1, desk.now)
    assert [(one.name, one.away, one.full, one.closed) for one in found] == [
        ("Bruno", False, True, False),
        ("Inês", False, False, True),
        ("Marta", True, False, False),
    ]


def test_what_is_promised_goes_into_the_brief_and_comes_back_with_undo(desk: Handed) -> None:
    said = (Promised("a status", desk.now + HOUR), Promised("  the cause\x07 ", desk.now + 2 * HOUR))
    hand(desk, promises=said)
    assert [one.text for one in desk.ask(promises.promises)] == ["a status", "the cause"]
    assert [one.text for one in desk.ask(briefing.brief, 1).contents.promised] == ["a status", "the cause"]
    desk.tell(undoing.undo)
    assert desk.ask(promises.promises) == []


def test_a_promise_that_says_nothing_keeps_all_of_it_from_being_done(desk: Handed) -> None:
    with pytest.raises(BadField):
        hand(desk, promises=(Promised(" ", desk.now + HOUR),))
    assert desk.ask(handoffs.handoffs_of, 1) == ()


def test_why_tells_the_time_with_a_vendor(desk: Handed) -> None:
    hand(desk)
    assert desk.ask(why, 1, now=desk.now).vendor == ()
    began = desk.now
    desk.tell(triage.set_status, [1], to=Status.ON_HOLD)
    desk.now += 2 * HOUR
    desk.tell(triage.reopen, [1])
    desk.now += HOUR
    desk.tell(triage.set_status, [1], to=Status.ON_HOLD)
    desk.now += HOUR
    found = desk.ask(why, 1, now=desk.now).vendor
    assert [(one.starts - began, one.ends, one.spent) for one in found] == [
        (timedelta(0), began + 2 * HOUR, 2 * HOUR),
        (3 * HOUR, None, HOUR),
    ]
    lines = [words for _indent, words, _role in vendor_lines(found, desk.now)]
    assert (lines[0], len(lines)) == ("with a vendor: 3h, and it runs", 3)
    assert all("on hold at N3" in line for line in lines[1:])
    assert list(vendor_lines((), desk.now)) == []
