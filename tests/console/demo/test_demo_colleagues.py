"""The demo's colleagues: what they have in hand when it opens, and that they are seen while they write."""

import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.config.accounts import Account
from console.config.settings import read_account
from console.demo.colleagues import ANSWERS, DONE, Colleagues, move_in, open_up
from console.demo.lives import FIRMS
from console.demo.servers import demo_servers
from console.demo.staff import STAFF
from console.demo.wishes import RESPONSES
from console.library.checking import problems
from console.library.files import read
from console.library.finding import in_language
from console.library.rendering import render
from console.library.starter import STARTER
from console.library.values import known
from console.mail.sync import sync_once
from storage.commands.desk import agent_named
from storage.commands.responses import bring
from storage.events import Actor
from storage.kinds import Direction, Status, Subject
from storage.queries import context, conversations, drafts, inbox, knowing, personas, responses
from storage.queries.briefing import brief
from storage.queries.customer_screen import timeline
from storage.queries.customers import of_that_name
from storage.queries.history import actions
from storage.store import Store, open_store

pytestmark = [pytest.mark.slow]
NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Store, list[Account], int]]:
    pytest.importorskip("pymap")
    with demo_servers(tmp_path, now=NOW, live=False) as servers:
        accounts = [
            read_account(
                {
                    "name": each.name,
                    "address": each.address,
                    "imap": f"127.0.0.1:{servers.imap_port}",
                    "smtp": f"127.0.0.1:{servers.smtp_port}",
                    "user": each.user,
                    "tls": "none",
                    "password_command": shlex.join(["echo", each.password]),
                    "live_since": NOW.isoformat(),
                }
            )
            for each in servers.accounts
        ]
        store = open_store(str(tmp_path / "desk"))
        assert not sync_once(store, accounts, report=lambda _account, _step: None).troubles
    with store.writing() as session:
        agent_id = agent_named(session, "Ana", now=NOW)
    open_up(store, now=NOW)
    move_in(store, agent_id=agent_id, now=NOW)
    yield store, accounts, agent_id
    store.close()


def found(store: Store, query: str, agent_id: int) -> list:
    with store.reading() as session:
        return list(inbox.window(session, query=query, agent_id=agent_id, now=NOW, size=200).rows)


def test_everybody_has_something_in_hand_and_none_of_it_is_yours_to_undo(desk) -> None:
    store, _accounts, agent_id = desk
    owners = {row.assignee for row in found(store, "is:open", agent_id)}
    assert owners >= {"Ana", "Bruno Reis", "Marta Gil", "Nicolás Vega", "Elena Soler", ""}
    assert 3 <= len(found(store, "is:open is:mine", agent_id)) <= 8
    assert len(found(store, "is:open is:unassigned", agent_id)) >= 15
    for work in DONE:
        assert [row for row in found(store, "", agent_id) if row.subject.startswith(work.subject)], work.subject
    assert {row.assignee for row in found(store, "is:snoozed -kind:task", agent_id)} == {"Nicolás Vega", "Bruno Reis"}
    [late] = found(store, "kind:checkin is:open -is:snoozed", agent_id)
    assert (late.assignee_id, len(found(store, "kind:checkin is:snoozed", agent_id))) == (agent_id, 2)
    assert len(found(store, "is:on_hold", agent_id)) == 2
    assert len(found(store, "tag:fatura", agent_id)) == 4
    with store.reading() as session:
        assert actions(session, agent_id=agent_id, console="mine") == []


def test_the_desk_knows_who_its_customers_are(desk) -> None:
    store, _accounts, agent_id = desk
    for firm in FIRMS:
        assert found(store, f'org:"{firm.fields["name"]}"', agent_id), firm.domain
    [row] = [one for one in found(store, "org:acme.example", agent_id) if one.subject.startswith("Cobrança em dup")]
    with store.reading() as session:
        beside = context.read(session, conversations.read(session, row.conversation_id, agent_id=None))
        numbers = [number for firm in FIRMS for number in of_that_name(session, Subject.ORGANIZATION, firm.domain)]
        assert len(numbers) == len(FIRMS)
        assert knowing.values(session, Subject.ORGANIZATION, numbers[0])["owner"] == "Ana"
        for firm in FIRMS:
            for name in firm.people:
                assert len(of_that_name(session, Subject.PERSON, f"{name}@{firm.domain}")) == 1, (firm.domain, name)
    assert (beside.organization, beside.fields["role"], beside.fields["touch"]) == (
        "ACME Logística",
        "Gerente de operações",
        "high",
    )
    assert beside.pinned[0].startswith("Fecha o mês no dia 10")


