"""What the readers gave goes into the index without being read back: the same words, and never another's."""

from dataclasses import replace

from made.post import HOUR, MONDAY, Post, letter
from sqlalchemy import text

from storage.kinds.mail import Attachment, Correspondent, Parsed
from storage.rules.gist import gist_of
from storage.search import Ready, check, index_more, reindex, remove
from storage.store import Store


def read(message: Parsed) -> Parsed:
    return replace(message, gist=gist_of(message))


def contents(session) -> list[tuple[object, ...]]:
    """Return all that the index holds, down to where each word stands."""
    connection = session.connection()
    own = ", vector::text" if connection.dialect.name == "postgresql" else ""
    entries = f"SELECT id, message_id, version, stems{own} FROM search_entry ORDER BY id"
    rows = [tuple(row) for row in connection.execute(text(entries))]
    if not own:
        words = "SELECT doc, col, term, offset FROM search_index_terms ORDER BY 1, 2, 4"
        rows += [tuple(row) for row in connection.execute(text(words))]
    return rows


LETTERS = [
    letter("1@x", text="A cobrança veio em duplicidade, de novo.", subject="Fatura de agosto"),
    letter("2@x", cites=["1@x"], by="bia@acme.example", to=["Desk@plantao.example", "ana@acme.example"]),
    replace(
        letter("3@x", text="Segue o contrato."),
        cc=(Correspondent("Zé Ninguém", "ze@acme.example"),),
        attachments=(
            Attachment("Contrato São João.pdf", "application/pdf", 10, "2"),
            Attachment("logo.png", "image/png", 9, "3", inline=True),
        ),
        language="pt",
    ),
    replace(letter("4@x", subject="", text=""), author=Correspondent("", "")),
]


def test_what_was_read_is_indexed_as_what_is_read_back(store: Store) -> None:
    post, ready = Post(store), Ready()
    for number, one in enumerate(LETTERS):
        ready.lay(post.bring(post.delivery(read(one), at=MONDAY + number * HOUR)).read)
    with store.writing() as session:
        # What stands in the table is not looked at: it would be found if it were.
        session.execute(text("UPDATE message_text SET subject = 'other ' || subject"))
        assert index_more(session, limit=10, ready=ready) == len(LETTERS)
        quick = contents(session)
        session.execute(text("UPDATE message_text SET subject = substr(subject, 7)"))
        assert check(session)
        reindex(session)
        assert index_more(session, limit=10) == len(LETTERS)
        assert contents(session) == quick
        remove(session, [1, 2, 3, 4])
        assert contents(session) == []


def test_a_second_delivery_gives_the_index_nothing(store: Store) -> None:
    post, ready = Post(store), Ready()
    first = read(letter("1@x", text="agosto"))
    again = replace(first, attachments=(Attachment("setembro.pdf", "application/pdf", 1, "2"),))
    taken = post.bring(post.delivery(again, at=MONDAY + HOUR, raw=b"again"), post.delivery(first, raw=b"first"))
    assert taken.read == {1: first}
    assert post.bring(post.delivery(again, at=MONDAY + HOUR, raw=b"once more")).read == {}
    ready.lay(taken.read)
    with store.writing() as session:
        index_more(session, limit=10, ready=ready)
        assert check(session)
        remove(session, [1])
        assert contents(session) == []


def test_what_waits_is_bounded_and_given_once() -> None:
    ready = Ready(most=20)
    twelve = read(letter(text="x" * 12))
    ready.lay({1: twelve})
    ready.lay({2: twelve, 3: letter(text="not read by a reader")})
    assert ready.lend(9) == ready.lend(9) == {1: twelve}  # what borrowed it first was given up
    ready.lay({2: twelve})
    assert list(ready.lend(9)) == [1]  # what is lent is held
    ready.settle()
    ready.settle()
    ready.lay({4: twelve, 7: read(letter(text="y"))})
    assert list(ready.lend(5)) == [4]
    ready.settle()
    assert list(ready.lend(9)) == [7]
    ready.settle()
    assert ready.lend(9) == {}
