"""The tables behind the models: queries join on purpose, past the ORM."""

from typing import cast

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage import models


def _table(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


ADDRESS = _table(models.Address)
AGENT = _table(models.Agent)
CLAIM = _table(models.Claim)
CONVERSATION = _table(models.Conversation)
DRAFT = _table(models.Draft)
EVENT = _table(models.Event)
FOLDER = _table(models.Folder)
LINK = _table(models.Link)
MAILBOX = _table(models.Mailbox)
MAILBOX_STATE = _table(models.MailboxState)
MESSAGE = _table(models.Message)
ORGANIZATION = _table(models.Organization)
OUTBOX = _table(models.Outbox)
PARTICIPANT = _table(models.Participant)
PARTING = _table(models.Parting)
PERSON = _table(models.Person)
PERSONAL = _table(models.EventPersonal)
RAW = _table(models.Raw)
READ_MARK = _table(models.ReadMark)
RECIPIENT = _table(models.Recipient)
RESPONSE = _table(models.Response)
RESPONSE_USE = _table(models.ResponseUse)
RULE = _table(models.Rule)
SEARCH_ENTRY = _table(models.SearchEntry)
TAG = _table(models.Tag)
TEXT = _table(models.MessageText)
VIEW = _table(models.View)
