"""A sender that dies by kill -9 at any point, or whose connection is cut there: nothing is lost, nothing comes twice."""

import email
import os
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from made.sending import (
    ARRIVED,
    At,
    Fate,
    Orders,
    Post,
    Trap,
    assert_true,
    header_id,
    kill,
    start,
    states,
    times_arrived,
)
from servers.boxes import Box, bring, letter
from servers.proxy import Proxy
from servers.smtp import FaultySmtp, Step

from console.config.servers import Server
from console.mail.outgoing import smtp_server_of
from console.mail.sending import MailboxSender
from console.mail.sending.clerk import DOTS
from console.mail.sending.lines import EACH
from storage.commands.outbox import acts
from storage.kinds import Delivery, DraftKind
from storage.queries import answering
from storage.record import verify
from storage.store import Store

pytestmark = [pytest.mark.server, pytest.mark.slow]

AT_THE_SERVER = (Step.MAIL, Step.NAMED, Step.DATA, Step.BODY, Step.DOT, Step.TAKEN, Step.ANSWERED)
POINTS = (*AT_THE_SERVER, At.TAKEN, At.DOT, At.COMMIT, At.COMMITTED)
DOUBT = {
    Step.BODY: (0, 1),  # what lies in the buffers of two sockets is sent to the sender's mind
    Step.DOT: (1, 1),
    Step.TAKEN: (1, 1),
    Step.ANSWERED: (0, 1),  # the sender may have noted it before it died
    At.TAKEN: (1, 1),
    At.DOT: (1, 1),
    At.COMMIT: (0, 1),
    At.COMMITTED: (0, 1),
    None: (0, 1),
}
"""How many messages may have been sent, at least and at most, after a death at a point; elsewhere none."""

DOUBT_AFTER_CUTS = {Step.BODY: (0, 1), Step.DOT: (1, 1), Step.TAKEN: (1, 1), Step.ANSWERED: (0, 1)}
"""The same after a cut; the 250 may be lost with the connection."""


