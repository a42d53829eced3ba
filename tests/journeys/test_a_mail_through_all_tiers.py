"""A mail goes from N1 to a visit, to whoever is on call, to a vendor and back, and each clock is right to the second.

The desk's hours are those of São Paulo, Monday to Friday, 09:00 to 12:00 and 13:00 to 18:00; Monday 7 September 2026 is
a holiday there. The time of this process stands where the story says, so that each moment is one second exactly. Mail
lies on Dovecot with the moment of its arrival, and what is answered is taken by a real SMTP server.
"""

import json
from contextlib import closing
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import time_machine
from made.rows import assert_replays
from servers.boxes import Box, letter

from console.app import Plantao
from console.cli import main
from console.desk import Desk
from console.mail.clocks import make_anew
from storage.kinds import Status
from storage.queries import briefing, conversations, handoffs
from storage.store import open_store
from widgets.look import Look

pytestmark = pytest.mark.slow

LOCAL = ZoneInfo("America/Sao_Paulo")
CONFIGURED = """
agent = "{agent}"
undo_window = 5

[[account]]
name = "support"
address = "support@example.org"
imap = "127.0.0.1:{imap}"
smtp = "127.0.0.1:{smtp}"
smtp_tls = "none"
smtp_user = ""
user = "{user}"
tls = "none"
live_since = "2026-09-01"
"""

CLOCKS = [
    # Friday until 18:00 is 49:53, Tuesday from 09:00 on 30:20. Of its 4 h, 3:10:07 are left for Tuesday: to 13:10:07.
    ("first_response", "met", (4, "17:10:07"), (8, "13:10:07"), (8, "09:30:20"), "1:20:13", "care"),
    # What the customer is told with the handoff is an answer. Two hours from 10:05:11 on go over the break of noon.
    ("next_response", "met", (8, "10:05:11"), (8, "13:05:11"), (8, "10:20:00"), "0:14:49", "care"),
    ("next_response", "met", (8, "14:30:40"), (8, "16:30:40"), (8, "15:10:00"), "0:39:20", "care"),
    ("next_response", "met", (9, "09:12:00"), (9, "11:12:00"), (9, "09:40:30"), "0:28:30", "care"),
    # 49:53, 30:20, 1:54:49 until noon, 15:00 between vendor and answer, 39:20, 28:30 after they came back. Of its 20 h
    # 15:22:08 would be left at 09:42 on Wednesday: 7:18:00 that day, 8 h on Thursday, 4:08 on Friday.
    ("resolution", "met", (4, "17:10:07"), (11, "09:04:08"), (9, "09:42:00"), "4:37:52", "care"),
    ("acceptance", "met", (8, "10:20:00"), (8, "11:20:00"), (8, "10:50:30"), "0:30:30", "field"),
    # It went on to the next in the rota at 12:00, and from 11:45:00 to 12:10:20 it is one clock.
    ("acceptance", "breached", (8, "11:45:00"), (8, "12:00:00"), (8, "12:10:20"), "0:25:20", "night"),
]
"""What each clock is to be: metric, state, from when, due, until when, spent, policy; days of September, on the wall."""

RESOLUTION = [
    ((4, "17:10:07"), (4, "18:00:00"), True, "open"),
    ((4, "18:00:00"), (8, "09:00:00"), False, "closed"),  # a weekend and a holiday
    ((8, "09:00:00"), (8, "09:30:20"), True, "open"),
    ((8, "09:30:20"), (8, "10:05:11"), False, "waiting"),
    ((8, "10:05:11"), (8, "12:00:00"), True, "open"),
    ((8, "12:00:00"), (8, "12:30:00"), False, "closed"),
    ((8, "12:30:00"), (8, "13:45:10"), False, "on_hold"),  # a vendor is asked
    ((8, "13:45:10"), (8, "14:00:10"), True, "open"),
    ((8, "14:00:10"), (8, "14:30:40"), False, "waiting"),
    ((8, "14:30:40"), (8, "15:10:00"), True, "open"),
    ((8, "15:10:00"), (8, "15:12:05"), False, "waiting"),
    ((8, "15:12:05"), (9, "09:12:00"), False, "settled"),
    ((9, "09:12:00"), (9, "09:40:30"), True, "open"),
    ((9, "09:40:30"), (9, "09:42:00"), False, "waiting"),
]
"""Every interval of the resolution's clock, and by which rule it counts or does not."""


