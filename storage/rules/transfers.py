"""When a conversation may go from tier to tier, by when it is to be accepted, and when it bounces (DOMAIN §2)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from storage.kinds import PUT_AWAY, SETTLED, ConversationKind, HandoffState, Status, Tier
from storage.kinds.errors import BadField
from storage.kinds.handoffs import Contents, HandoffView, Visit
from storage.kinds.playbooks import Transfers
from storage.kinds.rotas import OnCall

WITHIN: Final[Mapping[Tier, timedelta]] = {
    Tier.N1: timedelta(hours=2),
    Tier.N2: timedelta(hours=2),
    Tier.N3: timedelta(minutes=15),
}
"""Within what time a tier accepts, where no policy says otherwise."""

LONGEST: Final = 4_000
"""Letters of what is asked, of a reason, or of what was tried; more belongs into a note."""

LONGEST_LINE: Final = 200
"""Letters of a site, an asset or a destination."""

LONGEST_WINDOW: Final = timedelta(days=31)
"""From the first to the last moment of a visit: longer is a typing error."""

MOST_ESCALATIONS: Final = 2
"""First the next one on the rota is asked, then anybody of the tier; after that nobody is left to be asked."""


def refusal(
    *, status: Status, current: Tier, to: Tier, offered: bool, knob: Transfers | None, says_why: bool, named: bool
) -> str | None:
    """Return the rule that keeps a conversation from being handed on, `None` where none does.

    Args:
        status: where it stands.
        current, to: its tier, and the one that it shall go to.
        offered: a handoff of it waits to be accepted.
        knob: what the playbook that holds says of transfers.
        says_why: a reason is given, or the agent said that it shall go all the same.
        named: a destination, or an agent, is named.
    """
    if status in SETTLED | PUT_AWAY:
        return "settled"
    if offered:
        return "offered"
    if current is to:
        return "same_tier"
    if knob is Transfers.CONSULT and not says_why:
        return "consult_first"
    if knob is Transfers.DIRECT and current is Tier.N1 and not named:
        return "no_destination"
    return None


def check(contents: Contents, to: Tier) -> None:
    """Refuse contents that do not say what the receiving tier must know.

    Args:
        contents: what is handed over, tidied.
        to: the receiving tier; to N2 a visit goes along: a reason, a site or an asset, and a time window (DOMAIN §2).

    Raises:
        BadField: something is missing or too long; it names the field.
    """
    for name, text, most in (("asked", contents.asked, LONGEST), ("reason", contents.reason, LONGEST)):
        if len(text) > most:
            raise BadField(name, text[:40], "long_text")
    if not contents.asked:
        raise BadField("asked", "", "empty")
    if to is Tier.N2 and not contents.reason:
        raise BadField("reason", "", "empty")
    if contents.visit is not None:
        _check_visit(contents.visit)
    elif to is Tier.N2:
        raise BadField("site", "", "no_visit")


def _check_visit(visit: Visit) -> None:
    if not visit.site and not visit.asset:
        raise BadField("site", "", "no_site")
    for name, text in (("site", visit.site), ("asset", visit.asset)):
        if len(text) > LONGEST_LINE:
            raise BadField(name, text[:40], "long_text")
    if not timedelta(0) < visit.ends - visit.begins <= LONGEST_WINDOW:
        raise BadField("until", f"{visit.ends:%Y-%m-%d %H:%M}", "window")


def may_resolve(*, kind: ConversationKind, solved: bool, knob: Transfers | None, tier: Tier) -> str | None:
    """Return the rule that keeps a conversation from being resolved as it stands, `None` where none does.

    Args:
        kind: what sort of work it is; support needs cause and solution, or why the cause is unknown.
        solved: whether they are written down.
        knob: what the playbook says of transfers: where N1 only directs, it resolves nothing by itself.
        tier: where the conversation is.
    """
    if knob is Transfers.DIRECT and tier is Tier.N1:
        return "director"
    if kind is ConversationKind.SUPPORT and not solved:
        return "unsolved"
    return None


def due_at(
    at: datetime, tier: Tier, clock: datetime | None = None, *, escalations: int, escalated_at: datetime | None
) -> datetime:
    """Return until when a handoff is to be accepted; whoever it went on to has as long again.

    Args:
        at: when it was handed on.
        tier: the receiving one.
        clock: the deadline of its acceptance clock; without one it is `WITHIN` that holds.
        escalations: how often it went on; `escalated_at` when whoever is asked since was asked.
    """
    within = clock - at if clock is not None else WITHIN[tier]
    return (escalated_at if escalations and escalated_at is not None else at) + within


def first_on(on: Iterable[OnCall], destination: str) -> OnCall | None:
    """Return by which rota somebody is asked first, of those on call at a tier; `None` where nobody is.

    Args:
        on: who is on call there, in the order of their rotas.
        destination: the team that is named: a rota of that name, or for that topic, is asked before others.
    """
    named = destination.casefold()
    known = [one for one in on if one.agent_id is not None]
    return min(known, key=lambda one: named not in {one.rota.casefold(), one.topic.casefold()}, default=None)


def crossings(handoffs: Iterable[HandoffView], one: Tier, other: Tier) -> int:
    """Return how often the border between two tiers was crossed, either way."""
    border = {one, other}
    return sum(
        {HandoffState.TAKEN_BACK: 0, HandoffState.RETURNED: 2}.get(each.state, 1)
        for each in handoffs
        if {each.from_tier, each.to_tier} == border
    )
