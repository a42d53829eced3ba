"""When Lumen's desk is at work, and how soon it wants what done: a calendar and a policy for each mailbox."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds.hour_words import read_windows
from storage.kinds.hours import ALWAYS_NAME, Calendar, KeptCalendar, OwnDay
from storage.kinds.policies import KeptPolicy, Metric, Policy, When

_HOUR: Final = timedelta(hours=1)


def _calendars(now: datetime) -> tuple[Calendar, ...]:
    eve = now.replace(month=12, day=24).date()
    return (
        Calendar(
            "Brasil",
            "America/Sao_Paulo",
            read_windows("mon-fri 08:00-18:00, sat 09:00-13:00"),
            country="BR",
            region="SP",
            days=(OwnDay(eve, ((time(8), time(12)),), "Véspera de Natal"),),
        ),
        Calendar(
            "España",
            "Europe/Madrid",
            read_windows("mon-fri 09:00-14:00 16:00-19:00"),
            country="ES",
            region="MD",
            days=(OwnDay(eve, (), "Nochebuena"),),
        ),
        Calendar("English", "Europe/London", read_windows("mon-fri 08:00-18:00"), country="GB", region="ENG"),
    )


def _targets(first: float, following: float, resolution: float) -> dict[Metric, timedelta]:
    hours = {Metric.FIRST_RESPONSE: first, Metric.NEXT_RESPONSE: following, Metric.RESOLUTION: resolution}
    return {metric: count * _HOUR for metric, count in hours.items()}


POLICIES: Final = (
    Policy("Suporte", _targets(2, 4, 40), "Brasil", When(mailbox=("Suporte",))),
    Policy("Soporte", _targets(2, 4, 32), "España", When(mailbox=("Soporte",))),
    Policy("Support", _targets(2, 4, 40), "English", When(mailbox=("Support",))),
    Policy("Toque técnico", {Metric.FIRST_RESPONSE: 5 * _HOUR}, ALWAYS_NAME, When(touch=("tech",))),
    Policy("Alto contato", _targets(1.5, 1.5, 48), ALWAYS_NAME, When(touch=("high",)), warn=0.7),
)
"""High and tech touch are answered round the clock; the others in the hours of their mailbox."""


def lay_down(session: Session, *, actor: Actor, now: datetime) -> None:
    """Lay down the calendars and the policies, as they have always been.

    Args:
        session: of a writing transaction; the mailboxes are there.
        actor: who did.
        now: the moment.
    """
    for calendar in _calendars(now):
        knowing.keep_entry(session, KeptCalendar(calendar.name, (calendar,)), actor=actor, now=now)
    for policy in POLICIES:
        knowing.keep_entry(session, KeptPolicy(policy.name, (policy,)), actor=actor, now=now)
