"""The composer with a draft of 200 lines: from a key to what is written to the terminal, by processor and by clock.

    python -m benchmarks.composer [--keys 300] [--lines 200] [--size 80x24]

The whole console runs on a store with one conversation, draft saved as it is typed and reviewed when typing rests; the
driver keeps what a terminal would get. Processor time holds on a busy machine, where wall time does not.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from textual.drivers.headless_driver import HeadlessDriver

from benchmarks.measuring import keep, machine, percentile
from console.app import Plantao
from console.desk import Desk
from console.mail.parse.message import parse
from console.screens.composer import ComposerScreen
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, take_in
from storage.store import open_store
from widgets.look import Look

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
LINE = "O estorno saiu hoje do nosso lado, e o banco do cartão costuma mostrar em até cinco dias úteis, na fatura."
MAIL = (
    "From: Ana Souza <ana@acme.example>\r\nTo: suporte@lumen.example\r\nSubject: Fatura\r\n"
    "Message-ID: <1@x.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nA fatura veio em dobro, podem ver?\r\n"
)

WRITTEN: list[str] = []


class Terminal(HeadlessDriver):
    """Keeps what is written, as a terminal would get it."""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        WRITTEN.append(data)


def made_desk(folder: Path) -> Desk:
    """Return a desk with one conversation."""
    import hashlib

    store = open_store(str(folder))
    raw = MAIL.encode()
    digest = hashlib.sha256(raw).digest()
    store.content.put({digest: raw})
    with store.writing() as session:
        mailbox_as(session, name="suporte", address="suporte@lumen.example", live_since=NOW.replace(month=1), now=NOW)
        take_in(session, [Delivery(1, digest, len(raw), NOW, parsed=parse(raw))], now=NOW)
    return Desk(store, agent="Rafael", console="here")


async def typed(desk: Desk, size: tuple[int, int], lines: int, keys: int) -> dict[str, list[float]]:
    """Return the milliseconds of processor and clock, and the bytes, of each key typed in the middle of a draft."""
    app = Plantao(desk, look=Look("dark"), clock=lambda: NOW, driver_class=Terminal)
    found: dict[str, list[float]] = {"processor": [], "clock": [], "bytes": []}

    async def drive(pilot: Any) -> None:
        try:
            while not app._main.queue.rows:  # noqa: SLF001 - driven from within
                await pilot.pause(0.05)
            await pilot.press("r")
            while not (isinstance(app.screen, ComposerScreen) and app.screen.begun):
                await pilot.pause(0.05)
            editor = app.screen.editor
            editor.put("\n".join(f"{number} {LINE}" for number in range(lines)))
            editor.move_cursor((lines // 2, 20))
            await pilot.pause(1)
            words = "o valor volta no mesmo cartão " * keys
            for sign in words[:keys]:
                WRITTEN.clear()
                processor, clock = time.process_time(), time.perf_counter()
                app.post_message(_key(sign))
                while not WRITTEN:  # noqa: ASYNC110 - an event would be one turn of the loop late
                    await asyncio.sleep(0)
                found["clock"].append(1000 * (time.perf_counter() - clock))
                found["processor"].append(1000 * (time.process_time() - processor))
                await asyncio.sleep(0.03)  # thirty letters a second: faster than anybody
                found["bytes"].append(len("".join(WRITTEN).encode()))
        finally:
            app.exit()

    await app.run_async(headless=False, size=size, auto_pilot=drive)
    return found


def _key(sign: str) -> Any:
    from textual import events
    from textual.keys import _character_to_key

    return events.Key(_character_to_key(sign), sign)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--keys", type=int, default=300)
    asked.add_argument("--lines", type=int, default=200)
    asked.add_argument("--size", default="80x24")
    options = asked.parse_args()
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="plantao-bench-") as folder:
        desk = made_desk(Path(folder))
        found = asyncio.run(typed(desk, (width, height), options.lines, options.keys))
        desk.store.close()
    print(machine())
    said = {}
    for name, unit in (("processor", "ms"), ("clock", "ms"), ("bytes", "B")):
        values = found[name]
        said[name] = [median(values), percentile(values, 0.95), max(values)]
        print(
            f"| key to screen, {options.lines} lines, {options.size}, {name} | median {said[name][0]:.1f} {unit}",
            end="",
        )
        print(f", p95 {said[name][1]:.1f}, most {said[name][2]:.1f} |")
    keep("composer", said)


if __name__ == "__main__":
    main()
