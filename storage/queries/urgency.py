"""Why a conversation comes first: the policy whose clock is due first in it."""

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds.policies import Metric
from storage.queries.tables import CLOCK


def policy_behind(session: Session, conversation_id: int, metric: Metric | None) -> str:
    """Return the policy, by name, by which a clock of a conversation has its deadline; empty where it has none.

    Args:
        session: of any transaction.
        conversation_id: its own number.
        metric: of the clock; `None` where none runs.
    """
    if metric is None:
        return ""
    chosen = select(CLOCK.c.policy).where(CLOCK.c.conversation_id == conversation_id, CLOCK.c.metric == metric)
    return session.connection().execute(chosen).scalar_one_or_none() or ""
