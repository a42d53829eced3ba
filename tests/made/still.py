"""A console is still once its event loop has nothing to do and no thread of its works: seen, where Textual sleeps."""

import asyncio
import time
from functools import partial, wraps
from typing import Any

import textual.app
import textual.pilot
import textual.screen
from textual._wait import SLEEP_GRANULARITY, SLEEP_IDLE
from textual.pilot import Pilot

_FRAME = 0.01  # seconds; the next frame is waited for after every key
_REST = 0.06  # seconds; what waits until typing rests is waited for after the last of them
_BREATH = 0.002  # seconds between two looks at threads


def install() -> None:
    """Let a pilot that presses keys, clicks or pauses go on as soon as the console is still.

    Textual's own way sleeps a fiftieth of a second twice for each key, and again while the process works: most of the
    time of a test of a screen. What it sleeps for is what is looked at here, and some of it is looked at more closely.
    """
    textual.screen.UPDATE_PERIOD = (
        1 / 240
    )  # a frame soon after each key, where a sixtieth of a second would be waited for
    textual.app.wait_for_idle = partial(until_still, soon=_FRAME)  # type: ignore[attr-defined]
    textual.pilot.wait_for_idle = until_still  # type: ignore[attr-defined]
    if Pilot.press is not _pressed:
        asyncio.BaseEventLoop.run_in_executor = _counted  # type: ignore[assignment,method-assign]
        Pilot.press = _pressed  # type: ignore[method-assign]


async def until_still(_least: float = 0, most: float = 1, *, soon: float = _REST) -> None:
    """Wait until the loop has nothing to run, no timer within `soon` seconds and no thread at work; `most` at most.

    A thread that itself waits for something, such as a server, is not waited for: the process is idle then.
    """
    loop: Any = asyncio.get_running_loop()
    begun = loop.time()
    while (now := loop.time()) < begun + most:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        if _at_work(loop):
            spent = time.process_time()
            await asyncio.wait(set(_at_work(loop)), timeout=SLEEP_GRANULARITY, return_when=asyncio.FIRST_COMPLETED)
            if _at_work(loop) and not loop._ready and time.process_time() - spent < SLEEP_IDLE:
                return
            continue
        due = min((one._when for one in loop._scheduled if not one._cancelled), default=now + most)
        if due < now + soon and now < begun + 2 * soon:  # what runs out time and again is waited for no longer
            await asyncio.sleep(max(due - now, 0))
            continue
        spent = _of_other_threads()
        await asyncio.sleep(_BREATH)
        if not loop._ready and not _at_work(loop) and _of_other_threads() - spent < _BREATH / 20:
            return


def _at_work(loop: Any) -> "set[asyncio.Future[Any]]":
    found: set[asyncio.Future[Any]] = loop.__dict__.setdefault("at_work", set())
    return found


def _of_other_threads() -> float:
    """Return the processor's seconds of all threads but this one, such as the feed's."""
    return time.process_time() - time.thread_time()


_run_in_executor, _press = asyncio.BaseEventLoop.run_in_executor, Pilot.press


def _counted(self: asyncio.BaseEventLoop, *given: Any) -> "asyncio.Future[Any]":
    """Run a function in a thread, and remember that it runs."""
    future = _run_in_executor(self, *given)
    _at_work(self).add(future)
    future.add_done_callback(_at_work(self).discard)
    return future


@wraps(_press)
async def _pressed(self: "Pilot[Any]", *keys: str) -> None:
    await _press(self, *keys)
    await until_still()
