"""What a period comes to: each figure by its definition, with its n and with what it leaves out."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from storage.kinds import Automatic, Channel, ConversationKind, Direction, HandoffState, Status, Tier
from storage.kinds.reports import LeftOut, Measure
from storage.rules.reports import Contact, Handed, Story, Tally, Turn, borders, period

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
IN, OUT, NOTE = Direction.INCOMING, Direction.OUTGOING, Direction.INTERNAL


def contact(hours: float, direction: Direction = IN, automatic: Automatic = Automatic.NO, **given) -> Contact:
    return Contact(NOON + hours * HOUR, direction, automatic, given.pop("channel", Channel.EMAIL), **given)


def turn(hours: float, before: Status, after: Status) -> Turn:
    return Turn(NOON + hours * HOUR, before, after)


def story(*contacts: Contact, status=Status.OPEN, kind=ConversationKind.CARE, turns=(), handed=False) -> Story:
    return Story(status, kind, contacts, turns, handed)


def figures(*stories: Story):
    tally = Tally()
    for one in stories:
        tally.take(one)
    return tally, {one.measure: one for one in tally.figures()}


def test_a_period_without_anything_has_no_value_and_no_division() -> None:
    tally, told = figures()
    assert tally.began == 0
    assert all((one.n, one.value, one.left_out) == (0, None, ()) for one in told.values())
    assert borders([])[0] == ()


def test_first_response_is_the_first_public_answer_of_a_person_and_nothing_else() -> None:
    told = figures(
        story(contact(-1, OUT, Automatic.REPLY), contact(0)),  # a machine of ours began it
        story(contact(0), contact(1, OUT, Automatic.REPLY), contact(2, NOTE), contact(3, OUT), contact(9, OUT)),
        story(contact(0), contact(1), contact(2, OUT, channel=Channel.PHONE)),
        story(contact(0), contact(1, NOTE)),
    )[1][Measure.FIRST_RESPONSE]
    assert (told.n, told.value, told.p50, told.p90) == (2, 2.5 * 3600, 2 * 3600, 3 * 3600)
    assert told.left_out == ((LeftOut.UNANSWERED, 1),)


def test_what_nobody_waited_for_is_in_no_figure_and_is_counted() -> None:
    tally, told = figures(
        story(contact(0, OUT)),
        story(contact(0, NOTE)),
        story(contact(0), kind=ConversationKind.TASK),
        story(contact(0), kind=ConversationKind.CHECK_IN),
        story(contact(0), status=Status.SPAM),
        story(contact(0), status=Status.TRASH),
        story(contact(0, automatic=Automatic.BOUNCE), contact(1)),
        story(contact(0, history=True)),
        story(contact(0, NOTE), contact(1), status=Status.CLOSED),
    )
    assert tally.left_out == {
        LeftOut.OURS: 2,
        LeftOut.TASK: 2,
        LeftOut.PUT_AWAY: 2,
        LeftOut.AUTOMATIC: 1,
        LeftOut.HISTORY: 1,
    }
    assert (tally.began, told[Measure.SOLVED].n, told[Measure.SOLVED].value) == (9, 1, 1.0)


def test_history_is_in_the_figures_when_it_is_asked_for() -> None:
    tally = Tally(history=True)
    tally.take(story(contact(0, history=True), contact(1, OUT, history=True)))
    assert (tally.left_out, tally.figures()[2].n) == ({}, 1)


def test_contacts_are_counted_until_it_was_resolved_the_last_time() -> None:
    ends = turn(2, Status.OPEN, Status.RESOLVED)
    solved = [
        story(contact(0), contact(1, OUT), contact(3), status=Status.RESOLVED, turns=[ends]),  # a "thank you" after it
        story(
            contact(0),
            contact(2.5),
            contact(2.6, IN, Automatic.REPLY),
            status=Status.CLOSED,
            turns=[ends, turn(2.5, Status.RESOLVED, Status.OPEN), turn(3, Status.OPEN, Status.RESOLVED)],
        ),
        story(contact(0), contact(1), contact(1.5, channel=Channel.PHONE), status=Status.CLOSED, turns=[ends]),
        story(contact(0)),
    ]
    told = figures(*solved)[1]
    assert (told[Measure.CONTACTS].n, told[Measure.CONTACTS].value) == (3, 2.0)
    assert told[Measure.CONTACTS].left_out == ((LeftOut.UNSOLVED, 1),)
    assert (told[Measure.SOLVED].n, told[Measure.SOLVED].value) == (4, 0.75)
    assert (told[Measure.FIRST_CONTACT].n, told[Measure.FIRST_CONTACT].value) == (3, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("handed", "turns"),
    [
        (True, [turn(2, Status.OPEN, Status.RESOLVED)]),
        (
            False,
            [
                turn(2, Status.OPEN, Status.RESOLVED),
                turn(3, Status.RESOLVED, Status.OPEN),
                turn(4, Status.OPEN, Status.RESOLVED),
            ],
        ),
    ],
)
def test_what_was_handed_on_or_reopened_was_not_solved_at_the_first_contact(handed, turns) -> None:
    told = figures(story(contact(0), status=Status.RESOLVED, turns=turns, handed=handed))[1]
    assert told[Measure.FIRST_CONTACT].value == 0


def test_mail_and_calls_are_no_chat_and_that_is_said() -> None:
    told = figures(story(contact(0), contact(1, OUT)), story(contact(0)))[1][Measure.BETWEEN_CONTACTS]
    assert (told.n, told.value, told.left_out) == (0, None, ((LeftOut.NO_CHAT, 2),))


def test_borders_tell_what_became_of_each_handoff() -> None:
    def handed(state: HandoffState, hours: float | None = None, *, to=Tier.N2, escalations=0, crossed=1) -> Handed:
        accepted = NOON + hours * HOUR if hours is not None else None
        return Handed(Tier.N1, to, state, NOON, accepted, escalations, crossed)

    found, acceptance = borders(
        [
            handed(HandoffState.ACCEPTED, 1),
            handed(HandoffState.ACCEPTED, 3, escalations=2),
            handed(HandoffState.RETURNED, crossed=2),
            handed(HandoffState.OFFERED),
            handed(HandoffState.ESCALATED, escalations=1),
            handed(HandoffState.TAKEN_BACK),
            handed(HandoffState.RETURNED, 2, to=Tier.N3),
        ]
    )
    first, second = found
    assert (first.to_tier, first.transfers, first.accepted, first.returned, first.open) == (Tier.N2, 5, 2, 1, 2)
    assert (first.escalated, first.bounces, first.misrouted) == (2, 1, pytest.approx(1 / 3))
    assert (first.acceptance.n, first.acceptance.value) == (2, 2 * 3600)
    assert dict(first.acceptance.left_out) == {LeftOut.OPEN: 2, LeftOut.RETURNED: 1, LeftOut.TAKEN_BACK: 1}
    assert (second.accepted, second.handed_back, second.returned) == (1, 1, 0)
    assert (second.misrouted, second.acceptance.n) == (0, 1)  # it was theirs, and it is done
    assert (acceptance.n, acceptance.value) == (3, 2 * 3600)


def test_a_period_has_whole_days_in_the_persons_zone() -> None:
    now = datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=-3)))
    since, until = period(date(2026, 11, 1), date(2026, 11, 2), now)
    assert until - since == timedelta(days=2)
    since, until = period(None, None, now)
    assert (until - since, until.date()) == (timedelta(days=28), date(2026, 11, 24))


def test_a_clock_that_was_set_back_makes_no_time_less_than_none() -> None:
    accepted = Handed(Tier.N1, Tier.N3, HandoffState.ACCEPTED, NOON, NOON - HOUR, 0, 1)
    assert borders([accepted])[1].value == 0