@dataclass
class Ground:
    """A desk with a mailbox, whose mail leaves by a server that goes wrong where a test says so."""

    desk: Any
    store: Store
    smtp: FaultySmtp
    box: Box
    chance: random.Random
    posts: list[Post] = field(default_factory=list)
    dots: int = DOTS
    _numbers: int = 0

    @property
    def mailbox_id(self) -> int:
        with self.store.reading() as session:
            return answering.senders(session)[0].mailbox_id

    def orders(self, **given: object) -> Orders:
        url = self.store.url.render_as_string(hide_password=False)
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PLANTAO_", "PYTHON_KEYRING"))}
        return Orders(url, self.mailbox_id, self.box.account.model_dump_json(), kept, dots=self.dots, **given)  # type: ignore[arg-type]

    def write(self, *fates: Fate) -> Post:
        """Queue a message that begins a conversation, to recipients of these fates."""
        to = {}
        for fate in fates:
            self._numbers += 1
            to[f"{fate.name.lower().replace('_', '')}{self._numbers}@customer.example"] = fate
        sent = self.desk.send(None, kind=DraftKind.NEW, subject=f"Aviso {self._numbers}", to=", ".join(to))
        post = Post(sent.message_id, header_id(self.store, sent.message_id), to)
        self.posts.append(post)
        return post

    def write_some(self, *, many: bool = False) -> list[Post]:
        """Queue one to four messages to one to three recipients each, or many; the server takes at least one of them."""
        posts = []
        for last in [False] * (self.chance.randint(15, 18) if many else self.chance.randint(0, 3)) + [True]:
            fates = self.chance.choices(list(Fate), weights=(4, 1, 1), k=self.chance.randint(1, 3))
            posts.append(self.write(*([Fate.TAKES, *fates[1:]] if last else fates)))
        self.set_fates(posts)
        return posts

    def set_fates(self, posts: list[Post], *, put_off: bool = True) -> None:
        for post in posts:
            for address, fate in post.fates.items():
                if fate is Fate.REFUSES:
                    self.smtp.at(Step.RCPT, recipient=address, says="550 5.1.1 nobody of this name")
                elif fate is Fate.PUTS_OFF and put_off:
                    self.smtp.at(Step.RCPT, recipient=address, says="451 4.3.0 come back later")

    def sender(self) -> MailboxSender:
        return MailboxSender(self.mailbox_id, lambda: smtp_server_of(self.box.account, ""), self.store)

    def doubtful(self, posts: list[Post]) -> list[Post]:
        """Those that may have been sent; all of them are in states that are true."""
        return [post for post in posts if assert_true(self.store, list(self.smtp.arrived), post)]

    def release(self, posts: list[Post]) -> None:
        """Let those who were put off be tried at once."""
        numbers = [post.message_id for post in posts]
        waiting = [number for number in numbers if self.desk.delivery(number).state is Delivery.QUEUED]
        if waiting:
            with self.store.writing() as session:
                acts.release(session, waiting, actor=self.desk.actor, now=datetime.now(UTC))

    def go_on(self, posts: list[Post]) -> list[Post]:
        """Let a fresh sender go on where the last one was, until all is done; return what may have been sent."""
        self.smtp.on_step = None
        self.smtp.heal()
        self.set_fates(posts)
        self.release(posts)  # after a lost connection another try waits a while
        self.sender().once()
        self.doubtful(posts)
        self.smtp.heal()
        self.set_fates(posts, put_off=False)
        self.release(posts)
        self.sender().once()
        return self.doubtful(posts)

    def settle(self, posts: list[Post]) -> None:
        """Let what may have been sent come to be known: by its copy, by mail that cites it, or by an agent."""
        for post in posts:
            came = bool(times_arrived(list(self.smtp.arrived), post))
            alone = set(states(self.store, post).values()) == {Delivery.UNCERTAIN}
            ways = ("copy", "cited", "sent") if came else ("again", "lost" if alone else "again")
            how = self.chance.choice(ways)
            if how == "copy":  # as a server that keeps copies by itself
                (raw,) = [one.content for one in self.smtp.arrived if one.header_id == post.header_id]
                self.box.server.append(self.box.user, [raw], "Sent")
                bring(self.store, self.box)
            elif how == "cited":
                self._numbers += 1
                answer = letter(self._numbers, marker="c", to="support@desk.example", answers=post.header_id)
                self.box.deliver(answer)
                bring(self.store, self.box)
            else:
                with self.store.writing() as session:
                    acts.settle(session, post.message_id, how, actor=self.desk.actor, now=datetime.now(UTC))  # type: ignore[arg-type]
            for address, state in states(self.store, post).items():
                if post.fates[address] is Fate.TAKES and how != "again":
                    wanted = {"copy": Delivery.FILED, "lost": Delivery.FAILED}.get(how, Delivery.ACCEPTED)
                    assert state is wanted, (how, post, state)
            if how == "lost":
                with self.store.writing() as session:  # an agent who thinks better of it
                    acts.release(session, [post.message_id], actor=self.desk.actor, now=datetime.now(UTC))
        self.set_fates(posts, put_off=False)
        for _ in range(2):  # the mail that cites one is news, which hold it for those who were put off
            self.release(posts)
            self.sender().once()

    def assert_all_arrived(self, posts: list[Post]) -> None:
        """Whom the server takes has it, once; whom it refuses has failed; nothing is open."""
        assert self.doubtful(posts) == []
        for post in posts:
            for address, state in states(self.store, post).items():
                if post.fates[address] is Fate.REFUSES:
                    assert state is Delivery.FAILED, (post, address, state)
                else:
                    assert state in ARRIVED, (post, address, state)

    def names_in_sent(self) -> list[str]:
        """The Message-ID of every copy among the sent mail."""
        with self.box.server.other_client(self.box.user, "Sent") as client:
            _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        heads = [email.message_from_bytes(part[1]) for part in found if isinstance(part, tuple)]
        return [str(one["Message-ID"]).strip().strip("<>") for one in heads]

    def assert_whole(self) -> None:
        """No copy lies twice among the sent mail, whatever has left has one, and the record is unbroken."""
        names = self.names_in_sent()
        assert len(names) == len(set(names))
        for post in self.posts:
            if Delivery.FILED in states(self.store, post).values():
                assert post.header_id in names
        with self.store.reading() as session:
            assert verify(session).broken_at is None


@pytest.fixture
def ground(desk_before: Callable[..., Any], faulty_smtp: FaultySmtp) -> Ground:
    desk = desk_before(faulty_smtp.port)
    desk.sync()
    return Ground(desk, desk.store, faulty_smtp, desk.box, random.Random(0))


def passes(posts: list[Post], step: Step) -> int:
    """How often a server comes to a step while these messages leave."""
    if step is Step.MAIL:
        return len(posts)
    if step is Step.NAMED:
        return sum(len(post.fates) for post in posts)
    return sum(post.goes for post in posts)


