"""Handoffs at Lumen: what was handed on before the demo opens, and what is handed to N3 while somebody looks on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from console.config.accounts import Account
from console.demo.staff import STAFF
from console.mail.transferring import hand_on
from storage.commands import transferring
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import Tier
from storage.kinds.handoffs import Visit
from storage.queries import inbox
from storage.queries.briefing import draw_up
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Passing:
    """A conversation that one colleague hands on.

    Attributes:
        subject: how the conversation's subject begins.
        who: the giver, by the key of `STAFF`.
        to: the tier.
        asked, reason, destination: of the brief.
        site, asset: where a visit goes; both empty for none.
        accepted: who accepted it; empty while nobody has.
        returned: why it was returned; empty where it was not.
    """

    subject: str
    who: str
    to: Tier
    asked: str
    reason: str = ""
    destination: str = ""
    site: str = ""
    asset: str = ""
    accepted: str = ""
    returned: str = ""


BEFORE: Final = (
    Passing(
        "Sensor 7 some do painel",
        "bruno",
        Tier.N2,
        "Trocar o rádio do sensor 7 e ver se os vizinhos também perdem sinal.",
        reason="Some do painel a cada duas horas, e reiniciar de longe não ajuda.",
        site="Galpão 2, corredor C",
        asset="Sensor 7",
        accepted="ines",
    ),
    Passing(
        "Endpoint /v2/tracking",
        "bruno",
        Tier.N3,
        "Dizer se o /v2/tracking volta a responder em menos de 1 s, e quando.",
        destination="API",
        returned="Faltam os ids das chamadas e o horário: sem eles não há o que procurar.",
    ),
)
"""What was handed on before the demo opens."""

ARRIVES: Final = Passing(
    "API returns 500 on every export",
    "marta",
    Tier.N3,
    "Take br-2 out of the pool and say when exports over 10 MB go through again.",
    destination="API",
)
"""What is handed to N3 while somebody looks on."""


def hand_on_before(store: Store, people: Mapping[str, int], now: datetime) -> None:
    """Let what was handed on before the demo opens have been handed on.

    Args:
        store: an agent's, with the company's mail in it.
        people: the staff's numbers, by the keys of `STAFF`.
        now: the moment, aware, in the agent's own zone.
    """
    for one in BEFORE:
        number = pass_on(store, one, people[one.who], now=now)
        if number is None:
            continue
        with store.writing() as session:
            if one.accepted:
                transferring.accept(session, number, actor=at_work(people[one.accepted]), now=now.astimezone(UTC))
            if one.returned:
                by = at_work(people["dario"])
                transferring.give_back(session, number, one.returned, actor=by, now=now.astimezone(UTC))


def pass_on(
    store: Store, one: Passing, agent_id: int, *, now: datetime, accounts: Sequence[Account] = ()
) -> int | None:
    """Hand a conversation on; return its number, `None` where there is none of that subject.

    Raises:
        DeskError: it cannot be handed on any more.
    """
    with store.reading() as session:
        rows = inbox.window(session, query=f'is:open subject:"{one.subject}"', agent_id=0, now=now, size=5).rows
        number = next((row.conversation_id for row in rows if row.subject.startswith(one.subject)), None)
        if number is None:
            return None
        drawn = draw_up(session, number)
    visit = None
    if one.site or one.asset:
        morning = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        visit = Visit(one.site, one.asset, morning.astimezone(UTC), (morning + timedelta(hours=3)).astimezone(UTC))
    contents = replace(drawn, asked=one.asked, reason=one.reason, visit=visit)
    hand_on(
        store,
        Transfer(number, one.to, contents, destination=one.destination, anyway=True),
        accounts=accounts,
        agent=STAFF[one.who],
        actor=at_work(agent_id),
        now=now,
        undo_window=timedelta(),
    )
    return number


def at_work(agent_id: int) -> Actor:
    """Return a colleague at a console of their own: no undo of who sits down reaches there."""
    return Actor(agent_id, "demo")
