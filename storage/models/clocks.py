"""What clocks are read from and what was recorded of them (decided), and where they stand (derived)."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text
from sqlmodel import Field

from storage.kinds import Status
from storage.kinds.clocks import ClockState, Mark
from storage.kinds.policies import Metric
from storage.models.log import only
from storage.models.types import Base, Utc, word


def _of_conversation() -> Column[int]:
    return Column(BigInteger, ForeignKey("conversation.id"), primary_key=True)


class Stand(Base, table=True):
    """A conversation went from one state to another; what was taken back at once has no row.

    Attributes:
        place: its number among those of the conversation, in the order of the log; times may go back, where mail
            came late.
        at: when it came true.
    """

    conversation_id: int = Field(sa_column=_of_conversation())
    place: int = Field(sa_column=Column(Integer, primary_key=True))
    at: datetime = Field(sa_column=Column(Utc, nullable=False))
    before: Status = Field(sa_type=word(Status))
    after: Status = Field(sa_type=word(Status))


class Alarm(Base, table=True):
    """A clock's warning or breach, recorded once and for ever.

    Attributes:
        due_at: when it was due, by the policy that held then.
        policy: by name.
        noticed_at: when whoever holds the sync's lease saw it.
        explained_at: when the desk last said why; null while it has not. `cause` and `corrective` are null as well
            once they were erased.
    """

    __table_args__ = (Index("alarm_unexplained", "due_at", **only("mark = 'breached' AND explained_at IS NULL")),)

    conversation_id: int = Field(sa_column=_of_conversation())
    metric: Metric = Field(sa_column=Column(word(Metric), primary_key=True))
    due_at: datetime = Field(sa_column=Column(Utc, primary_key=True))
    mark: Mark = Field(sa_column=Column(word(Mark), primary_key=True))
    policy: str = Field(sa_column=Column(Text, nullable=False))
    noticed_at: datetime = Field(sa_column=Column(Utc, nullable=False))
    explained_at: datetime | None = Field(sa_type=Utc)
    cause: str | None = Field(sa_column=Column(Text))
    corrective: str | None = Field(sa_column=Column(Text))


class Clock(Base, table=True):
    """A clock of a conversation that is not at rest, as `storage.rules.clocks` reckons it; the last one of its metric.

    Attributes:
        due_at, warn_at: its deadline and its warning; null where it does not run.
        stopped_at: when what it waited for was done.
        policy: by name, the one whose deadline it is.
        next_at: when something of it is to be recorded; null when all was.
    """

    __table_args__ = (Index("clock_next", "next_at", **only("next_at IS NOT NULL")),)

    conversation_id: int = Field(sa_column=_of_conversation())
    metric: Metric = Field(sa_column=Column(word(Metric), primary_key=True))
    state: ClockState = Field(sa_type=word(ClockState))
    started_at: datetime = Field(sa_column=Column(Utc, nullable=False))
    due_at: datetime | None = Field(sa_type=Utc)
    warn_at: datetime | None = Field(sa_type=Utc)
    stopped_at: datetime | None = Field(sa_type=Utc)
    policy: str = Field(sa_column=Column(Text, nullable=False))
    next_at: datetime | None = Field(sa_type=Utc)