def killed(ground: Ground, posts: list[Post], point: Step | At) -> bool:
    """Let a sender begin and kill it at a point; say whether it came to it."""
    if isinstance(point, Step):
        trap = Trap(point, ground.chance.randint(1, passes(posts, point)))
        ground.smtp.on_step = trap
        child = start(ground.orders())
        trap.arm(child)
        child.join(60)
        return child.exitcode != 0 and trap.sprung.wait(30)
    # Two commits a message, one to begin with, one to claim; of those whom nobody takes only one.
    # Several connections share them: at the most four messages each of the two.
    commits = len(posts) // 2 if len(posts) > EACH else 2 * len(posts) + 1
    nth = ground.chance.randint(1, passes(posts, Step.DOT) if point in {At.TAKEN, At.DOT} else commits)
    child = start(ground.orders(at=point, nth=nth))
    child.join(60)
    return child.exitcode != 0


def cut(ground: Ground, posts: list[Post], step: Step) -> bool:
    """Let mail leave and the connection be cut once; say whether it was."""
    if len(posts) > EACH:  # in which order they come, is not known
        return _cut_one_of_several(ground, posts, step)
    able = [place for place, post in enumerate(posts, 1) if post.goes or step in {Step.MAIL, Step.NAMED}]
    fault = ground.smtp.at(step, message=ground.smtp.messages + ground.chance.choice(able), times=1, cut=True)
    ground.sender().once()
    return fault.reached.is_set()