def moment(day: int, clock: str) -> datetime:
    """A moment of September 2026 on the wall of the desk."""
    return datetime.fromisoformat(f"2026-09-{day:02}T{clock}").replace(tzinfo=LOCAL)


def told(day: int, clock: str) -> str:
    """The same as a command tells it."""
    return f"{moment(day, clock).astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"


class Story:
    """Commands of several agents on one desk, each at its moment."""

    def __init__(self, folder, capsys, box, smtp) -> None:
        self.folder, self.capsys, self.box, self.smtp = folder, capsys, box, smtp

    def at(self, day: int, clock: str, agent: str, *words: object) -> list[dict]:
        """Let an agent run a command; return what it tells as JSON, with the moments of `told`."""
        path = self.folder / f"{agent}.toml"
        given = {"imap": self.box.server.port, "smtp": self.smtp.port, "user": self.box.user}
        path.write_text(CONFIGURED.format(agent=agent, **given), encoding="utf-8")
        path.chmod(0o600)
        self.capsys.readouterr()
        where = ("--store", str(self.folder / "desk"), "--config", str(path))
        with time_machine.travel(moment(day, clock), tick=False):
            done = main([*map(str, words), *where])
        said = self.capsys.readouterr()
        assert done == 0, (words, said.err, said.out)
        return [json.loads(line) for line in said.out.splitlines() if line.startswith("{")]

    def asked(self) -> list[tuple[str, datetime]]:
        """Who is asked beside the owner, and until when."""
        with closing(open_store(str(self.folder / "desk"))) as store, store.reading() as session:
            return [(one.agent, one.due_at) for one in handoffs.consults_of(session, 1)]

    def arrives(self, number: int, day: int, clock: str, text: str) -> None:
        """Let mail of the customer arrive, and have it fetched half a minute later."""
        answers = {"answers": 1, "subject": "Re: Pedido 1"} if number > 1 else {}
        self.box.deliver(letter(number, text=text, **answers), at=moment(day, clock))
        self.at(day, f"{clock[:6]}59", "Bruno", "sync")

    def answers(self, day: int, clock: str, agent: str, text: str) -> None:
        """Let an agent answer, and the answer leave before anybody else writes."""
        self.at(day, clock, agent, "reply", 1, text, "--force")
        self.at(day, f"{clock[:6]}40", agent, "sync")


@pytest.fixture
def story(dovecot, faulty_smtp, tmp_path, capsys, monkeypatch):
    """A desk with its hours, policies, agents and rota, since Friday at four."""
    user, secret = dovecot.user("tiers")
    monkeypatch.setenv("PLANTAO_HOME", str(tmp_path))
    monkeypatch.setenv("PLANTAO_PASSWORD_SUPPORT", secret)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("LANGUAGE", "en")
    open_store(str(tmp_path / "desk")).close()
    made = Story(tmp_path, capsys, Box(dovecot, user, None), faulty_smtp)
    four = 4, "16:00:00"
    hours = "hours=mon-fri 09:00-12:00 13:00-18:00"
    care = ("first-response=4h", "next-response=2h", "resolution=20h", "calendar=office", "grace=2d")
    made.at(*four, "Bruno", "sync")
    made.at(*four, "Bruno", "calendar", "set", "office", f"zone={LOCAL}", hours, "country=BR", "--yes")
    made.at(*four, "Bruno", "policy", "set", "care", *care, "--yes")
    made.at(*four, "Bruno", "policy", "set", "field", "acceptance=1h", "tier=n2", "calendar=office", "--yes")
    made.at(*four, "Bruno", "policy", "set", "night", "acceptance=15m", "tier=n3", "--yes")
    for name, tier in (("Marta", "n2"), ("Rafael", "n3"), ("Ivo", "n3")):
        made.at(*four, name, "agent", "set", name, f"tiers={tier}")
    made.at(*four, "Bruno", "rota", "set", "core", "tier=n3", f"zone={LOCAL}", "agents=Rafael, Ivo", "at=mon 09:00")
    return made


