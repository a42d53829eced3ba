"""Which policies hold for a conversation, and those that every desk has until it says otherwise; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from storage.kinds.policies import CONDITIONS, KeptPolicy, Matter, Metric, Policy, When
from storage.kinds.words import Tier

SHIPPED: Final = (
    Policy(
        "default",
        {
            Metric.FIRST_RESPONSE: timedelta(hours=4),
            Metric.NEXT_RESPONSE: timedelta(hours=8),
            Metric.RESOLUTION: timedelta(days=3),
        },
        fallback=True,
    ),
    Policy("n2", {Metric.ACCEPTANCE: timedelta(hours=2)}, when=When(tier=(Tier.N2,)), fallback=True),
    Policy("n3", {Metric.ACCEPTANCE: timedelta(minutes=15)}, when=When(tier=(Tier.N3,)), fallback=True),
)
"""What every desk has: round the clock, and giving way to what it lays down for itself."""

BY_NAME: Final[Mapping[str, Policy]] = {one.name: one for one in SHIPPED}


def overlaid(own: Iterable[KeptPolicy]) -> dict[str, KeptPolicy]:
    """Return the desk's policies by name: those shipped, each replaced by what the desk says of it, and its own."""
    shipped = {one.name: KeptPolicy(one.name, (one,)) for one in SHIPPED}
    return {**shipped, **{one.name: one for one in own}}


def versions(policies: Iterable[KeptPolicy]) -> tuple[Policy, ...]:
    """Return every version of every policy."""
    return tuple(version for one in policies for version in one.versions)


def meets(when: When, matter: Matter) -> bool:
    """Say whether a conversation meets every condition."""
    return all(not (wanted := getattr(when, name)) or getattr(matter, name) in wanted for name in CONDITIONS)


def matching(policies: Iterable[Policy], matter: Matter, at: datetime) -> tuple[Policy, ...]:
    """Return the policies that hold for a conversation at a moment, each with the targets that it may set.

    A policy that is a fallback has no say on a metric that another one, which is none, sets. Of those returned the
    shortest deadline of each metric wins, which is for whoever has the calendars to say.

    Args:
        policies: every version of every policy.
        matter: what is known of the conversation.
        at: the moment; of a clock that runs it is now, so that an edit touches it, and of one that stopped it is
            when it stopped, so that none does.
    """
    found = [one for one in policies if one.holds_at(at) and meets(one.when, matter)]
    said = {metric for one in found if not one.fallback for metric in one.targets}
    return tuple(left for one in found if (left := _without(one, said)).targets)


def _without(policy: Policy, said: set[Metric]) -> Policy:
    if not policy.fallback or said.isdisjoint(policy.targets):
        return policy
    return replace(policy, targets={metric: span for metric, span in policy.targets.items() if metric not in said})


def replaced(held: Sequence[Policy], new: Policy, *, at: datetime) -> tuple[Policy, ...]:
    """Return the versions of a policy in which `new` holds from a moment on, and nothing changes before it."""
    before = [one for one in held if one.valid_from is None or one.valid_from < at]
    if before and (before[-1].valid_until is None or before[-1].valid_until > at):
        before[-1] = replace(before[-1], valid_until=at)
    return (*before, replace(new, valid_from=at))
