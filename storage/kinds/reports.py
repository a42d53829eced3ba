"""What a period of the desk comes to: each figure with its n, and with what was left out of it (DOMAIN §3, §6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.kinds.policies import Metric
from storage.kinds.words import Tier


class Measure(StrEnum):
    """What is measured; `storage.rules.reports` says how."""

    SOLVED = "solved"
    CONTACTS = "contacts"
    FIRST_RESPONSE = "first_response"
    ANY_RESPONSE = "any_response"
    BETWEEN_CONTACTS = "between_contacts"
    FIRST_CONTACT = "first_contact"
    ACCEPTANCE = "acceptance"


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"  # from 0 to 1
    COUNT = "count"
    SECONDS = "seconds"


class LeftOut(StrEnum):
    """Why something is not in a figure."""

    HISTORY = "history"  # older than its mailbox's first live moment
    TASK = "task"  # begun by the desk for itself
    OURS = "ours"  # we wrote first: nobody waited for us
    AUTOMATIC = "automatic"  # a machine wrote first
    PUT_AWAY = "put_away"  # spam or trash
    UNSOLVED = "unsolved"
    UNANSWERED = "unanswered"  # by a person, so far
    CALL = "call"  # they only rang, and a call is answered while it is made
    NO_CHAT = "no_chat"  # mail and calls are no chat
    OPEN = "open"  # not accepted yet
    RETURNED = "returned"  # sent back without being accepted
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        n: how many it is drawn from.
        value: the share, or the mean; `None` where nothing is there to be drawn from.
        p50, p90: of counts and times: what half, and nine tenths, do not exceed.
        left_out: how many are not in it, and why.
    """

    measure: Measure
    unit: Unit
    n: int
    value: float | None
    p50: float | None = None
    p90: float | None = None
    left_out: tuple[tuple[LeftOut, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Border:
    """Handoffs over one border between tiers.

    Attributes:
        transfers: how many were handed on, those taken back apart.
        accepted, returned, open: what became of them; `returned` unaccepted, which is misrouted (DOMAIN §2).
        handed_back: those of the accepted ones that came back later, when the work was done.
        escalated: how many went on to the next because nobody accepted them in time.
        bounces: those with which a conversation crossed the same border again, either way.
        acceptance: from transfer to acceptance.
    """

    from_tier: Tier
    to_tier: Tier
    transfers: int
    accepted: int
    handed_back: int
    returned: int
    open: int
    escalated: int
    bounces: int
    acceptance: Figure

    @property
    def misrouted(self) -> float | None:
        """The share of those that were accepted or returned which were returned unaccepted."""
        ended = self.accepted + self.returned
        return self.returned / ended if ended else None


@dataclass(frozen=True, slots=True)
class Kept:
    """How far the clocks of a metric were kept: every one that ran in a conversation, those of next responses too.

    Attributes:
        met, breached: in time, and not; what runs and is late already is not.
        running: neither yet, paused ones among them.
        dropped: came to need nothing.
    """

    metric: Metric
    met: int
    breached: int
    running: int
    dropped: int

    @property
    def share(self) -> float | None:
        """The share that was met of those that ended or were late."""
        n = self.met + self.breached
        return self.met / n if n else None


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what a report tells.

    Attributes:
        since, until: of conversations that began in between, and of handoffs made in between; `until` is outside.
        mailbox_id, agent_id, tier, touch: only theirs: of the conversation as it stands now; `None` for all.
        history: whether what came before its mailbox was live counts as well.
        query: only what this query finds, as the queue asks it; empty for all.
        reader_id: the agent whose view it is, of ``owner:me`` and what is read.
    """

    since: datetime
    until: datetime
    mailbox_id: int | None = None
    agent_id: int | None = None
    tier: Tier | None = None
    touch: str | None = None
    history: bool = False
    query: str = ""
    reader_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    Attributes:
        began: the conversations that began in the period.
        left_out: those of them that are in no figure, and why.
    """

    asked: Asked
    began: int
    left_out: tuple[tuple[LeftOut, int], ...]
    figures: tuple[Figure, ...]
    borders: tuple[Border, ...]
    clocks: tuple[Kept, ...]