GREETED = {
    # What stands in the greeting of each whose persona is known, and of some of whom only touch is, or nothing.
    "ana.souza@acme.example": ("pt_BR", "Chefe de operações", "Ana, já estou cuidando disto e dou um horário"),
    "renata.dias@escolaaurora.example": ("pt_BR", "Secretaria", "um passo por linha, pronto para repassar"),
    "vitor@ramosdistribuidora.example": ("pt_BR", "Financeiro", "Prezado(a) Vitor"),
    "chika@obifreight.example": ("en", "Engineer", "I am in the logs. If you have a request id"),
    "pilar@canoceramica.example": ("es", "Propietaria", "Me encargo yo, sin pasarte de mano en mano."),
    "lucia@penatextil.example": ("es", None, "Gracias por escribir. Le responderemos"),
    "bob@northwind.example": ("en", None, "Thank you for writing. We will come back to you"),
}


def test_canned_responses_greet_the_right_persona_in_the_right_language(desk) -> None:
    """Each of the demo's customers whom it knows, in the conversation they had last."""
    store, _accounts, agent_id = desk
    entries = [one.entry for one in read([STARTER, RESPONSES])]
    with store.writing() as session:
        bring(session, entries, actor=Actor(agent_id, "demo"), now=NOW)
        known_by_language = {
            (one.canned.shortcode, one.canned.language): one.canned.body
            for one in responses.responses(session, agent_id=agent_id)
        }
    seen = {}
    with store.reading() as session:
        laid = {card.name for _number, card in personas.personas(session)}
        for firm in FIRMS:
            for name, told in firm.people.items():
                who = f"{name}@{firm.domain}"
                [person] = of_that_name(session, Subject.PERSON, who)
                last = timeline(session, person, size=1).conversations[0].conversation_id
                view = responses.values(session, last, agent_id=agent_id, agent="Ana")
                language = in_language(
                    [one for one in responses.responses(session, agent_id=agent_id) if one.canned.shortcode == "greet"],
                    view.languages(),
                ).canned.language
                said = known(view, language=language)
                done = render(known_by_language["greet", language], {**said, "promised.when": "às 15h"})
                assert not done.missing, who
                assert told["language"] == language, who
                assert said.get("customer.persona") == told.get("persona"), who
                assert told.get("persona") in {None, *laid}
                seen[who] = language, told.get("persona"), done.text
                for code in ("ack", "welcome"):  # the starters know who is looked after by one agent
                    given = render(known_by_language[code, language], {**said, "promised.when": "às 15h"}).text
                    personal = ("pessoalmente", "personalmente", "looking after it myself", "contact", "contato")
                    is_high = firm.fields.get("touch") == "high"
                    assert any(word in given for word in personal) == is_high, (who, code)
    for who, (language, persona, words) in GREETED.items():
        assert seen[who][:2] == (language, persona), who
        assert words in seen[who][2], seen[who][2]
    of_nobody = [text for _language, persona, text in seen.values() if persona is None]
    assert not [text for text in of_nobody if any(GREETED[who][2] in text for who in list(GREETED)[:5])]
    problems_found = [(one.source, problem) for one in read([RESPONSES]) for problem in problems(one.entry.canned.body)]
    assert problems_found == []


def test_a_colleague_is_seen_writing_and_then_has_answered(desk) -> None:
    store, accounts, agent_id = desk
    begun, seen = time.monotonic(), set()

    def answered() -> list[str]:
        texts = []
        for row in found(store, "is:waiting", agent_id):
            with store.reading() as session:
                view = conversations.read(session, row.conversation_id, agent_id=None)
            if view.messages[-1].direction is Direction.OUTGOING and view.messages[-1].delivery is not None:
                assert view.status is Status.WAITING
                texts.append(view.messages[-1].reply_text)
        return texts

    clock = lambda: NOW + (datetime.now(UTC) - START)  # noqa: E731 - the demo's mail is of a fixed moment
    with Colleagues(store, accounts, first=0.01, writing=2.0, clock=clock):
        while len(answered()) < len(ANSWERS):
            with store.reading() as session:
                seen |= {one.agent for one in drafts.writers(session, now=clock(), but=agent_id)}
            assert time.monotonic() - begun < 60
    assert seen == {STAFF[one.who] for one in ANSWERS}
    assert {text[:20] for text in answered()} == {one.text[:20] for one in ANSWERS}


START = datetime.now(UTC)


def test_a_visit_is_booked_one_handoff_bounced_and_another_comes_while_the_demo_runs(desk) -> None:
    store, accounts, agent_id = desk
    assert [row.subject.startswith("Endpoint /v2/tracking") for row in found(store, "is:bouncing", agent_id)] == [True]
    (visited,) = [row for row in found(store, "tier:n2", agent_id) if row.subject.startswith("Sensor 7")]
    with store.reading() as session:
        told = brief(session, visited.conversation_id, now=NOW)
    assert told.contents.visit is not None
    assert told.handoff is not None
    assert told.handoff.accepted == STAFF["ines"]
    assert found(store, "is:offered", agent_id) == []
    with Colleagues(store, accounts, first=0.01, writing=60.0, clock=lambda: NOW):
        deadline = time.monotonic() + 20
        while not (offered := found(store, "is:offered", agent_id)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert [row.tier for row in offered] == ["n3"]
