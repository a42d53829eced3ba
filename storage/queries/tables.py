"""The tables behind the models: queries join on purpose, past the ORM."""

from typing import cast

from sqlalchemy import Table, func, select
from sqlmodel import SQLModel

from storage import models


def _table(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


ADDRESS = _table(models.Address)
AGENT = _table(models.Agent)
ALARM = _table(models.Alarm)
CLAIM = _table(models.Claim)
CLOCK = _table(models.Clock)
CLOCK = _table(models.Clock)
CONSULT = _table(models.Consult)
CONVERSATION = _table(models.Conversation)
DOMAIN = _table(models.Domain)
DRAFT = _table(models.Draft)
ENTRY = _table(models.Entry)
EVENT = _table(models.Event)
FOLDER = _table(models.Folder)
HANDOFF = _table(models.Handoff)
LINK = _table(models.Link)
LOOK = _table(models.Look)
MAILBOX = _table(models.Mailbox)
MAILBOX_STATE = _table(models.MailboxState)
MESSAGE = _table(models.Message)
ORGANIZATION = _table(models.Organization)
OUTBOX = _table(models.Outbox)
PARTICIPANT = _table(models.Participant)
PARTING = _table(models.Parting)
PERSON = _table(models.Person)
PERSONAL = _table(models.EventPersonal)
PLACEMENT = _table(models.Placement)
PRESENCE = _table(models.Presence)
PROFILE = _table(models.Profile)
RAW = _table(models.Raw)
READ_MARK = _table(models.ReadMark)
RECIPIENT = _table(models.Recipient)
RESPONSE = _table(models.Response)
RESPONSE_USE = _table(models.ResponseUse)
RULE = _table(models.Rule)
SEARCH_ENTRY = _table(models.SearchEntry)
SOLUTION = _table(models.Solution)
STAND = _table(models.Stand)
TAG = _table(models.Tag)
TEXT = _table(models.MessageText)
VIEW = _table(models.View)

CALLED = func.coalesce(
    ORGANIZATION.c.name,
    select(func.min(DOMAIN.c.domain)).where(DOMAIN.c.organization_id == ORGANIZATION.c.id).scalar_subquery(),
)
"""What an organization is called in lists: by its name, else by a domain of its."""
