"""Who Lumen's customers are, as far as its desk has found out by the day on which the demo opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session

from console.demo import wishes
from console.demo.journeys import set_out
from console.mail.tasks import begin
from storage.commands import knowing, promising
from storage.events import Actor
from storage.kinds import ConversationKind, Subject
from storage.kinds.entries import Asset, Note
from storage.kinds.tasks import Task
from storage.queries.agents import agents
from storage.queries.customer_screen import timeline
from storage.queries.customers import of_that_name
from storage.store import Store

_PT: Final = {"language": "pt_BR", "zone": "America/Sao_Paulo"}
_ES: Final = {"language": "es", "zone": "Europe/Madrid"}
_EN: Final = {"language": "en"}
_AGENTS: Final = frozenset({"owner", "backup"})


@dataclass(frozen=True, slots=True)
class Firm:
    """An organization and its people.

    Attributes:
        domain: from which they write.
        fields: of its profile; the owner by the key of `STAFF`.
        people: fields of theirs by the part of their address before the @.
        note: what is pinned to it; `notes` by the person.
        assets: what stands at their place.
        promises: what was promised by the person: words, hours from now until it is due, and who promised.
    """

    domain: str
    fields: Mapping[str, str]
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
    promises: Mapping[str, tuple[str, float, str]] = field(default_factory=dict)


FIRMS: Final = (
    Firm(
        "acme.example",
        {
            "name": "ACME Logística",
            "industry": "freight",
            "size": "60",
            "country": "Brasil",
            "site": "Curitiba",
            "plan": "Expand, R$ 1.940 por mês",
            "since": "2023-03-01",
            "touch": "high",
            "lifecycle": "loyal",
            "owner": "rafael",
            "backup": "ines",
        },
        {
            "ana.souza": {
                "role": "Gerente de operações",
                "persona": "Chefe de operações",
                "channel": "email",
                "tone": "direto",
                **_PT,
            }
        },
        note="Fecha o mês no dia 10: cobrança se responde no mesmo dia.",
        promises={"ana.souza": ("Dizer o que houve com a cobrança", 5, "rafael")},
        assets=(
            Asset("GW-br-2", "gateway 4.18.2", "", "doca 2"),
            Asset("SCN-014", "leitor", "", "doca 1"),
            Asset("SCN-015", "leitor", "", "doca 2"),
        ),
    ),
    Firm(
        "brandaofilhos.example",
        {"name": "Brandão & Filhos", "country": "Brasil", "size": "12", "touch": "low", "since": "2026-10-01"},
        {"paulo": {"role": "Sócio", "lifecycle": "new", **_PT}},
        notes={"paulo": "O antispam deles recusa avisos@lumen.example. O rapaz da TI vem às quintas."},
    ),
    Firm(
        "escolaaurora.example",
        {
            "name": "Escola Aurora",
            "industry": "school",
            "size": "45",
            "country": "Brasil",
            "touch": "mid",
            "owner": "rafael",
            "backup": "ines",
        },
        {"renata.dias": {"role": "Coordenadora da secretaria", "persona": "Secretaria", "tone": "cordial", **_PT}},
    ),
    Firm(
        "coutoadvocacia.example",
        {"name": "Couto Advocacia", "industry": "law", "country": "Brasil", "size": "8", "touch": "mid"},
        {"marina": {"role": "Administradora", "tone": "formal", **_PT}},
    ),
    Firm(
        "ramosdistribuidora.example",
        {
            "name": "Ramos Distribuidora",
            "industry": "wholesale",
            "country": "Brasil",
            "size": "130",
            "touch": "high",
            "owner": "ines",
            "backup": "rafael",
        },
        {"vitor": {"role": "Contas a receber", "persona": "Financeiro", **_PT}},
    ),
    Firm(
        "lojaleal.example",
        {"name": "Loja Leal", "industry": "retail", "country": "Brasil", "plan": "API", "touch": "tech"},
        {"dev": {"role": "Desenvolvedor", "tone": "técnico", **_PT}},
    ),
    Firm(
        "obifreight.example",
        {
            "name": "Obi Freight",
            "industry": "freight",
            "size": "240",
            "country": "Nigeria",
            "site": "Lagos",
            "plan": "Expand, API",
            "since": "2022-06-01",
            "touch": "high",
            "lifecycle": "loyal",
            "owner": "marta",
            "backup": "bruno",
        },
        {
            "chika": {
                "role": "Head of engineering",
                "persona": "Engineer",
                "zone": "Africa/Lagos",
                "tone": "technical",
                **_EN,
            }
        },
        note="Billing run at noon UTC, 60 customers behind it. Say what is known every hour, even if it is nothing.",
        promises={"chika": ("A word every hour until the gateway is back", -0.7, "marta")},
    ),
    Firm(
        "northwind.example",
        {
            "name": "Northwind",
            "industry": "furniture",
            "size": "85",
            "country": "United States",
            "plan": "Grow, webhooks",
            "since": "2024-01-15",
            "touch": "mid",
            "owner": "bruno",
        },
        {"bob": {"role": "Warehouse systems", "zone": "America/Chicago", **_EN}},
        promises={"bob": ("A date for signed webhooks", 29, "bruno")},
        assets=(Asset("br-2", "webhook gateway", "", "São Paulo"), Asset("eu-1", "webhook gateway", "", "Frankfurt")),
    ),
    Firm(
        "kumolabs.example",
        {"name": "Kumo Labs", "industry": "software", "size": "9", "country": "Singapore", "touch": "tech"},
        {"li.wen": {"role": "Founder", "zone": "Asia/Singapore", **_EN}},
    ),
    Firm(
        "rowntreetimber.example",
        {"name": "Rowntree Timber", "industry": "timber", "size": "30", "country": "United Kingdom", "touch": "mid"},
        {"pete": {"role": "Yard manager", "channel": "phone", "zone": "Europe/London", **_EN}},
        assets=tuple(Asset(f"SCN-{number}", "scanner", "", "yard") for number in (1, 2, 3)),
    ),
    Firm(
        "solbergfisk.example",
        {"name": "Solberg Fisk", "industry": "fish", "size": "22", "country": "Norge", "touch": "mid"},
        {"ingrid": {"role": "Owner", "zone": "Europe/Oslo", **_EN}},
        notes={"ingrid": "Drivers must never see purchase prices."},
    ),
    Firm(
        "clinicasur.example",
        {"name": "Clínica Sur", "industry": "health", "size": "18", "country": "España", "touch": "mid"},
        {"sofia": {"role": "Administración", **_ES}},
        note="La gestoría lleva las facturas: perfil Asesoría, solo lectura.",
    ),
    Firm(
        "penatextil.example",
        {"name": "Peña Textil", "industry": "textiles", "size": "14", "country": "España", "touch": "low"},
        {"lucia": {"role": "Propietaria", **_ES}},
    ),
    Firm(
        "canoceramica.example",
        {"name": "Cano Cerámica", "industry": "ceramics", "size": "6", "country": "España", "touch": "mid"},
        {"pilar": {"role": "Propietaria", "persona": "Propietaria", "channel": "phone", "tone": "cercano", **_ES}},
    ),
    Firm(
        "mezahnos.example",
        {"name": "Meza Hermanos", "industry": "wholesale", "size": "35", "country": "España", "touch": "mid"},
        {"carlos": {"role": "Compras", **_ES}},
    ),
)


def get_to_know(session: Session, *, staff: Mapping[str, int], now: datetime) -> None:
    """Write down what the desk knows of its customers.

    Args:
        session: of a writing transaction; the company's mail is in.
        staff: the agents by the keys of `STAFF`, among them whoever sits down.
        now: the moment.
    """
    actor = Actor(staff["ines"], "demo")  # at no console of the agent's: no undo of theirs reaches there
    called = agents(session)
    names = {key: called[number] for key, number in staff.items()}
    wishes.lay_down(session, actor=actor, now=now)
    for firm in FIRMS:
        for number in sorted(of_that_name(session, Subject.ORGANIZATION, firm.domain)):
            fields = {
                word: names.get(value, value) if word in _AGENTS else value for word, value in firm.fields.items()
            }
            _tell(session, Subject.ORGANIZATION, number, fields, firm.note, actor, now)
            for asset in firm.assets:
                knowing.keep_entry(
                    session, asset, subject=Subject.ORGANIZATION, subject_id=number, actor=actor, now=now
                )
        for name, told in firm.people.items():
            for person in sorted(of_that_name(session, Subject.PERSON, f"{name}@{firm.domain}")):
                _tell(session, Subject.PERSON, person, told, firm.notes.get(name, ""), actor, now)
        for name, (text, hours, by) in firm.promises.items():
            for person in sorted(of_that_name(session, Subject.PERSON, f"{name}@{firm.domain}")):
                for one in timeline(session, person, size=1).conversations:
                    due = now + timedelta(hours=hours)
                    promising.promise(session, one.conversation_id, text, due, actor=Actor(staff[by], "demo"), now=now)
    set_out(session, actor=actor, now=now)


def _tell(
    session: Session,
    subject: Subject,
    number: int,
    fields: Mapping[str, str],
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    knowing.set_fields(session, subject, number, fields, actor=actor, now=now)
    if note:
        pinned = Note(note, pinned=True)
        knowing.keep_entry(session, pinned, subject=subject, subject_id=number, actor=actor, now=now)


CHECK_INS: Final = (
    ("escolaaurora.example", "Retomar com a Escola Aurora: a equipe nova da secretaria já usa os lembretes?", -2),
    ("northwind.example", "Check in with Northwind: are the webhooks to br-2 still late at night?", 5),
    ("clinicasur.example", "Llamar a Clínica Sur: ¿les sirve el perfil Asesoría?", 12),
)
"""Check-ins that were begun before the demo opens: with whom, what is asked, and how many days from now."""


def ask_how_they_fare(store: Store, *, staff: Mapping[str, int], now: datetime) -> None:
    """Begin the check-ins of customers of mid touch: one of them is overdue.

    Args:
        store: an agent's; what is known of customers is written down.
        staff: the agents by the keys of `STAFF`.
        now: the moment.
    """
    owners = {firm.domain: firm.fields.get("owner", "") for firm in FIRMS}
    for domain, title, days in CHECK_INS:
        with store.reading() as session:
            numbers = sorted(of_that_name(session, Subject.ORGANIZATION, domain))
        for number in numbers:
            due = (now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
            task = Task(
                title,
                subject=Subject.ORGANIZATION,
                subject_id=number,
                due=due.astimezone(UTC) if days > 0 else None,  # its time came before the demo opens
                assignee_id=staff.get(owners[domain]),
                kind=ConversationKind.CHECK_IN,
                key=f"checkin:{Subject.ORGANIZATION}:{number}:0",
            )
            begun_at = (now - timedelta(days=18)).astimezone(UTC)
            begin(store, task, agent="", actor=Actor(None, "clock"), now=begun_at)
