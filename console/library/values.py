"""The fields that a template may name, and what a conversation knows of them."""

from collections.abc import Mapping
from typing import Final

from storage.kinds.responses import ValuesView
from storage.rules.naming import first_name

FIELDS: Final = (
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
"""What the desk itself may know; any other name is asked for, as everything under ``promised`` is."""

ROOTS: Final = frozenset(field.partition(".")[0] for field in FIELDS)
"""Under these there is nothing but `FIELDS`: another word there is a mistake."""

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


def known(view: ValuesView, *, language: str) -> dict[str, str]:
    """Return what is known by its field; what is not known is left out.

    Args:
        view: what the record has.
        language: the response's own; it stands for the customer's where that is not known.
    """
    found = {
        "customer.name": view.customer,
        "customer.first_name": first_name(view.customer),
        "customer.address": view.customer_address,
        "customer.language": view.language,
        "organization.name": view.organization,
        "agent.name": view.agent,
        "agent.first_name": first_name(view.agent) or view.agent,
        "conversation.number": f"#{view.conversation_id}",
        "conversation.subject": view.subject,
        "mailbox.name": view.mailbox,
        "mailbox.address": view.mailbox_address,
        "language": view.language or language[:2],
    }
    return {name: value for name, value in found.items() if value.strip()}
