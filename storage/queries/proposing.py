"""What a desk's own history proposes as the targets of a policy."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.stories import stories
from storage.kinds.clocks import ClockState
from storage.kinds.moments import microseconds
from storage.kinds.policies import Metric, Policy
from storage.queries.hours import terms
from storage.queries.tables import MESSAGE
from storage.rules.clocks import Laid, Reckoned, at, phases, rounds
from storage.rules.policies import meets
from storage.rules.proposing import Proposal, proposal

_AT_ONCE: Final = 2_000
_MOST: Final = 50_000
_M = MESSAGE.c


def proposals(session: Session, policy: Policy, *, since: datetime, now: datetime) -> dict[Metric, Proposal]:
    """Return what the conversations that a policy speaks of took, in the open hours of its calendar.

    What began before `since` is not looked at, nor are conversations that rest in spam or in the trash; of very many
    the newest.

    Args:
        session: of any transaction.
        policy: whose conditions, calendar and pauses count.
        since: from when on a run must have begun.
        now: the moment.
    """
    connection = session.connection()
    laid = terms(session)
    calendars = cache(laid.hours)
    measured = replace(policy, targets=dict.fromkeys(Metric, timedelta(0)), valid_from=None, valid_until=None)
    alone = Laid([measured])
    chosen = select(_M.conversation_id).where(_M.arrived_at >= since, ~_M.history, _M.conversation_id.is_not(None))
    chosen = chosen.distinct().order_by(_M.conversation_id.desc()).limit(_MOST)
    numbers = list(connection.execute(chosen).scalars())
    began = microseconds(since)
    spent: dict[Metric, list[timedelta]] = {metric: [] for metric in Metric}
    running, needless = dict.fromkeys(Metric, 0), dict.fromkeys(Metric, 0)
    for place in range(0, len(numbers), _AT_ONCE):
        for story in stories(connection, numbers[place : place + _AT_ONCE], touches=bool(policy.when.touch)).values():
            stretches = phases(story)
            for one in rounds(story, stretches, alone):
                if one.started_at < began or not meets(policy.when, one.matter):
                    continue
                if one.stopped_at is None:
                    running[one.metric] += 1
                elif not one.done:
                    needless[one.metric] += 1
                else:
                    view = at(Reckoned(one, ClockState.MET, None, None, measured), stretches, calendars, now)
                    spent[one.metric].append(view.spent)
    return {metric: proposal(spent[metric], running=running[metric], needless=needless[metric]) for metric in Metric}
