"""A composer that is open while its customer is erased writes nothing down of them again."""

from sqlalchemy import select

from storage.apply.base import table
from storage.commands.erasing import erase
from storage.models import Draft
from storage.queries import drafts
from storage.queries.erasing import survey


async def test_what_is_typed_after_the_erasure_is_kept_nowhere(deliver, console, desk, until, store, screen_text):
    deliver({"id": "first", "name": "Rita Souza", "address": "rita@acme.example", "text": "Bom dia segredo.\n"})
    app = console()

    def kept():
        return [one.body for one in desk.ask_now(drafts.drafts, agent_id=desk.agent_id)]

    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("r", *"Oi, Rita.")
        await until(lambda: kept() == ["Oi, Rita."])
        desk.tell_now(
            lambda session, **choices: erase(session, survey(session, 1), elsewhere=True, on_servers=False, **choices),
            actor=desk.actor,
            now=app.clock(),
        )
        await pilot.press("!")
        await until(lambda: "not saved" in screen_text(app))
        with store.reading() as session:
            assert session.connection().execute(select(table(Draft).c.body)).all() == []