def goes_through_all_tiers(story: Story) -> None:
    """Everything up to the last answer; the conversation is #1."""
    story.arrives(1, 4, "17:10:07", "O roteador da doca não liga.\n")
    story.at(4, "17:20:00", "Bruno", "take", 1)
    story.answers(8, "09:30:20", "Bruno", "Bom dia. A luz acende?")
    story.arrives(2, 8, "10:05:11", "Não acende.\n")
    story.at(8, "10:10:00", "Bruno", "kind", 1, "--to", "support")
    visit = ("--site", "Doca 4", "--asset", "roteador", "--from", "2026-09-08 14:00", "--until", "2026-09-08 16:00")
    asked = ("--asked", "Troque a fonte.", "--reason", "queimada", "--told", "Um técnico vai à doca hoje à tarde.")
    (handed,) = story.at(8, "10:20:00", "Bruno", "transfer", 1, "--to", "n2", *asked, *visit, "--json")
    assert (handed["due_at"], handed["brief"]["visit"]["begins"]) == (told(8, "11:20:00"), told(8, "14:00:00"))
    story.at(8, "10:21:00", "Bruno", "sync")
    story.at(8, "10:50:30", "Marta", "accept", 1)
    (handed,) = story.at(8, "11:45:00", "Marta", "transfer", 1, "--to", "n3", "--asked", "Por que queima?", "--json")
    assert (handed["rota"], handed["due_at"]) == ("core", told(8, "12:00:00"))
    first = handed["to_agent"]
    then = {"Rafael": "Ivo", "Ivo": "Rafael"}[first]
    assert story.at(8, "11:59:00", "Bruno", "oncall", "--tier", "n3", "--json")[0]["agent"] == first
    story.at(8, "11:59:59", "Bruno", "sync")
    assert story.at(8, "11:59:59", "Bruno", "show", 1, "--brief", "--json")[0]["handoff"]["to_agent"] == first
    story.at(8, "12:00:30", "Bruno", "sync")  # which finds that nobody accepted it
    assert story.at(8, "12:00:30", "Bruno", "show", 1, "--brief", "--json")[0]["handoff"]["to_agent"] == then
    (handed,) = story.at(8, "12:10:20", then, "accept", 1, "--json")
    assert (handed["escalations"], handed["accepted"], handed["accepted_at"]) == (1, then, told(8, "12:10:20"))
    story.at(8, "12:30:00", then, "hold", 1)
    story.at(8, "12:40:00", then, "consult", 1, "Marta", "--text", "De quantos volts?", "--within", "2h")
    assert story.asked() == [("Marta", moment(8, "14:40:00"))]
    story.at(8, "13:20:00", "Marta", "note", 1, "De 12 V.")
    assert story.asked() == []  # a note of hers is the answer
    story.at(8, "13:45:10", then, "reopen", 1)
    story.answers(8, "14:00:10", then, "A fonte era a errada.")
    story.arrives(3, 8, "14:30:40", "Qual devo usar?\n")
    story.at(8, "14:40:00", then, "return", 1, "--reason", "Troque por uma de 9 V.")
    story.at(8, "14:50:00", "Marta", "return", 1, "--reason", "Trocada.")
    story.answers(8, "15:10:00", "Bruno", "A de 9 V, que já está lá.")
    story.at(8, "15:12:05", "Bruno", "resolve", 1, "--cause", "fonte de 12 V", "--solution", "uma de 9 V")
    assert story.at(8, "15:13:00", "Bruno", "show", 1, "--json")[0]["status"] == "resolved"
    story.arrives(4, 9, "09:12:00", "Apagou outra vez.\nE agora, o que faço?\n")
    assert story.at(9, "09:13:00", "Bruno", "show", 1, "--json")[0]["status"] == "open"
    story.answers(9, "09:40:30", "Bruno", "O cabo estava solto.")


async def resolved_in_a_console(desk: Desk) -> None:
    """The last step, taken back and done again, where keys do it."""
    now = moment(9, "09:42:00")

    def status() -> Status:
        return desk.ask_now(conversations.read, 1, agent_id=None).status

    with time_machine.travel(now, tick=False):
        app = Plantao(desk, look=Look("dark"), clock=lambda: now)
        async with app.run_test(size=(120, 36)) as pilot:

            async def until(condition) -> None:
                for _ in range(2000):
                    if condition():
                        return
                    await pilot.pause(0.01)
                pytest.fail(f"it is {status()}")

            await pilot.press("3")  # all that is there: it waits for the customer
            await until(lambda: app._main.queue.rows)
            await pilot.press("e")  # it was reopened since: its cause and its solution are asked anew, and are the same
            for words in ("fonte de 12 V", "uma de 9 V"):
                await until(lambda: [one.value for one in app.screen.query("Input")] == [words])  # noqa: B023
                await pilot.press("enter")
            await until(lambda: status() is Status.RESOLVED)
            await pilot.press("u")
            await until(lambda: status() is Status.WAITING)
            await pilot.press("U")
            await until(lambda: status() is Status.RESOLVED)


