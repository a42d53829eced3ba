"""`sync`: the mailboxes are brought in step with their servers, once or for as long as the command runs."""

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.errors import CONFIGURATION, DONE, FAILED, sentence_of, status_of
from console.cli.parser import Group
from console.cli.quiet import keep_libraries_quiet
from storage.kinds.clean import clean_line
from widgets.language import _, choose_language, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.config.accounts import Account
    from console.mail.glance import Look
    from console.mail.sync import Outcome
    from console.mail.sync.folders import Step
    from storage.commands.intake import Counts

_BEHIND = 10  # how much nicer the sync of a console is than the console: who types goes first
_GROUP = Path("/proc/self/autogroup")
_LOOK_EVERY = 1.0  # seconds between two looks whether the parent is there


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command("sync", run_sync, words=_("bring the mailboxes in step with their servers"))
    parser.add_argument("--with-parent", type=int, metavar="PID", help=argparse.SUPPRESS)
    parser.set_defaults(loads_little=True)  # a look for news; whoever goes on to libraries keeps them quiet
    parser.add_argument("--watch", action="store_true", help=_("go on until stopped, with news as they come"))


def run_sync(call: "Call") -> int:
    """Bring every mailbox in step, once or until stopped."""
    if not call.options.watch:
        return _sync_once(call)
    keep_libraries_quiet()
    if not call.settings.accounts:
        return _tell_no_account(call)
    from console.mail.sync import stop_on_signals, watch

    store = call.open_store(durable=False)
    telling = _Telling(call, steps=True)
    stop = stop_on_signals()
    if call.options.with_parent is not None:
        stand_behind()
        threading.Thread(target=_stop_when_orphaned, args=(stop, call.options.with_parent), daemon=True).start()
        threading.Thread(target=_stop_when_added_to, args=(stop, call), daemon=True).start()
    with noticing_falls(stop):
        watch(store, call.settings.accounts, report=telling.step, stop=stop, workers=os.cpu_count() or 1)
    return DONE


def _sync_once(call: "Call") -> int:
    """Look whether there is anything to do; only then load what does it, which takes longer than the look."""
    with _look(call) as looked:
        if looked.in_step:
            return _tell_nothing(call)
        keep_libraries_quiet()
        accounts = call.settings.accounts
        if not accounts:
            return _tell_no_account(call)
        from console.mail.sync import sync_once

        store = call.open_store(durable=False)
        telling = _Telling(call, steps=False)
        with noticing_falls():
            outcome = sync_once(
                store, accounts, report=telling.step, workers=os.cpu_count() or 1, doors=looked.doors or None
            )
    call.out.progress_done()
    return tell_outcome(call, outcome)


def _look(call: "Call") -> "Look":
    """Look for news, by what the configuration said when it was last read with care, if it says the same now."""
    from console.config.reaching import digest_of, read_remembered
    from console.config.servers import Tls
    from console.mail.glance import Look, look
    from storage.glance import glance

    remembered = read_remembered(call.configuration_file)
    if remembered is not None and (path := _path_of(call.store_url_by(lambda: remembered.store))) is not None:
        kept = glance(path)
        if kept is not None and kept.configuration == remembered.digest:
            if remembered.language:
                choose_language(remembered.language)
            if any(one.tls is Tls.STARTTLS for one in remembered.accounts):
                keep_libraries_quiet()  # that negotiates it
            return look(path, kept, remembered.accounts)
    keep_libraries_quiet()
    accounts = call.settings.accounts
    path = _path_of(call.store_url)
    if path is None or not accounts:
        return Look()
    read = digest_of(call.configuration_file)
    unchanged = remembered is not None and remembered.digest == read
    return look(path, glance(path), accounts, configuration=read if unchanged else None)


def _path_of(url: str) -> Path | None:
    path = url.removeprefix("sqlite:///")
    return Path(path) if path != url else None


def _tell_no_account(call: "Call") -> int:
    call.out.error(_("plantao: there is no account yet: `plantao account add` makes one."))
    return CONFIGURATION


@contextmanager
def noticing_falls(stop: threading.Event | None = None) -> Iterator[None]:
    """Raise at the end of the block what a thread of it fell over, such as a full disk: no thread falls unseen.

    Args:
        stop: set as soon as one falls, so that the others end too.
    """
    falls: list[BaseException] = []

    def note(fall: threading.ExceptHookArgs) -> None:
        if fall.exc_value is not None:
            falls.append(fall.exc_value)
        if stop is not None:
            stop.set()

    before, threading.excepthook = threading.excepthook, note
    try:
        yield
    finally:
        threading.excepthook = before
    if falls:
        raise falls[0]