def _cut_one_of_several(ground: Ground, posts: list[Post], step: Step) -> bool:
    armed, faults = ground.smtp.messages + ground.chance.randint(1, len(posts) // 2), []

    def arm(now: Step, message: int) -> None:
        if (now, message) == (Step.MAIL, armed):
            faults.append(ground.smtp.at(step, times=1, cut=True))

    ground.smtp.on_step = arm
    ground.sender().once()
    return bool(faults) and faults[0].reached.is_set()


def killed_at_random(ground: Ground, _posts: list[Post], _point: None) -> bool:
    """Let a sync begin, which sends and lays copies, and kill it at any moment."""
    child = start(ground.orders(syncs=True))
    child.join(ground.chance.uniform(0.0, 0.5))
    if child.exitcode is not None:
        assert child.exitcode == 0
        return False
    kill(child)
    return True


def rounds(
    ground: Ground,
    wound: Callable[[Ground, list[Post], Any], bool],
    point: Any,
    *,
    count: int,
    seed: object,
    many: bool = False,
) -> int:
    """Hurt a sender again and again, let another go on, and see whether all of it is true; return how often it was hurt."""
    ground.chance = random.Random(f"{wound.__name__} {point} {seed}{' many' * many}")
    hurt = 0
    for number in range(count):
        ground.smtp.without = {"PIPELINING"} if number % 2 else set()  # word by word, or an envelope in one go
        ground.dots = ground.chance.choice((2, DOTS))
        posts = ground.write_some(many=many)
        was_hurt = wound(ground, posts, point)
        hurt += was_hurt
        doubtful = ground.go_on(posts)
        least, most = (DOUBT_AFTER_CUTS if wound is cut else DOUBT).get(point, (0, 0))
        if many:  # so many may be past their dot
            least, most = least * was_hurt, most if wound is cut else ground.dots
        assert least <= len(doubtful) <= most, (point, doubtful)
        if ground.chance.random() < 0.5:
            bring(ground.store, ground.box)  # which looks for copies, and finds none of what is in doubt
            assert ground.doubtful(doubtful) == doubtful
        ground.settle(doubtful)
        ground.assert_all_arrived(posts)
    bring(ground.store, ground.box)
    ground.assert_whole()
    return hurt


def named(point: Step | At) -> str:
    return f"{type(point).__name__.lower()}-{point.name.lower()}"


@pytest.mark.parametrize("point", POINTS, ids=named)
def test_ten_deaths_at_each_point(ground: Ground, point: Step | At) -> None:
    # Before which commit, is a guess: there are fewer where nobody is taken.
    least = 7 if point in {At.COMMIT, At.COMMITTED} else 10
    assert rounds(ground, killed, point, count=10, seed=20261127) >= least


def test_ten_deaths_at_random_moments(ground: Ground) -> None:
    assert rounds(ground, killed_at_random, None, count=10, seed=20261127) >= 3


@pytest.mark.parametrize("point", [*POINTS, None], ids=lambda point: named(point) if point else "random")
def test_deaths_with_several_connections_at_each_point(ground: Ground, point: Step | At | None) -> None:
    assert rounds(ground, killed if point else killed_at_random, point, count=2, seed=20261127, many=True) >= 1


@pytest.mark.parametrize("step", AT_THE_SERVER, ids=named)
def test_one_of_several_connections_cut_at_each_point(ground: Ground, step: Step) -> None:
    assert rounds(ground, cut, step, count=2, seed=20261127, many=True) >= 1


@pytest.mark.parametrize("step", AT_THE_SERVER, ids=named)
def test_ten_cut_connections_at_each_point(ground: Ground, step: Step) -> None:
    assert rounds(ground, cut, step, count=10, seed=20261127) == 10


def append_deaths(ground: Ground, before_imap: Proxy, point: str, *, count: int, seed: object) -> int:
    """Kill whoever lays copies, again and again; return how often."""
    ground.chance = random.Random(f"APPEND {point} {seed}")
    near = ground.box.account.model_copy(update={"imap": Server("127.0.0.1", before_imap.port)})
    died = 0
    for _ in range(count):
        posts = [ground.write(Fate.TAKES) for _ in range(ground.chance.randint(1, 4))]
        ground.sender().once()
        trap = Lines(BEFORE_APPEND[point], ground.chance.randint(1, len(posts)))
        before_imap.faults.says = before_imap.faults.rewrite = trap
        child = start(replace(ground.orders(syncs=True), account=near.model_dump_json()))
        trap.process = child
        trap.armed.set()
        child.join(60)
        died += child.exitcode != 0
        before_imap.faults.says = before_imap.faults.rewrite = None
        bring(ground.store, ground.box)
        for post in posts:
            assert set(states(ground.store, post).values()) == {Delivery.FILED}
    ground.assert_all_arrived(ground.posts)
    names = ground.names_in_sent()
    assert sorted(names) == sorted(post.header_id for post in ground.posts)
    ground.assert_whole()
    return died


BEFORE_APPEND = {
    "command": re.compile(rb"\S+ APPEND "),
    "literal": re.compile(rb"Subject: "),
    "answer": re.compile(rb"\S+ OK .*APPENDUID"),
}
"""The lines at which the sync dies that lays copies."""


class Lines:
    """Kills whoever is connected when a line passes for the n-th time, which passes on then."""

    def __init__(self, line: re.Pattern[bytes], nth: int) -> None:
        self._line, self._left = line, nth
        self.armed = threading.Event()
        self.process: Any = None

    def __call__(self, line: bytes) -> bytes:
        self.armed.wait(30)
        if self._line.match(line):
            self._left -= 1
            if self._left == 0:
                kill(self.process)
        return line


@pytest.mark.parametrize("point", BEFORE_APPEND)
def test_ten_deaths_while_copies_are_laid(ground: Ground, proxy: Callable[..., Proxy], point: str) -> None:
    before_imap = proxy(ground.box.server.port)
    assert append_deaths(ground, before_imap, point, count=10, seed=20261127) == 10


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("point", [*POINTS, None], ids=lambda point: named(point) if point else "random")
def test_five_hundred_deaths_at_each_point(ground: Ground, point: Step | At | None, seed: int) -> None:
    rounds(ground, killed if point else killed_at_random, point, count=50, seed=seed)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("step", AT_THE_SERVER, ids=named)
def test_five_hundred_cuts_at_each_point(ground: Ground, step: Step, seed: int) -> None:
    assert rounds(ground, cut, step, count=50, seed=seed) == 50


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("point", [*POINTS, None], ids=lambda point: named(point) if point else "random")
def test_five_hundred_deaths_with_several_connections(ground: Ground, point: Step | At | None, seed: int) -> None:
    rounds(ground, killed if point else killed_at_random, point, count=50, seed=seed, many=True)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("step", AT_THE_SERVER, ids=named)
def test_five_hundred_cuts_of_one_of_several(ground: Ground, step: Step, seed: int) -> None:
    rounds(ground, cut, step, count=50, seed=seed, many=True)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("point", BEFORE_APPEND)
def test_five_hundred_deaths_while_copies_are_laid(
    ground: Ground, proxy: Callable[..., Proxy], point: str, seed: int
) -> None:
    assert append_deaths(ground, proxy(ground.box.server.port), point, count=50, seed=seed) == 50