async def test_a_mail_goes_up_and_back_and_every_clock_is_right_to_the_second(story, tmp_path):
    goes_through_all_tiers(story)
    with closing(open_store(str(tmp_path / "desk"))) as store:
        desk = Desk(store, agent="Bruno", console="pilot")
        await resolved_in_a_console(desk)
        assert desk.ask_now(handoffs.solution_of, 1).solution == "uma de 9 V"
        vendor = desk.ask_now(briefing.brief, 1, now=moment(9, "10:00:00")).vendor
        assert vendor == timedelta(hours=1, minutes=15, seconds=10)  # from 12:30:00 to 13:45:10
        assert make_anew(store) == 0
        with closing(open_store(str(tmp_path / "replayed"))) as target:
            assert_replays(store, target)

    assert all(one["ok"] for one in story.at(9, "10:00:00", "Bruno", "doctor", "--rebuild", "--json"))
    (why,) = story.at(9, "10:00:00", "Bruno", "why", 1, "--json")
    names = ("metric", "state", "started_at", "due_at", "stopped_at", "spent", "policy")
    found = [tuple(clock[name] for name in names) for clock in why["clocks"]]
    assert found == [
        (metric, state, told(*starts), told(*due), told(*ends), spent, policy)
        for metric, state, starts, due, ends, spent, policy in CLOCKS
    ]
    (resolution,) = (clock for clock in why["clocks"] if clock["metric"] == "resolution")
    assert [tuple(one[name] for name in ("starts", "ends", "counted", "rule")) for one in resolution["intervals"]] == [
        (told(*starts), told(*ends), counted, rule) for starts, ends, counted, rule in RESOLUTION
    ]

    (breach,) = story.at(9, "10:00:00", "Bruno", "breach", "list", "--json")
    assert (breach["metric"], breach["due_at"], breach["noticed_at"]) == (
        "acceptance",
        told(8, "12:00:00"),
        told(8, "12:00:30"),
    )
    assert_reported(*story.at(9, "10:00:00", "Bruno", "report", "--from", "2026-09-01", "--json"))
    sent = [message_from_bytes(one.content, policy=policy.default) for one in story.smtp.arrived]
    assert [one.rcpt_tos for one in story.smtp.arrived] == [("ana@example.com",)] * 5
    assert "Um técnico vai à doca" in sent[1].get_content()


def assert_reported(report: dict) -> None:
    figures = {one["measure"]: (one["n"], one["value"]) for one in report["figures"]}
    assert figures == {
        "solved": (1, 1),
        "contacts": (1, 4),
        "first_response": (1, (moment(8, "09:30:20") - moment(4, "17:10:07")).total_seconds()),
        # The first answer; what is told with the handoff, 14:49 after they asked; 39:20; 28:30. That of 14:00 answers none.
        "any_response": (4, ((moment(8, "09:30:20") - moment(4, "17:10:07")).total_seconds() + 889 + 2360 + 1710) / 4),
        "between_contacts": (0, None),
        "first_contact": (1, 0),
        "acceptance": (2, (30 * 60 + 30 + 25 * 60 + 20) / 2),
    }
    met = {one["metric"]: (one["met"], one["breached"]) for one in report["clocks"]}
    assert met == {"first_response": (1, 0), "next_response": (3, 0), "resolution": (1, 0), "acceptance": (1, 1)}
    border = ("from_tier", "to_tier", "n", "accepted", "handed_back", "returned", "escalated", "bounces")
    assert [tuple(one[name] for name in border) for one in report["transfers"]] == [
        ("n1", "n2", 1, 1, 1, 0, 0, 1),
        ("n2", "n3", 1, 1, 1, 0, 1, 1),
    ]
