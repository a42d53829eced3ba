"""A report of a small desk whose figures were counted by hand, with each n and what was left out, on both engines.

Hours are from Monday nine o'clock. What each conversation comes to stands beside where it is made (`made.counted`); the
sums below are of those lines, and of nothing that the code says.
"""

import pytest
from made.counted import a_week
from made.post import DAY, MONDAY

from storage.kinds import Tier
from storage.kinds.reports import Asked, LeftOut, Measure, Report
from storage.queries.reports import report
from storage.store import Store


@pytest.fixture
def told(store: Store) -> Report:
    a_week(store)
    with store.reading() as session:
        return report(session, Asked(MONDAY - DAY, MONDAY + 7 * DAY), now=MONDAY + 9 * DAY)


def test_every_figure_is_what_was_counted_by_hand(told: Report) -> None:
    # Conversations that began in the week: the first mail (trash), 11 at once, refused, hasty, rethought, waiting, robot,
    # old, spam, and ours. What was joined is no conversation any more.
    assert told.began == 20
    assert dict(told.left_out) == {
        LeftOut.PUT_AWAY: 2,
        LeftOut.AUTOMATIC: 1,
        LeftOut.HISTORY: 1,
        LeftOut.OURS: 1,
    }
    figures = {one.measure: (one.n, one.value, dict(one.left_out)) for one in told.figures}
    hours = 3600
    unsolved = {LeftOut.UNSOLVED: 6}  # never, bounced, refused, hasty, rethought, waiting
    assert figures == {
        Measure.SOLVED: (15, 9 / 15, {}),
        # once, twice, thrice, wrong, done, joined, machine, rung, rang
        Measure.CONTACTS: (9, pytest.approx((1 + 2 + 3 + 1 + 1 + 2 + 1 + 1 + 2) / 9), unsolved),
        # the same, refused and hasty; without never, bounced, rethought, waiting
        Measure.FIRST_RESPONSE: (
            11,
            pytest.approx((1 + 2 + 5 + 3 + 6 + 3 + 2 + 4 + 2 + 9 + 8) / 11 * hours),
            {LeftOut.UNANSWERED: 4},
        ),
        # the same, and what twice and thrice asked again
        Measure.ANY_RESPONSE: (
            13,
            pytest.approx((1 + 2 + 1 + 5 + 1 + 3 + 6 + 3 + 2 + 4 + 2 + 9 + 8) / 13 * hours),
            {LeftOut.UNANSWERED: 4},
        ),
        Measure.BETWEEN_CONTACTS: (0, None, {LeftOut.NO_CHAT: 15}),
        Measure.FIRST_CONTACT: (9, 3 / 9, unsolved),  # once, machine, rung
        Measure.ACCEPTANCE: (2, 1.5 * hours, {LeftOut.RETURNED: 2, LeftOut.OPEN: 1, LeftOut.TAKEN_BACK: 1}),
    }


def test_work_that_is_done_and_handed_back_was_not_misrouted(told: Report) -> None:
    n2, n3 = told.borders
    assert (n2.from_tier, n2.to_tier, n2.transfers) == (Tier.N1, Tier.N2, 4)  # wrong, done, and bounced twice
    assert (n2.accepted, n2.handed_back, n2.returned, n2.open, n2.escalated) == (2, 1, 2, 0, 0)
    assert n2.misrouted == 2 / 4
    assert n2.bounces == 4  # each went over the border again, or back
    assert (n2.acceptance.n, n2.acceptance.value) == (2, 1.5 * 3600)
    assert dict(n2.acceptance.left_out) == {LeftOut.RETURNED: 2}
    assert (n3.to_tier, n3.transfers, n3.accepted, n3.returned, n3.open) == (Tier.N3, 1, 0, 0, 1)
    assert (n3.misrouted, n3.bounces, n3.acceptance.n, n3.acceptance.value) == (None, 0, 0, None)
    assert dict(n3.acceptance.left_out) == {LeftOut.OPEN: 1, LeftOut.TAKEN_BACK: 1}
