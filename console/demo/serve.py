"""The child process of the demo: `python -m console.demo.serve` serves the made-up mail until its parent is gone."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from console.demo.company import answer, history, mailboxes, news
from console.demo.imap import Post
from console.demo.shapes import DemoMail
from console.demo.smtp import Courier, serve
from console.demo.timing import chance_of

PARENT_LOOK = 0.5  # seconds between two looks whether the parent still lives


async def run(arguments: argparse.Namespace) -> None:
    """Serve until the parent is gone or SIGTERM comes, printing the ports as one JSON line when ready."""
    now, seed = arguments.now, arguments.seed
    accounts = mailboxes(now, seed)
    kept = arguments.folder / "left"
    kept.mkdir(parents=True, exist_ok=True)
    post = Post(accounts)
    await post.open()
    for mail in history(now, seed):
        await post.lay(mail)

    replies: asyncio.Queue[DemoMail] = asyncio.Queue()
    waiting: set[asyncio.Task[None]] = set()

    def deliver(name: str, raw: bytes) -> asyncio.Task[None]:
        arrived = datetime.now(UTC)
        return asyncio.create_task(post.lay(DemoMail(name, "INBOX", raw, arrived, seen=False, answered=False)))

    def outside(raw: bytes, recipients: tuple[str, ...]) -> None:
        if arguments.every is None:
            return
        task = asyncio.create_task(_answer_later(raw, recipients, arguments.every, replies, seed))
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    imap = await post.serve()
    smtp = await serve(Courier(accounts, deliver=deliver, outside=outside, kept=kept))
    ports = {"imap": imap.sockets[0].getsockname()[1], "smtp": smtp.sockets[0].getsockname()[1]}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()

    tasks = [asyncio.create_task(_until_orphaned(arguments.parent))]
    if arguments.every is not None:
        coming = news(now, seed)
        tasks.append(asyncio.create_task(_bring(post, coming, replies, arguments.every, seed)))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (*tasks, *waiting):
            task.cancel()
        for server in (imap, smtp):
            server.close()


async def _bring(
    post: Post, coming: Iterator[DemoMail], replies: "asyncio.Queue[DemoMail]", every: float, seed: int
) -> None:
    """Lay a new mail about every `every` seconds (two thirds to four thirds of it), for ever; answers come first."""
    pauses = chance_of(seed, "pauses")
    while True:
        await asyncio.sleep(every * pauses.uniform(2 / 3, 4 / 3))
        await post.lay(replies.get_nowait() if not replies.empty() else next(coming))


async def _answer_later(
    raw: bytes, recipients: tuple[str, ...], every: float, replies: "asyncio.Queue[DemoMail]", seed: int
) -> None:
    """Let a customer answer what an agent sent, after a while, if anybody does."""
    await asyncio.sleep(every)
    written = answer(raw, recipients, datetime.now(UTC), seed)
    if written is not None:
        await replies.put(written)


async def _until_orphaned(parent: int) -> None:
    """Return when standard input ends or the parent is another process than it was.

    Both are needed: a process that the parent forked without exec keeps the pipe open after the parent has died.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ended = asyncio.create_task(reader.read())
    while not ended.done() and os.getppid() == parent:
        await asyncio.wait([ended], timeout=PARENT_LOOK)
    ended.cancel()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m console.demo.serve", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where mail that leaves is kept")
    parser.add_argument("--now", type=datetime.fromisoformat, required=True, help="an aware ISO 8601 moment")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=None, help="mean seconds between new mails; none when absent")
    parser.add_argument("--parent", type=int, default=os.getppid(), help="end when this process is gone")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of sign-in without TLS: loopback
    os.environ["FQDN"] = "localhost"  # else pymap asks the resolver for every greeting
    with asyncio.Runner() as runner:
        task = runner.get_loop().create_task(run(arguments))
        runner.get_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            runner.get_loop().run_until_complete(task)
        except asyncio.CancelledError:
            return


if __name__ == "__main__":
    main()
