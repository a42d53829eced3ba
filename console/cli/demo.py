"""`demo`: the made-up company's servers, a folder of its own for everything, a first sync, and the console."""

import argparse
import os
import shlex
import tempfile
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.opening import ending_in_order
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.demo.servers import DemoServers


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "demo",
        run_demo,
        words=_("the console on a made-up company's mail"),
        more=_("Real IMAP and SMTP servers on this machine serve it; new mail keeps coming while it runs."),
    )
    parser.add_argument("--no-console", action="store_true", help=_("sync once, print the counts and the folder, end"))
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)


def run_demo(call: "Call") -> int:
    """Serve, sync, and open the console; the folder goes with it unless nobody sat there."""
    from console.demo.servers import check_extra, demo_servers

    check_extra()
    from console.demo.colleagues import Colleagues

    if call.options.no_console:
        folder = Path(tempfile.mkdtemp(prefix="plantao-demo-"))
        with demo_servers(folder, now=call.now, seed=call.options.seed, live=False) as servers:
            inner = _settle(call, folder, servers)
            status = _first_sync(inner)
            _stock(inner)
        call.out.line(_("The demo's folder is {folder}: PLANTAO_HOME={folder} plantao list").format(folder=folder))
        return status
    with ending_in_order(), _folder() as name:
        folder = Path(name)
        call.out.progress(_("The made-up company is opening…"))
        with demo_servers(folder, now=call.now, seed=call.options.seed) as servers:
            inner = _settle(call, folder, servers)
            _first_sync(inner)
            _stock(inner)
            call.out.progress_done()
            inner.options.temporary = True
            with Colleagues(inner.open_store(), inner.settings.accounts):
                return int(inner.options.run(inner))


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="plantao-demo-", ignore_cleanup_errors=True)


_AT_WORK = timedelta(days=1)


def _settle(call: "Call", folder: Path, servers: "DemoServers") -> "Call":
    """Write the configuration of the demo's desk, and return the call that is made there."""
    from console.cli.call import Call
    from console.cli.parser import build
    from console.config.editing import add_account
    from console.config.servers import Server
    from console.config.settings import read_account

    os.environ["PLANTAO_HOME"] = str(folder)
    inner = Call(build().parse_args([]))
    for each in servers.accounts:
        # In a file, so that a second console can be opened on the demo from another terminal.
        secret = folder / f"password-{each.name}"
        secret.touch(mode=0o600)
        secret.write_text(f"{each.password}\n")
        account = read_account(
            {
                "name": each.name,
                "address": each.address,
                "imap": str(Server("127.0.0.1", servers.imap_port)),
                "smtp": str(Server("127.0.0.1", servers.smtp_port)),
                "sender_name": "Lumen",
                "user": each.user,
                "tls": "none",
                "password_command": shlex.join(["cat", str(secret)]),
                # They have sat here since yesterday: what came since then is work, with clocks.
                "live_since": (call.now - _AT_WORK).astimezone(UTC).isoformat(),
            }
        )
        add_account(inner.configuration_file, account, now=call.now)
    return inner


def _stock(inner: "Call") -> None:
    """Bring the starter's canned responses and the company's in, and let the colleagues do their work."""
    from console.demo.colleagues import move_in
    from console.demo.wishes import RESPONSES
    from console.library.files import read
    from console.library.starter import STARTER
    from storage.commands.desk import agent_named
    from storage.commands.responses import bring
    from storage.events import Actor

    entries = [one.entry for one in read([STARTER, RESPONSES])]
    store = inner.open_store()
    with store.writing() as session:
        # At no console: the first undo of who sits down there is not of this.
        agent_id = agent_named(session, inner.settings.agent_name(), now=inner.now)
        bring(session, entries, actor=Actor(agent_id, "demo"), now=inner.now)
    move_in(store, agent_id=agent_id, now=inner.now)


def _first_sync(inner: "Call") -> int:
    from console.cli.syncing import noticing_falls, tell_outcome
    from console.demo.colleagues import open_up
    from console.mail.sync import sync_once

    store = inner.open_store(durable=False)
    open_up(store, now=inner.now)
    with noticing_falls():
        outcome = sync_once(store, inner.settings.accounts, report=lambda _account, _step: None)
    return tell_outcome(inner, outcome)
