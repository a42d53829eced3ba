"""A customer's question, an agent who answers it, and the sender: what the tests of the outbox stand on."""

from datetime import timedelta

from made.post import Out, Post
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import drafts
from storage.kinds import DraftKind
from storage.models import Draft, MessageText
from storage.store import Store


class Answering:
    """A customer's question in conversation 1, an agent who answers it, and the sender."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.asked = self.post.send("q@acme", at=self.post.now - timedelta(hours=1))
        self.out = Out(self.post)

    def tell(self, command, *args, **choices):
        """Let the agent do it, and return what it gives."""
        with self.store.writing() as session:
            return command(session, *args, actor=self.out.actor, now=self.out.now, **choices)

    def answer(self, **given):
        """Queue an answer to the question."""
        return self.out.queue(1, cites=("q@acme",), answers_id=self.asked, **given)

    def begin_draft(self) -> int:
        """Begin the draft of an answer, and return its number."""
        with self.store.writing() as session:
            draft, _ = drafts.begin(
                session,
                agent_id=self.out.actor.agent_id,
                kind=DraftKind.REPLY,
                now=self.out.now,
                conversation_id=1,
                values={"body": "Está corrigida."},
            )
        return draft.draft_id

    def kept_drafts(self) -> list[str]:
        """Return what the drafts say that are not put away."""
        rows = table(Draft)
        with self.store.reading() as session:
            chosen = select(rows.c.body).where(rows.c.dropped_at.is_(None))
            return list(session.connection().execute(chosen).scalars())

    def header_of(self, message_id: int) -> str:
        """Return the Message-ID of a message."""
        rows = table(MessageText)
        with self.store.reading() as session:
            chosen = select(rows.c.header_id).where(rows.c.message_id == message_id)
            return str(session.connection().execute(chosen).scalar_one())
