"""Resolving with what was found: cause and solution, or why the cause is unknown, and the status, as one action."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from storage.commands import solving, triage
from storage.commands.joining import standing_number
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.errors import Refused


def resolve(
    session: Session,
    numbers: Sequence[int],
    *,
    cause: str = "",
    solution: str = "",
    unknown: str = "",
    anyway: bool = False,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Resolve conversations; what is given of a cause is written down in each of them. Return the action's id.

    Args:
        session: of a writing transaction.
        numbers: at most `triage.AT_ONCE`; aliases are followed.
        cause, solution, unknown: as of `storage.commands.solving.solve`; nothing for none.
        anyway: N1 resolves although it only directs here.
        actor: who decides.
        now: the moment.
        action_id: the action that an earlier part of a bulk act began.

    Raises:
        NoSuch, BadField, Refused: as `solve` and `triage.set_status`.
    """
    if cause or solution or unknown:
        said = {"cause": cause, "solution": solution, "unknown": unknown}
        for number in dict.fromkeys(standing_number(session, one) for one in numbers):
            try:
                action_id = solving.solve(session, number, **said, actor=actor, now=now, action_id=action_id)
            except Refused as refused:
                if refused.rule != "already":
                    raise
    return triage.set_status(
        session, numbers, to=Status.RESOLVED, anyway=anyway, actor=actor, now=now, action_id=action_id
    )
