"""Which responses fit: those that answered similar mail, by rare words, and less when they had to be edited."""

from made.post import DAY, DESK, HOUR, MONDAY, Post
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import responses
from storage.commands.desk import agent_named
from storage.commands.responses import Use
from storage.events import Actor
from storage.kinds.responses import Canned
from storage.models import Message
from storage.queries.fitting import fitting
from storage.search.index import index_more
from storage.store import Store

REFUND = "the invoice for the projector was charged twice on our credit card please refund the second payment"
LOGIN = "nobody in the warehouse can sign in since the password page wants another letter from the employees"


def test_what_answered_similar_mail_fits_best(store: Store) -> None:
    post = Post(store)
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
        numbers = [
            responses.keep(session, Canned(code, "en", code, "Hello."), actor=ana, now=MONDAY)
            for code in ("refund", "refund-old", "login")
        ]
    answered = ((REFUND, numbers[0], False), (REFUND, numbers[1], True), (LOGIN, numbers[2], False))
    for place, (text, response, edited) in enumerate(answered):
        at = MONDAY + place * DAY
        sender = f"c{place}@acme.example"
        post.send(f"q{place}@x", by=sender, at=at, subject=f"Question {place}", text=text)
        post.send(f"a{place}@x", by=DESK, to=(sender,), cites=[f"q{place}@x"], at=at + HOUR, text="Hello.")
        with store.writing() as session:
            rows = table(Message)
            newest = session.connection().execute(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)).scalar_one()
            responses.note_used(session, newest, [Use(response, edited=edited)], actor=ana, now=at + HOUR)
    post.send(
        "new@x", by="li@other.example", at=MONDAY + 9 * DAY, subject="Charged", text="my credit card was charged twice"
    )
    post.send("odd@x", by="bo@other.example", at=MONDAY + 9 * DAY, subject="Weather", text="it rains elephants here")
    with store.writing() as session:
        while index_more(session, limit=100):
            pass
    with store.reading() as session:
        fits = fitting(session, 4)
        assert sorted(fits, key=lambda one: -fits[one])[:2] == numbers[:2]
        assert fits[numbers[0]] == 1
        assert numbers[2] not in fits or fits[numbers[2]] < fits[numbers[1]]
        assert fitting(session, 5) == {}
        assert fitting(session, 99) == {}
