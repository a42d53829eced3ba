"""A large store made quickly: the rows that taking mail in would leave, written straight into the tables.

What is not there: the log, references, fingerprints, placements and raw mail, none of which a query of the queue or
of the search reads. The search index is filled by the desk's own indexing.
"""

import json
import random
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from benchmarks.letters import END, OWN, ranked
from console.mail.sync.listing import Listing
from storage.apply.base import naming
from storage.apply.refresh import refresh
from storage.models.types import microseconds
from storage.search import index_more, tidy
from storage.store import Store, open_store
from storage.store.engine import sqlite_driver

_AT_ONCE = 50_000
_INDEXED_AT_ONCE = 10_000


def load(
    folder: Path, count: int, *, length: int, people: int | None = None, organizations: int = 0, indexed: bool = True
) -> None:
    """Make a store of `count` messages of `length` words on average in `folder`.

    Args:
        folder: where.
        count: how many messages.
        length: words of each.
        people: how many customers; one for twelve messages if not said.
        organizations: how many organizations they belong to, with what is told of them and of their people.
        indexed: whether the search is filled.
    """
    store = open_store(str(folder), durable=False)
    began = time.perf_counter()
    made = random.Random(11)
    names = {language: ranked(language) for language in ("pt", "es", "en")}
    line = sqlite_driver().connect(str(folder / "desk.db"), isolation_level=None)
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        line.execute(f"PRAGMA {pragma}")

    def put(table: str, rows: Iterable[dict[str, object]]) -> None:
        rows = list(rows)
        if rows:
            columns = list(rows[0])
            places = ", ".join("?" * len(columns))
            line.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", [tuple(row.values()) for row in rows]
            )

    live_since = microseconds(END - timedelta(days=10))
    line.execute("BEGIN")
    put("agent", ({"id": number, "name": f"agent{number}"} for number in range(1, 6)))
    put(
        "mailbox",
        (
            {
                "id": number,
                "name": f"box{number}",
                "address": OWN if number == 1 else f"box{number}@lumen.example",
                "aliases": "[]",
                "mailbox_group": "",
                "live_since": live_since,
                "archive": "",
            }
            for number in (1, 2, 3)
        ),
    )
    people = people or max(50, count // 12)
    if organizations:
        for table, rows in firms(people, organizations):
            put(table, rows)
    else:
        put(
            "person",
            (
                {"id": n, **naming(f"Cliente {n}"), "kind": "customer", "organization_id": None}
                for n in range(1, people + 1)
            ),
        )
    put(
        "address",
        (
            {
                "id": n,
                "person_id": n,
                "mailbox_group": "",
                "address": f"cliente{n}@empresa{n % (organizations or 400) + 1}.example",
            }
            for n in range(1, people + 1)
        ),
    )
    # Threads of one to six, each message some hours after the one before; numbers in the order of arrival.
    outline: list[tuple[int, int, int]] = []
    first = microseconds(END - timedelta(days=900))
    span = microseconds(END) - first
    thread = 0
    while len(outline) < count:
        thread += 1
        at = first + int(made.random() * span)
        for place in range(made.choices((1, 2, 3, 4, 5, 6), (30, 25, 18, 12, 9, 6))[0]):
            outline.append((min(at, first + span) // 1_000_000 * 1_000_000, thread, place))
            at += int((600 + made.expovariate(1 / 40_000)) * 1_000_000)
    del outline[count:]
    outline.sort()
    started: dict[int, int] = {}
    conversations: list[dict[str, object]] = []
    messages: list[dict[str, object]] = []
    texts: list[dict[str, object]] = []
    named: list[dict[str, object]] = []
    for message_id, (at, of_thread, place) in enumerate(outline, 1):
        conversation = started.get(of_thread)
        person = 1 + (of_thread * 7919) % people
        mailbox = 1 + of_thread % 3
        if conversation is None:
            conversation = started[of_thread] = len(started) + 1
            recent = at >= live_since
            status = made.choice(("new", "open", "open", "waiting", "on_hold", "resolved")) if recent else "closed"
            conversations.append(
                {
                    "id": conversation,
                    "mailbox_id": mailbox,
                    "status": status,
                    "assignee_id": made.choice((None, 1, 2, 3, 4, 5)) if recent else None,
                    "tier": made.choices(("n1", "n2", "n3"), (80, 15, 5))[0],
                    "channel": "email",
                    "kind": "care",
                    "priority": made.choices(("normal", "high", "urgent"), (94, 5, 1))[0],
                    "message_count": 0,
                }
            )
        outgoing = place % 2 == 1
        language = ("pt", "pt", "es", "es", "en")[of_thread % 5]
        words, weights = names[language]
        body = made.choices(words, cum_weights=weights, k=max(4, int(length * made.lognormvariate(0, 0.5) / 1.13)))
        subject = " ".join((words[of_thread % len(words)], *body[:3])) + f" {of_thread}"
        sender, receiver = (OWN, f"cliente{person}@empresa{person % (organizations or 400) + 1}.example")[
            :: 1 if outgoing else -1
        ]
        messages.append(
            {
                "id": message_id,
                "mailbox_id": mailbox,
                "conversation_id": conversation,
                "author_id": None if outgoing else person,
                "customer_id": person,
                "direction": "outgoing" if outgoing else "incoming",
                "automatic": "no",
                "arrived_at": at,
                "key": sha256(b"%d" % message_id).digest()[:16],
                "header_key": sha256(b"h%d" % message_id).digest()[:16],
                "evidence": "reference" if place else "new",
                "through_id": None,
                "handled": 0,
                "history": int(at < live_since),
            }
        )
        named.append({"message_id": message_id, "person_id": person, "author": int(not outgoing)})
        details = {
            "to": [["", receiver]],
            "cc": [],
            "reply_to": [],
            "attachments": [["fatura.pdf", "application/pdf", 4000, "2", False]] if made.random() < 0.05 else [],
            "original": None,
            "specials": [],
            "links": [],
            "in_reply_to": [],
            "references": [],
        }
        text = " ".join(body)
        texts.append(
            {
                "message_id": message_id,
                "version": 1,
                "subject": subject,
                "from_name": "Lumen" if outgoing else f"Cliente {person}",
                "from_address": sender,
                "dated_at": at,
                "language": language,
                "header_id": f"{message_id}@mail.example",
                "source": None,
                "details": json.dumps(details),
                "reply_text": text,
                "text": text,
            }
        )
        if len(messages) == _AT_ONCE or message_id == count:
            put("conversation", conversations)
            put("message", messages)
            put("message_text", texts)
            put("participant", named)
            for rows in (conversations, messages, texts, named):
                rows.clear()
            print(f"  {message_id:,} rows, {time.perf_counter() - began:.0f} s", flush=True)
    put("tag", ({"conversation_id": n, "tag": "vip"} for n in range(11, len(started), max(2, len(started) // 150))))
    put("tag", ({"conversation_id": n, "tag": "fatura"} for n in range(7, len(started), 7)))
    line.execute("COMMIT")
    line.close()
    with store.writing() as session:
        refresh(session, range(1, len(started) + 1))
    print(f"  counters, {time.perf_counter() - began:.0f} s", flush=True)
    if indexed:  # lists of words lack 2048 messages in the mean: they are brought up when they lack 4096
        later = min(2048, count // 2)
        index(store, count - later)
        list_words(store)
        index(store, later)
    store.close()
    with sqlite_driver().connect(str(folder / "desk.db")) as last:
        last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (folder / "ready").touch()
    print(f"  {count:,} messages ready in {time.perf_counter() - began:.0f} s", flush=True)


def index(store: Store, count: int) -> None:
    """Bring the next `count` messages into the search, and merge its pieces, as is done in time to what came slowly."""
    done = 0
    while done < count:
        with store.writing() as session:
            done += index_more(session, limit=min(_INDEXED_AT_ONCE, count - done))
        if done % 100_000 == 0:
            print(f"  {done:,} indexed", flush=True)
    for _ in range(2000):
        with store.writing() as session:
            if not tidy(session, pages=2000):
                break


def list_words(store: Store) -> None:
    """Make the lists of common words, as a sync that stays does while nothing comes."""
    listing = Listing(store)
    while listing.go_on():
        pass


def firms(people: int, count: int) -> Iterator[tuple[str, Iterable[dict[str, object]]]]:
    """Yield the rows of organizations, of their people, and of what is told of both, by table."""
    made = random.Random(13)
    parts = ("ma", "ri", "an", "jo", "sil", "va", "cos", "ta", "pe", "rei", "ra", "lu", "çã", "san", "tos", "gar")
    pool = ["".join(made.choices(parts, k=made.choice((2, 2, 3, 3, 4)))).title() for _ in range(15_000)]

    def named(words: int) -> str:  # some names are everywhere, most are rare
        return " ".join(pool[min(len(pool), int(made.paretovariate(0.6))) - 1] for _ in range(words))

    yield (
        "organization",
        (
            {"id": n, **naming(f"{named(2)} {n} Ltda"), "parent_id": 1 + n // 20 if n > 20 and n % 4 == 0 else None}
            for n in range(1, count + 1)
        ),
    )
    yield (
        "domain",
        (
            {"id": n, "organization_id": n, "mailbox_group": "", "domain": f"empresa{n}.example"}
            for n in range(1, count + 1)
        ),
    )
    yield (
        "person",
        (
            {"id": n, **naming(named(made.choice((2, 2, 3)))), "kind": "customer", "organization_id": n % count + 1}
            for n in range(1, people + 1)
        ),
    )
    for subject, most, fields in (
        ("organization", count, {"touch": ("high", "low", "mid"), "stage": ("Trial", "Live", "Renewal")}),
        ("person", people, {"role": ("Buyer", "Director", "Clerk"), "language": ("pt_BR", "es", "en")}),
    ):
        for field, values in fields.items():
            yield (
                "profile",
                (
                    {"subject": subject, "subject_id": n, "field": field, "value": values[n % len(values)]}
                    for n in range(1, most + 1)
                ),
            )
    yield (
        "entry",
        (
            {
                "id": n,
                "kind": "note",
                "subject": "person",
                "subject_id": n * 4,
                "name": None,
                "value": json.dumps({"text": f"Prefers mornings ({n}).", "pinned": n % 2 == 0}),
            }
            for n in range(1, people // 4 + 1)
        ),
    )


def in_step(folder: Path, *, mailbox: str, uids: list[int], uidvalidity: int, uidnext: int, modseq: int | None) -> None:
    """Give a loaded store's first mailbox its placements, as a sync leaves it that has every message.

    Args:
        folder: of the store; where it has fewer messages than there are UIDs, some lie in two places.
        mailbox: the account's name.
        uids, uidvalidity, uidnext, modseq: as the server says of INBOX.
    """
    line = sqlite_driver().connect(str(folder / "desk.db"), isolation_level=None)
    line.execute("BEGIN")
    line.execute("UPDATE mailbox SET name = ?, address = ? WHERE id = 1", (mailbox, OWN))
    line.execute(
        "INSERT INTO folder (id, mailbox_id, name, role, uidvalidity, uidnext, modseq, backfill_below, total, done)"
        " VALUES (1, 1, 'INBOX', 'inbox', ?, ?, ?, NULL, ?, ?)",
        (uidvalidity, uidnext, modseq, len(uids), len(uids)),
    )
    arrived = dict(line.execute("SELECT id, arrived_at FROM message").fetchall())
    line.executemany(
        "INSERT INTO raw (id, mailbox_id, message_id, digest, size, arrived_at) VALUES (?, 1, ?, ?, 4000, ?)",
        (
            (number, message, sha256(b"r%d" % number).digest(), arrived[message])
            for number in range(1, len(uids) + 1)
            for message in [(number - 1) % len(arrived) + 1]
        ),
    )
    line.executemany(
        "INSERT INTO placement (folder_id, uid, raw_id, flags, ignored) VALUES (1, ?, ?, '', '')",
        ((uid, number) for number, uid in enumerate(uids, 1)),
    )
    line.execute("COMMIT")
    line.close()
