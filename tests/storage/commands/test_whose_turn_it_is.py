"""To whom mail goes in turn: tiers, skills, languages, hours, limits; never to whoever is away or does not work here."""

from datetime import timedelta

import pytest
from made.post import HOUR, MONDAY, Out, Post

from storage.commands import knowing, playbooks, rotas, triage
from storage.kinds import Cause, Subject, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.errors import Refused
from storage.kinds.hours import Calendar, KeptCalendar, Window
from storage.queries.working import working_here
from storage.record import facts_of
from storage.rules.assigning import Asks, Ready, fitting, returns_to
from storage.store import Store


class Desk:
    """Ana, Rui and Eva, before a mailbox whose mail goes round."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.ana, self.rui, self.eva = (Out(self.post, name).actor for name in ("Ana", "Rui", "Eva"))
        self.tell(playbooks.play, "desk", "one-to-one")
        self.count = 0

    def tell(self, command, *args, now=MONDAY, **given):
        with self.store.writing() as session:
            return command(session, *args, actor=self.eva, now=now, **given)

    def card(self, who, **given) -> None:
        self.tell(rotas.set_agent, AgentCard(who.agent_id, **given))

    def comes(self, subject: str = "Fatura", text: str = "A fatura veio errada.", **given) -> tuple[str, Cause] | None:
        """Let a mail come; return whose it is, and why."""
        self.count += 1
        self.post.now = MONDAY + HOUR
        self.post.send(
            f"{self.count}@x", by=f"n{self.count}@x.example", subject=subject, text=f"{text} {self.count}", **given
        )
        with self.store.reading() as session:
            facts = [fact for _n, fact in facts_of(session) if fact.kind == "assigned"]
        names = {self.ana.agent_id: "Ana", self.rui.agent_id: "Rui", self.eva.agent_id: "Eva"}
        mine = [fact for fact in facts if fact.conversation_id == self.count]
        return (names[mine[-1].after], mine[-1].because) if mine else None


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_who_does_not_work_for_the_tier_or_here_or_is_away_gets_nothing(desk: Desk) -> None:
    assert [desk.comes()[0] for _ in range(3)] == ["Ana", "Rui", "Eva"]
    desk.card(desk.ana, tiers=(Tier.N3,))
    assert [desk.comes()[0] for _ in range(3)] == ["Rui", "Eva", "Rui"]
    desk.tell(rotas.retire, desk.rui.agent_id)
    assert [desk.comes() for _ in range(2)] == [("Eva", Cause.TURN)] * 2
    with pytest.raises(Refused, match="retired"):
        desk.tell(triage.assign, [1], to=desk.rui.agent_id)
    desk.tell(playbooks.leave, "Eva", None)
    assert desk.comes() is None


def test_who_knows_what_it_is_about_goes_before_others(desk: Desk) -> None:
    desk.card(desk.rui, skills=("vpn", "Rede Fixa"))
    assert desk.comes("VPN caiu") == ("Rui", Cause.SKILL)
    assert desk.comes("Olá", "a rede fixa, de novo") == ("Rui", Cause.SKILL)
    assert desk.comes("Olá", "vpns e redes")[1] is Cause.TURN
    desk.tell(playbooks.leave, "Rui", None)
    assert desk.comes("VPN caiu")[1] is Cause.TURN


def test_hours_and_limits_are_kept(desk: Desk) -> None:
    early = Calendar("early", "UTC", tuple(Window(day, (MONDAY - 4 * HOUR).time(), MONDAY.time()) for day in range(7)))
    desk.tell(knowing.keep_entry, KeptCalendar("early", (early,)))
    desk.card(desk.ana, hours="early")
    desk.card(desk.rui, limit=1)
    assert [desk.comes()[0] for _ in range(3)] == ["Rui", "Eva", "Eva"]
    with pytest.raises(Refused, match="limit"):
        desk.tell(triage.assign, [2], to=desk.rui.agent_id)
    desk.tell(triage.assign, [2], to=desk.rui.agent_id, reason="he asked for it")


def test_what_returns_by_owner_keeps_to_hours_limits_and_tiers(desk: Desk) -> None:
    early = Calendar("early", "UTC", tuple(Window(day, (MONDAY - 4 * HOUR).time(), MONDAY.time()) for day in range(7)))
    desk.tell(knowing.keep_entry, KeptCalendar("early", (early,)))
    firm, _action = desk.tell(knowing.make_organization, "Acme")
    desk.tell(knowing.keep_domain, firm, "x.example")
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, firm, {"owner": "Rui", "backup": "Ana", "touch": "high"})

    assert desk.comes() == ("Rui", Cause.OWNER)
    desk.card(desk.rui, hours="early")
    assert desk.comes() == ("Ana", Cause.BACKUP), "outside the owner's hours"
    desk.card(desk.ana, hours="early")
    assert desk.comes() == ("Rui", Cause.OWNER), "nobody is at work: it waits for the owner, as the model says"
    desk.card(desk.rui, limit=1)
    desk.card(desk.ana)
    assert desk.comes() == ("Ana", Cause.BACKUP), "the owner is full"
    desk.card(desk.ana, limit=1)
    assert desk.comes() is None, "both are"
    desk.card(desk.rui, tiers=(Tier.N3,))
    desk.card(desk.ana, tiers=(Tier.N3,))
    assert desk.comes() is None, "neither works for the tier"
    desk.card(desk.ana)
    assert desk.comes() == ("Ana", Cause.BACKUP)
    desk.tell(playbooks.leave, "Ana", None)
    assert desk.comes() is None


def test_what_the_owner_has_stays_theirs_whatever_the_hour_but_for_absence() -> None:
    shut = Ready(AgentCard(1, limit=1), is_open=False, has=1)
    open_one = Ready(AgentCard(2))
    given = {"tier": Tier.N1, "at": MONDAY}
    assert returns_to(shut, open_one, has=1, must=True, **given) == (1, Cause.OWNER)
    assert returns_to(shut, open_one, has=None, must=True, **given) == (2, Cause.BACKUP)
    assert returns_to(shut, None, has=None, must=True, **given) == (None, Cause.OWNER), "full"
    late = Ready(AgentCard(1), is_open=False)
    assert returns_to(late, None, has=None, must=True, **given) == (1, Cause.OWNER)
    assert returns_to(late, None, has=None, must=False, **given) == (None, Cause.OWNER), "whoever is free takes it"
    asleep = Ready(AgentCard(2), is_open=False)
    assert returns_to(None, asleep, has=1, must=False, **given) == (2, Cause.BACKUP), "the owner is away"


def test_what_was_handed_to_a_tier_of_others_is_not_taken_from_whoever_has_it_there() -> None:
    owner, backup = Ready(AgentCard(1, tiers=(Tier.N1,))), Ready(AgentCard(2))
    given = {"tier": Tier.N3, "must": True, "at": MONDAY}
    assert returns_to(owner, backup, has=3, **given) == (None, Cause.OWNER), "accepted there"
    assert returns_to(owner, backup, has=1, **given) == (None, Cause.OWNER), "offered, and the owner's until then"
    assert returns_to(owner, backup, has=None, **given) == (2, Cause.BACKUP)
    left = Ready(AgentCard(1, tiers=(Tier.N1,), retired=MONDAY))
    assert returns_to(left, backup, has=1, **given) == (2, Cause.BACKUP)


def test_what_returns_goes_to_no_owner_who_left_and_to_nobody_where_nobody_stands_in(desk: Desk) -> None:
    desk.comes()
    desk.tell(knowing.set_fields, Subject.PERSON, 1, {"owner": "Rui", "touch": "high"})
    desk.tell(rotas.retire, desk.rui.agent_id)
    desk.post.now = MONDAY + 2 * HOUR
    desk.post.send("b@x", at=MONDAY + HOUR, by="n1@x.example", cites=("1@x",), subject="Re: Fatura", text="Outra vez.")
    with desk.store.reading() as session:
        last = [fact for _n, fact in facts_of(session) if fact.kind == "assigned"][-1]
    assert (last.after, last.because) == (desk.ana.agent_id, Cause.TURN)


def test_a_language_keeps_those_out_who_do_not_write_it() -> None:
    ready = [
        Ready(AgentCard(1, languages=("pt-br", "es"))),
        Ready(AgentCard(2, languages=("en",))),
        Ready(AgentCard(3)),
    ]
    assert fitting(Asks(Tier.N1, "pt"), ready, MONDAY) == (frozenset({1, 3}), Cause.LANGUAGE)
    assert fitting(Asks(Tier.N1), ready, MONDAY) == (frozenset({1, 2, 3}), Cause.TURN)
    assert fitting(Asks(Tier.N1, "fr"), ready[:2], MONDAY)[0] == frozenset()
    tagged = [*ready, Ready(AgentCard(4, skills=("urgência",), retired=MONDAY + timedelta(days=1)))]
    assert fitting(Asks(Tier.N1, tags=["urgencia"]), tagged, MONDAY) == (frozenset({4}), Cause.SKILL)
    assert fitting(Asks(Tier.N1, tags=["urgencia"]), tagged, MONDAY + timedelta(days=2))[1] is Cause.TURN


def test_who_is_retired_is_not_among_those_who_work_here_and_it_says_who_is_away(desk: Desk) -> None:
    desk.tell(rotas.retire, desk.rui.agent_id)
    desk.tell(playbooks.leave, "Eva", None)
    with desk.store.reading() as session:
        assert list(working_here(session, now=MONDAY).values()) == [("Ana", False), ("Eva", True)]
        assert len(working_here(session, now=MONDAY - HOUR)) == 3