def stand_behind() -> None:
    """Let whoever types go first.

    Linux shares a processor among sessions first, and heeds how nice a process is only within its own: this one is
    alone in one, so the session must be as nice (sched(7), "The autogroup feature").
    """
    os.nice(_BEHIND)
    with suppress(OSError):  # no such feature, or it is not ours to set
        _GROUP.write_text(str(_BEHIND), encoding="ascii")


def _stop_when_orphaned(stop: threading.Event, parent: int) -> None:
    """Stop when the console that started this is gone, however it died: the next one starts its own.

    Args:
        stop: to be set.
        parent: the console's process, as it says itself: it may be gone before this one looks whose child it is.
    """
    while os.getppid() == parent:
        if stop.wait(_LOOK_EVERY):
            return
    stop.set()


def _stop_when_added_to(stop: threading.Event, call: "Call") -> None:
    """Stop when the configuration has other accounts, wherever they were added: the console starts another sync."""
    from console.config.errors import ConfigurationInvalid
    from console.config.settings import load_settings

    file, before = call.configuration_file, call.settings.accounts
    seen = _stamp(file)
    while not stop.wait(_LOOK_EVERY):
        if (now := _stamp(file)) == seen:
            continue
        seen = now
        with suppress(ConfigurationInvalid):  # it is being edited: what was read goes on to hold
            if load_settings(file).accounts != before:
                stop.set()


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def tell_outcome(call: "Call", outcome: "Outcome") -> int:
    """Print what a sync did, and return the exit status it ends with."""
    counts = outcome.step.counts
    troubles = [
        {"account": one.account.name, "kind": type(one.error).__name__, "words": sentence_of(one.error)}
        for one in outcome.troubles
    ]
    _tell_figures(call, asdict(counts), gone=outcome.step.gone, flagged=outcome.step.flagged, troubles=troubles)
    for one in outcome.troubles:
        call.out.error(f"plantao: {one.account.name}: {sentence_of(one.error)}")
    if not counts.adds_up:
        call.out.error(_("plantao: the counts do not add up: mail was lost on the way. Please report this."))
        return FAILED
    if counts.quarantined:
        call.out.error(
            ngettext(
                "plantao: {count} message cannot be read and is kept as it came: plantao export quarantined",
                "plantao: {count} messages cannot be read and are kept as they came: plantao export quarantined",
                counts.quarantined,
            ).format(count=counts.quarantined)
        )
    statuses = {status_of(one.error) for one in outcome.troubles}
    return statuses.pop() if len(statuses) == 1 else FAILED if statuses else DONE


def _tell_nothing(call: "Call") -> int:
    """Print that nothing came, in the words of a sync that went the whole road."""
    figures: dict[str, Any] = dict.fromkeys(("fetched", "joined", "new", "known", "quarantined", "ignored"), 0)
    figures["ignored_by"] = {}
    _tell_figures(call, figures, gone=0, flagged=0, troubles=[])
    return DONE


def _tell_figures(
    call: "Call", figures: dict[str, Any], *, gone: int, flagged: int, troubles: list[dict[str, str | None]]
) -> None:
    if call.out.json_lines:
        call.out.object({**figures, "gone": gone, "flagged": flagged, "troubles": troubles})
    else:
        call.out.line(_words(figures))


def counts_words(counts: "Counts") -> str:
    """Return what became of mail, as a sum."""
    return _words(asdict(counts))


def _words(figures: dict[str, Any]) -> str:
    words = _(
        "fetched {fetched} = joined {joined} + new {new} + known {known} + quarantined {quarantined}"
        " + ignored {ignored}"
    ).format(**figures)
    if by := figures["ignored_by"]:
        words += " (" + ", ".join(f"{clean_line(name)} {count}" for name, count in sorted(by.items())) + ")"
    return words


class _Telling:
    """Says how far the sync is; told from several threads.

    Args:
        call: where to.
        steps: whether each step with news gets a line of its own.
    """

    def __init__(self, call: "Call", *, steps: bool) -> None:
        self._call = call
        self._steps = steps
        self._guard = threading.Lock()
        self._fetched = 0

    def step(self, account: "Account", step: "Step") -> None:
        """Tell one step."""
        with self._guard:
            self._fetched += step.counts.fetched
            out = self._call.out
            if not self._steps:
                out.progress(_("{count} messages fetched").format(count=self._fetched))
            elif not (step.counts.fetched or step.gone or step.flagged):
                return
            elif out.json_lines:
                out.object({"account": account.name, **asdict(step.counts), "gone": step.gone, "flagged": step.flagged})
            else:
                out.line(f"{account.name}: {counts_words(step.counts)}")
            out.flush()
