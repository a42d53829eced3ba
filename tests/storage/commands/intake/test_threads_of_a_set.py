"""Threading is a function of the set of messages: neither order nor batches change it, and it is what a slow model says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made.post import MONDAY, Post, letter
from sqlalchemy import delete, select

from storage.apply.base import table
from storage.commands.intake import wording
from storage.kinds import Automatic
from storage.kinds.mail import Parsed
from storage.models import DECIDED, DERIVED, LOCAL, LOG, Conversation, MailContent, Message
from storage.record import verify
from storage.rules import threading as rules
from storage.store import Store

TEXTS = (
    "the projector in room four shows a green line since the last update of its software",
    "our invoice for may was charged twice and the second one should be paid back please",
    "which of the two adapters do we need when the cable of the scanner is the long one",
    "nobody in the warehouse can sign in since the password page asks for a second letter",
)
SUBJECTS = ("Projector", "Invoice for May", "")
PEOPLE = ("ana@acme.example", "bo@acme.example", "li@other.example")
NAMES = ("a1@x", "b2@x", "c3@x", "d4@x", "lost5@x")


@dataclass(frozen=True)
class Card:
    """A letter, and when the server got it."""

    message: Parsed
    hour: int


@st.composite
def cards(draw: st.DrawFn) -> list[Card]:
    """A small world: repeated and empty Message-IDs, missing references, quotes, same subjects, strangers, ties in time."""
    made = []
    for place in range(draw(st.integers(2, 9))):
        hour = draw(st.sampled_from((0, 1, 2, 30, 31, 24 * 20, 24 * 29, 24 * 33, 24 * 70)))
        quoted = draw(st.sampled_from(("", "", *TEXTS)))
        cites = (
            draw(st.sampled_from(((), (), ())))
            if draw(st.booleans())
            else draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
        )
        message = letter(
            draw(st.sampled_from(("", *NAMES[:4], f"own{place}@x", f"own{place}@x"))),
            by=draw(st.sampled_from(PEOPLE)),
            to=draw(st.sampled_from((("desk@x.example",), (PEOPLE[0],), ("desk@x.example", PEOPLE[1])))),
            cites=cites,
            subject=draw(st.sampled_from(("", "Re: ", "Fwd: "))) + draw(st.sampled_from(SUBJECTS)),
            text=f"{draw(st.sampled_from(('', *TEXTS)))} number {place}",
            quoted=quoted,
            dated_at=None if draw(st.integers(0, 9)) == 0 else MONDAY + timedelta(hours=hour),
            automatic=draw(st.sampled_from((Automatic.NO,) * 6 + (Automatic.REPLY, Automatic.BULK))),
        )
        made.append(Card(message, hour))
    return made


def partition_of(pairs: Sequence[tuple[int, int]], size: int) -> frozenset[frozenset[int]]:
    groups = [{number} for number in range(size)]
    for one, other in pairs:
        first, second = next(g for g in groups if one in g), next(g for g in groups if other in g)
        if first is not second:
            groups.remove(second)
            first |= second
    return frozenset(map(frozenset, groups))


def obvious(world: Sequence[Card], twins: int) -> frozenset[frozenset[int]]:
    """Every message against every other one, by the rules of DESIGN §4 and nothing else."""
    messages = [card.message for card in world]
    when = [card.message.dated_at or MONDAY + timedelta(hours=card.hour) for card in world]
    cited = [rules.cited_by(message) for message in messages]
    pairs = []
    for name in NAMES:
        bearers = [place for place, message in enumerate(messages) if message.header_id == name]
        if len(bearers) < 2:
            tied = bearers + [place for place, names in enumerate(cited) if name in names]
            pairs += pairwise(tied)
    for child, message in enumerate(messages):
        if cited[child] or message.automatic is Automatic.BULK:
            continue
        parents = []
        subject = rules.subject_of(message.subject)
        namesakes = sorted(
            (when[parent], _key(other), parent)
            for parent, other in enumerate(messages)
            if rules.subject_of(other.subject).bare == subject.bare != ""
            and (when[parent], _key(other)) < (when[child], _key(message))
        )[-twins:]
        for parent, other in enumerate(messages):
            if parent == child:
                continue
            same = rules.subject_of(other.subject).bare == subject.bare != ""
            takes_part = _takes_part(message, other)
            quoted, kept = set(rules.quoted_prints_of(message.quoted_text)), set(rules.prints_of(other.reply_text))
            late = when[parent] - when[child] > timedelta(days=2)
            if rules.quotes_enough(shared=len(quoted & kept), kept=len(kept)) and not late:
                parents.append((True, 2, same, takes_part, when[parent], _key(other), parent))
            asks = subject.answers or bool(quoted)
            newest = (when[parent], _key(other), parent) in namesakes
            if asks and newest and when[child] - when[parent] <= rules.SUBJECT_WINDOW:
                by_other = message.author != other.author
                parents.append((takes_part, 1, by_other, False, when[parent], _key(other), parent))
        if parents and (strongest := max(parents))[0]:
            pairs.append((child, strongest[-1]))
    return partition_of(pairs, len(world))


def _key(message: Parsed) -> bytes:
    return rules.group_key("tenant", message.header_id.encode(), message.digest)


def _takes_part(child: Parsed, parent: Parsed) -> bool:
    people = {parent.author.address, *(one.address for one in parent.to)} - {"desk@x.example"}
    return child.author.address in people


def threaded(
    store: Store, world: Sequence[Card], order: Sequence[int], sizes: Sequence[int]
) -> frozenset[frozenset[int]]:
    """Take a world into an emptied store, in that order and batches; return who stands together."""
    with store.writing() as session:
        for model in (*LOCAL, *DERIVED, *reversed(DECIDED), *reversed(LOG)):
            if model is not MailContent:
                session.connection().execute(delete(table(model)))
    post = Post(store, address="desk@x.example", group="tenant", live_since=None)
    rest, numbers, some = list(order), {}, count()
    while rest:
        size = sizes[next(some) % len(sizes)]
        batch, rest = rest[:size], rest[size:]
        brought = [post.delivery(world[one].message, at=MONDAY + timedelta(hours=world[one].hour)) for one in batch]
        taken = post.bring(*brought)
        assert taken.counts.adds_up
        numbers.update(zip(batch, taken.message_ids, strict=True))
    rows, conversations = table(Message), table(Conversation)
    with store.reading() as session:
        connection = session.connection()
        homes = dict(connection.execute(select(rows.c.id, rows.c.conversation_id)).all())
        standing = connection.execute(select(conversations).where(conversations.c.joined_into.is_(None))).all()
        reasons = connection.execute(select(rows.c.id, rows.c.through_id)).all()
        assert verify(session).broken_at is None
    together: dict[int, set[int]] = {}
    for place, number in numbers.items():
        together.setdefault(homes[number], set()).add(place)
    assert {row.id: row.message_count for row in standing} == {one: len(some) for one, some in together.items()}
    assert all(through is None or homes[through] == homes[number] for number, through in reasons)
    return frozenset(map(frozenset, together.values()))


@pytest.mark.parametrize("twins", [rules.TWINS_AT_MOST, 2])
@pytest.mark.parametrize("examples", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_order_and_batches_change_no_thread(
    store: Store, examples: int, twins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `twins` at 2 also the road is taken on which a subject has more mail than is read in one go."""
    monkeypatch.setattr(wording, "TWINS_AT_MOST", twins)
    if twins == 2:
        monkeypatch.setattr(wording, "_ROWS_AT_ONCE", 1)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(cards(), st.randoms(use_true_random=False), st.lists(st.integers(1, 5), min_size=1, max_size=4))
    def hold(world: list[Card], chance: Random, sizes: list[int]) -> None:
        order = list(range(len(world)))
        chance.shuffle(order)
        expected = obvious(world, twins)
        assert threaded(store, world, sorted(order, key=lambda one: (world[one].hour, one)), [len(world)]) == expected
        assert threaded(store, world, order, sizes) == expected

    hold()
