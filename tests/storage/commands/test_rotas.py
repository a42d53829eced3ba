"""Rotas and agents as entries of the desk: laid down, asked, taken back, replayed; on both engines."""

from datetime import date, time

import pytest
from made.post import DAY, HOUR, MONDAY, Out, Post

from storage.commands import playbooks, rotas, undoing
from storage.commands.desk import agent_named
from storage.kinds import Tier
from storage.kinds.agents import AgentCard
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.rotas import Every, Missing, Rota
from storage.queries.on_call import next_after, on_call, roster
from storage.record import replay
from storage.store import Store


@pytest.fixture
def desk(store: Store):
    """Three agents and a rota of theirs for N3, weekly from Monday at nine; what tells a command."""
    ana = Out(Post(store), "Ana").actor
    with store.writing() as session:
        numbers = [ana.agent_id, *(agent_named(session, name, now=MONDAY) for name in ("Rui", "Ivo"))]

    def tell(command, *given, now=MONDAY, **more):
        with store.writing() as session:
            return command(session, *given, actor=ana, now=now, **more)

    tell.numbers, tell.actor = numbers, ana
    tell(rotas.set_rota, Rota("nights", "UTC", tuple(numbers), date(2026, 3, 2), Tier.N3, lead=numbers[0]))
    return tell


def who(store: Store, at, **more):
    with store.reading() as session:
        (found,) = on_call(session, at, **more)
    return found


def test_a_rota_tells_who_is_on_and_who_is_next(store: Store, second_store: Store, desk) -> None:
    found = who(store, MONDAY + 8 * DAY, tier=Tier.N3)
    assert (found.rota, found.agent, found.next_agent, found.why.turn) == ("nights", "Rui", "Ivo", 2)
    assert (found.since, found.until, found.lead) == (MONDAY + 7 * DAY, MONDAY + 14 * DAY, "Ana")
    ana, rui, ivo = desk.numbers
    with store.reading() as session:
        assert on_call(session, MONDAY, tier=Tier.N2) == ()
        assert next_after(session, MONDAY + 8 * DAY, rui, rota="nights") == (ivo, "Ivo")
        assert next_after(session, MONDAY + 8 * DAY, ana, rota="nights") is None
        with pytest.raises(NoSuch):
            on_call(session, MONDAY, rota="days")
    desk(playbooks.leave, "Rui", None, now=MONDAY + 8 * DAY)
    found = who(store, MONDAY + 8 * DAY + HOUR)
    assert (found.agent, found.why.passed, found.names[rui]) == ("Ivo", ((rui, Missing.AWAY),), "Rui")
    with store.reading() as session, second_store.writing() as target:
        replay(session, target)
    assert who(second_store, MONDAY + 8 * DAY + HOUR) == found


def test_who_was_on_stays_as_it_was_after_edits_and_absences(store: Store, desk) -> None:
    ana, rui, ivo = desk.numbers
    left, back = MONDAY + DAY, MONDAY + 2 * DAY
    desk(playbooks.leave, "Ana", None, now=left)
    desk(playbooks.come_back, "Ana", now=back)
    now = MONDAY + 3 * DAY
    assert who(store, left + HOUR, now=now).agent == "Rui"
    assert who(store, left - HOUR, now=now).agent == who(store, back, now=now).agent == "Ana"
    desk(rotas.set_rota, Rota("nights", "UTC", (ivo, ana), date(2026, 3, 2), Tier.N3), now=now)
    assert who(store, now, now=now).agent == "Ana"  # until her turn is over
    assert who(store, left + HOUR, now=now).agent == "Rui"
    assert who(store, MONDAY + 8 * DAY).agent == "Ivo"
    desk(rotas.override, "nights", [(rui, MONDAY, MONDAY + 10 * DAY)], now=now)
    assert who(store, now - HOUR).agent == "Ana"  # what lies before now stays
    assert who(store, now).agent == "Rui"
    desk(rotas.end_override, "nights", 1, now=now + HOUR)
    assert who(store, now).agent == "Rui"
    assert who(store, now + HOUR).agent == "Ana"
    desk(rotas.end_rota, "nights", now=now + DAY)
    with store.reading() as session:
        assert on_call(session, now + DAY) == ()
    assert who(store, now).agent == "Rui"
    with pytest.raises(NoSuch):
        desk(rotas.end_rota, "nights", now=now + DAY)


