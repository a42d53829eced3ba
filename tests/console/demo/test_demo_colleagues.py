"""The demo's colleagues: what they have in hand when it opens, and that they are seen while they write."""

import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.config.accounts import Account
from console.config.settings import read_account
from console.demo.colleagues import ANSWERS, DONE, Colleagues, move_in
from console.demo.lives import FIRMS
from console.demo.servers import demo_servers
from console.demo.staff import STAFF
from console.mail.sync import sync_once
from storage.commands.desk import agent_named
from storage.kinds import Direction, Status, Subject
from storage.queries import context, conversations, drafts, inbox
from storage.queries import knowing as known
from storage.queries.briefing import brief
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
        assert known.values(session, Subject.ORGANIZATION, numbers[0])["owner"] == "Ana"
        for firm in FIRMS:
            for name in firm.people:
                assert len(of_that_name(session, Subject.PERSON, f"{name}@{firm.domain}")) == 1, (firm.domain, name)
    assert (beside.organization, beside.fields["role"], beside.fields["touch"]) == (
        "ACME Logística",
        "Gerente de operações",
        "high",
    )
    assert beside.pinned[0].startswith("Fecha o mês no dia 10")


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
