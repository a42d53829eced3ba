"""Where Lumen's customers are in their journeys on the day on which the demo opens: stages, milestones, use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.importing import Row
from storage.queries.customers import of_that_name
from storage.queries.tables import MAILBOX

_O: Final = Subject.ORGANIZATION


@dataclass(frozen=True, slots=True)
class Course:
    """What an organization went through.

    Attributes:
        stages: each with the days since it was entered, the first one first.
        milestones: each with the days until it is due, and those since it was reached; `None` when it was not.
        use: figures by the week and the feature, the newest last.
        tempers: of people, by the part of their address before the @.
    """

    stages: tuple[tuple[str, int], ...] = ()
    milestones: tuple[tuple[str, int, int | None], ...] = ()
    use: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    tempers: Mapping[str, str] = field(default_factory=dict)


COURSES: Final[Mapping[str, Course]] = {
    "acme.example": Course(
        (("onboarding", 1360), ("adoption", 1270), ("growth", 520)),
        (
            ("Segunda doca no ar", -190, 201),
            ("Fechamento do mês sem planilha", -12, None),
            ("Renovar o Expand", 62, None),
        ),
        {
            "Billing": (61, 58, 66, 70, 64, 73, 75, 71, 78, 80, 77, 82),
            "Stock": (190, 204, 188, 211, 207, 215, 198, 220, 120, 96, 80, 71),
            "API": (0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 32, 41),
        },
        {"ana.souza": "driven"},
    ),
    "brandaofilhos.example": Course(
        (("onboarding", 26),),
        (("Primeiro boleto emitido", -3, 5), ("Equipe treinada", 9, None)),
        {"Billing": (0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 6)},
        {"paulo": "unsure"},
    ),
    "escolaaurora.example": Course(
        (("onboarding", 610), ("adoption", 540)),
        (("Mensalidades por boleto", -320, 330),),
        {"Billing": (44, 41, 46, 43, 45, 42, 47, 44, 46, 43, 45, 44)},
        {"renata.dias": "amiable"},
    ),
    "coutoadvocacia.example": Course(
        (("onboarding", 400), ("adoption", 330)), (), {"Billing": (9, 8, 9, 10, 8, 9, 4, 3, 2, 2, 1, 1)}
    ),
    "ramosdistribuidora.example": Course(
        (("onboarding", 800), ("adoption", 700), ("growth", 300)),
        (("Conciliação automática", -30, None),),
        {
            "Billing": (310, 322, 305, 330, 341, 338, 320, 349, 352, 344, 350, 361),
            "Reports": (4, 3, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        },
        {"vitor": "impatient"},
    ),
    "lojaleal.example": Course(
        (("onboarding", 90), ("adoption", 30)),
        (("API em produção", 14, None),),
        {"API": (120, 180, 240, 260, 410, 520, 640, 700, 812, 903, 990, 1104)},
        {"dev": "analytical"},
    ),
    "obifreight.example": Course(
        (("onboarding", 1620), ("adoption", 1500), ("growth", 900), ("renewal", 24)),
        (("EU data centre", -240, 250), ("Renewal signed", 38, None)),
        {
            "API": (8200, 8310, 8150, 8420, 8390, 8510, 8460, 8600, 8540, 8620, 8490, 8700),
            "Webhooks": (5100, 5060, 5210, 5190, 5240, 5300, 5280, 5330, 5310, 5290, 5360, 2410),
        },
        {"chika": "analytical"},
    ),
    "northwind.example": Course(
        (("onboarding", 1040), ("adoption", 930)),
        (("Webhooks on two gateways", -80, 85), ("Stock counted by scanner", -6, None)),
        {"Webhooks": (640, 655, 630, 662, 671, 668, 680, 690, 420, 310, 280, 260), "Stock": (0,) * 12},
        {"bob": "sceptical"},
    ),
    "kumolabs.example": Course(
        (("onboarding", 12),), (("First call to the API", 4, None),), {"API": (0,) * 10 + (40, 75)}
    ),
    "rowntreetimber.example": Course(
        (("onboarding", 500), ("adoption", 440)),
        (("Three scanners in use", -200, 198),),
        {"Stock": (88, 90, 84, 91, 93, 89, 92, 95, 90, 94, 96, 93)},
        {"pete": "impatient"},
    ),
    "solbergfisk.example": Course(
        (("onboarding", 210), ("adoption", 150)), (), {"Stock": (30, 31, 29, 33, 30, 34, 32, 31, 33, 35, 34, 36)}
    ),
    "clinicasur.example": Course(
        (("onboarding", 420), ("adoption", 370)),
        (("La gestoría entra sola", -15, 20),),
        {"Billing": (22, 24, 21, 25, 23, 24, 26, 22, 25, 24, 27, 26)},
        {"sofia": "analytical"},
    ),
    "penatextil.example": Course(
        (("onboarding", 70),),
        (("Primera factura enviada", -20, None),),
        {"Billing": (3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)},
    ),
    "canoceramica.example": Course(
        (("onboarding", 330), ("adoption", 280)),
        (),
        {"Billing": (6, 5, 7, 6, 6, 5, 7, 6, 5, 6, 7, 6)},
        {"pilar": "amiable"},
    ),
    "mezahnos.example": Course(
        (("onboarding", 640), ("adoption", 560), ("growth", 100)),
        (),
        {"Billing": (70, 74, 72, 78, 76, 80, 79, 84, 82, 88, 86, 91)},
    ),
}


def set_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """Write down where the company's customers are.

    Args:
        session: of a writing transaction; what the desk knows of them is written down.
        actor: who does it.
        now: the moment.
    """
    today = now.date()
    rows: list[Row] = []
    for domain, course in COURSES.items():
        for number in sorted(of_that_name(session, _O, domain)):
            for stage, ago in course.stages:
                since = today - timedelta(days=ago)
                knowing.enter_stage(session, _O, number, stage, on=since, actor=actor, now=now)
            for name, due, reached in course.milestones:
                entry, _ = knowing.keep_milestone(
                    session, _O, number, name, today + timedelta(days=due), actor=actor, now=now
                )
                if reached is not None:
                    done = today - timedelta(days=reached)
                    knowing.finish_milestone(session, entry, done, actor=actor, now=now)
            rows += _figures(domain, course, now, len(rows))
        for name, temper in course.tempers.items():
            for person in sorted(of_that_name(session, Subject.PERSON, f"{name}@{domain}")):
                values = {"typology": temper}
                knowing.set_fields(session, Subject.PERSON, person, values, actor=actor, now=now)
    group = _group(session)
    if rows:
        knowing.import_usage(session, rows, given={}, group=group, actor=actor, now=now)


def _group(session: Session) -> str:
    """Return the mailbox group of the company, by which its customers' domains are known."""
    found = session.connection().execute(select(MAILBOX.c.mailbox_group).limit(1)).scalar()
    return found or ""


def _figures(domain: str, course: Course, now: datetime, before: int) -> list[Row]:
    """Return the rows of a file of use: a figure a week and feature, the last one of yesterday."""
    rows: list[Row] = []
    for feature, figures in course.use.items():
        for place, figure in enumerate(reversed(figures)):
            day = now.date() - timedelta(days=1 + 7 * place)
            cells = {"organization": domain, "feature": feature, "date": day.isoformat(), "figure": str(figure)}
            rows.append(Row(before + len(rows) + 2, cells, 1))
    return rows