def test_edits_are_taken_back(store: Store, desk) -> None:
    ana, rui, _ivo = desk.numbers
    desk(rotas.override, "nights", [(rui, MONDAY, MONDAY + DAY)], now=MONDAY)
    assert who(store, MONDAY).agent == "Rui"
    with store.writing() as session:
        undoing.undo(session, actor=desk.actor, now=MONDAY)
    assert who(store, MONDAY).agent == "Ana"
    desk(rotas.retire, ana, now=MONDAY + HOUR)
    assert who(store, MONDAY + HOUR).agent == "Rui"
    assert who(store, MONDAY).agent == "Ana"
    with store.writing() as session:
        undoing.undo(session, actor=desk.actor, now=MONDAY)
    assert who(store, MONDAY + HOUR).agent == "Ana"


def test_what_cannot_be_is_refused_with_a_word(store: Store, desk) -> None:
    ana, rui, _ivo = desk.numbers

    def rota(**more) -> Rota:
        given = {"agents": (ana,), "tier": Tier.N2, **more}
        return Rota(given.pop("name", "days"), given.pop("zone", "UTC"), begun=date(2026, 3, 2), **given)

    for wrong, reason in (
        (rota(agents=()), "empty"),
        (rota(zone="Mars/Olympus"), "zone"),
        (rota(zone="../etc/passwd"), "zone"),
        (rota(name=" "), "empty"),
        (rota(tier=None), "empty"),
        (rota(name="x" * 61), "long_name"),
        (rota(calendar="none"), "choice"),
    ):
        with pytest.raises(BadField) as refused:
            desk(rotas.set_rota, wrong)
        assert refused.value.reason == reason
    for wrong in (rota(agents=(99,)), rota(lead=99)):
        with pytest.raises(NoSuch):
            desk(rotas.set_rota, wrong)
    for since, until, kind in (
        (MONDAY + DAY, MONDAY, BadField),
        (MONDAY - 2 * DAY, MONDAY - DAY, Refused),
    ):
        with pytest.raises(kind):
            desk(rotas.override, "nights", [(ana, since, until)])
    with pytest.raises(NoSuch):
        desk(rotas.override, "days", [(ana, MONDAY, MONDAY + DAY)])
    with pytest.raises(NoSuch):
        desk(rotas.end_override, "nights", 1)
    desk(rotas.retire, rui)
    with pytest.raises(Refused, match="retired"):
        desk(rotas.override, "nights", [(rui, MONDAY, MONDAY + DAY)])
    with pytest.raises(Refused, match="already"):
        desk(rotas.retire, rui)
    desk(rotas.retire, rui, back=True)
    desk(rotas.set_rota, rota(every=Every.DAY, at=time(8)))
    with pytest.raises(Refused, match="already"):
        desk(rotas.set_rota, rota(every=Every.DAY, at=time(8)))


def test_what_an_agent_can_do_is_laid_down_and_found_by_address(store: Store, desk) -> None:
    ana, rui, _ivo = desk.numbers
    card = AgentCard(ana, (Tier.N2, Tier.N3), ("Printers", "vpn"), ("PT", "es"), limit=4, address="ana@desk.example")
    desk(rotas.set_agent, card)
    with store.reading() as session:
        here = roster(session)
    assert here.card(ana).skills == ("printers", "vpn")
    assert here.card(ana).languages == ("pt", "es")
    assert here.named("ANA@desk.example") == here.named("ana") == ana
    assert here.card(rui) == AgentCard(rui)
    with pytest.raises(NoSuch):
        here.named("nobody")
    for wrong, reason in (
        (AgentCard(ana, languages=("portuguese brazilian",)), "language"),
        (AgentCard(ana, limit=0), "number"),
        (AgentCard(ana, zone="Moon"), "zone"),
        (AgentCard(ana, hours="office"), "choice"),
        (AgentCard(ana, address="ana"), "address"),
    ):
        with pytest.raises(BadField) as refused:
            desk(rotas.set_agent, wrong)
        assert refused.value.reason == reason
    with pytest.raises(Refused, match="agents_address"):
        desk(rotas.set_agent, AgentCard(rui, address="Ana@desk.example"))
    with pytest.raises(NoSuch):
        desk(rotas.set_agent, AgentCard(99, limit=2))
