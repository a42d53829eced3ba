"""The fields that a template may name, and what a conversation knows of them."""

import re
from collections.abc import Mapping
from typing import Final

from storage.kinds.responses import ValuesView
from storage.rules import profile as rules
from storage.rules.naming import first_name
from storage.rules.profile import placeholder

_OF_THE_CONVERSATION: Final = (
    "customer.name",
    "customer.first_name",
    "customer.address",
    "customer.language",
    "organization.name",
    "agent.name",
    "agent.first_name",
    "conversation.number",
    "conversation.subject",
    "mailbox.name",
    "mailbox.address",
    "language",
)

PROFILES: Final = tuple(name for field in rules.FIELDS if (name := placeholder(field)))
"""The fields of profiles that every desk has."""

FIELDS: Final = (*_OF_THE_CONVERSATION, *PROFILES)
"""What the desk itself may know; any other name is asked for, as everything under ``promised`` is."""

ROOTS: Final = frozenset(field.partition(".")[0] for field in FIELDS)
"""Under these there is nothing but `FIELDS` and fields of the desk's own: another word there is a mistake."""

_OWN: Final = re.compile(rf"(?:customer|organization)\.field\.{rules.NAME.pattern}")

LANGUAGES: Final = ("pt_BR", "es", "en")

SAMPLE: Final[Mapping[str, str]] = {
    "customer.name": "Ana Souza",
    "customer.first_name": "Ana",
    "customer.address": "ana@example.org",
    "customer.language": "pt",
    "organization.name": "Acme",
    "agent.name": "Rui Costa",
    "agent.first_name": "Rui",
    "conversation.number": "#4213",
    "conversation.subject": "Fatura",
    "mailbox.name": "support",
    "mailbox.address": "support@example.org",
    "customer.kind": "customer",
    "customer.role": "Gerente",
    "customer.zone": "America/Sao_Paulo",
    "customer.owner": "Rui Costa",
    "customer.opinion": "…",
    "customer.typology": "…",
    "customer.since": "2024-03-01",
    "customer.lifecycle": "active",
    "customer.stage": "…",
    "customer.persona": "…",
    "customer.touch": "mid",
    "customer.channel": "email",
    "customer.tone": "…",
    "organization.industry": "…",
    "organization.size": "60",
    "organization.country": "Brasil",
    "organization.site": "Curitiba",
    "organization.plan": "…",
    "organization.owner": "Rui Costa",
    "organization.backup": "Inês Prado",
    "organization.opinion": "…",
    "organization.since": "2024-03-01",
    "organization.lifecycle": "active",
    "organization.stage": "…",
    "organization.touch": "mid",
}
"""A customer of whom everything is known, to try templates on."""

MAY_LACK: Final = (
    ("customer.name", "customer.first_name"),
    ("customer.first_name",),
    ("customer.address",),
    ("organization.name",),
    ("conversation.subject",),
)
"""What may be unknown of a customer, together."""


def is_own(name: str) -> bool:
    """Say whether a name is that of a field which a desk may have made itself."""
    return bool(_OWN.fullmatch(name))


def known(view: ValuesView, *, language: str) -> dict[str, str]:
    """Return what is known by its field; what is not known is left out.

    Args:
        view: what the record has.
        language: the response's own; it stands for the customer's where that is not known.
    """
    speaks = next(iter(view.languages()), "")
    found = {
        **view.told,
        "customer.name": view.customer,
        "customer.first_name": first_name(view.customer),
        "customer.address": view.customer_address,
        "customer.language": speaks,
        "organization.name": view.organization,
        "agent.name": view.agent,
        "agent.first_name": first_name(view.agent) or view.agent,
        "conversation.number": f"#{view.conversation_id}" if view.conversation_id else "",
        "conversation.subject": view.subject,
        "mailbox.name": view.mailbox,
        "mailbox.address": view.mailbox_address,
        "language": speaks or language[:2],
    }
    return {name: value for name, value in found.items() if value.strip()}
