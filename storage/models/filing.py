"""What agents lay down for the desk: saved views, and the rules by which mail is filed as it arrives."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, Text
from sqlmodel import Field

from storage.models.people import key, number
from storage.models.types import Base, Utc


class View(Base, table=True):
    """A query with a name, an agent's own or shared with all.

    Attributes:
        agent_id: whose it is; null when it is everybody's.
        name, query: null when they were erased: either may hold a customer's name.
        place: where it stands, and from 1 to 9 the key that it wants (`storage.queries.views`).
    """

    id: int = Field(sa_column=number())
    agent_id: int | None = Field(sa_column=key("agent", optional=True))
    name: str | None = Field(sa_column=Column(Text))
    query: str | None = Field(sa_column=Column(Text))
    place: int = Field(sa_column=Column(Integer, nullable=False))


class Rule(Base, table=True):
    """What is done with mail of a certain kind as it arrives; a rule that was dropped stays, with its end.

    Attributes:
        name: null when it was erased.
        conditions: as `storage.rules.filing.Conditions` writes them; null when they were erased: matches nothing.
        tags, assignee_id, spam, ignores: what it does.
        valid_from, valid_until: between these it acts; `valid_until` is null while it stands.
    """

    id: int = Field(sa_column=number())
    name: str | None = Field(sa_column=Column(Text))
    # `none_as_null`: an erased rule has no conditions at all, on both engines alike.
    conditions: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    tags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    assignee_id: int | None = Field(sa_column=key("agent", optional=True))
    spam: bool = Field(sa_column=Column(Boolean, nullable=False))
    ignores: bool = Field(sa_column=Column(Boolean, nullable=False))
    valid_from: datetime = Field(sa_type=Utc)
    valid_until: datetime | None = Field(sa_type=Utc)
