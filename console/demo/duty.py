"""Who at Lumen knows what, and who is on call for payments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from storage.commands.rota_line import change_agent, change_rota
from storage.events import Actor
from storage.queries.agents import agents

SKILLS: Final[Mapping[str, Mapping[str, str]]] = {
    "rafael": {"tiers": "n1, n2, n3", "skills": "fatura, api", "languages": "pt, es, en"},
    "ines": {"tiers": "n2, n3", "skills": "fatura, pagamento, gateway", "languages": "pt, es, en"},
    "dario": {"tiers": "n3", "skills": "gateway, webhook, api", "languages": "en, es"},
    "nico": {"tiers": "n2, n3", "skills": "escáner, impresora, app", "languages": "es, pt"},
    "marta": {"tiers": "n1, n2, n3", "skills": "envío, almacén", "languages": "es, en", "quiet": "22:00-07:00"},
    "elena": {"tiers": "n1", "languages": "es", "limit": "12"},
    "bruno": {"tiers": "n1, n2", "skills": "rede, leitor", "languages": "pt"},
}
"""What is laid down of the staff, by their keys."""

ROTA: Final = "Payments"
ON_CALL: Final = ("rafael", "ines", "dario")
"""Whoever sits down is on first: what is handed to N3 while they look on comes to them."""

DUTY_LEAD: Final = "marta"


def take_turns(session: Session, *, staff: Mapping[str, int], actor: Actor, now: datetime) -> None:
    """Lay down what the staff can do, and who is on call when.

    Args:
        session: of a writing transaction.
        staff: the agents by the keys of `STAFF`, among them whoever sits down.
        actor: who lays it down.
        now: the moment.
    """
    called, now = agents(session), now.astimezone(UTC)
    for key, knobs in SKILLS.items():
        change_agent(session, called[staff[key]], knobs, actor=actor, now=now)
    knobs = {
        "tier": "n3",
        "zone": "America/Sao_Paulo",
        "agents": ", ".join(called[staff[key]] for key in ON_CALL),
        "at": "mon 08:00",
        "lead": called[staff[DUTY_LEAD]],
    }
    change_rota(session, ROTA, knobs, actor=actor, now=now)
