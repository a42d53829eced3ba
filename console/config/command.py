"""A command that prints a password: run without a shell, bounded in time and size, its output never repeated."""

import os
import selectors
import shlex
import signal
import subprocess
import time
from contextlib import suppress

from storage.kinds.clean import clean_line
from widgets.language import _

COMMAND_SECONDS = 30.0
"""How long a password command may take: enough to touch a hardware key."""

_KEPT = 64 * 1024  # bytes kept of each stream; the rest is read and dropped
_SAID = 200  # signs of standard error that a sentence can bear
_TICK = 0.05  # seconds between two looks at whether it has ended while a grandchild holds its pipes open


def first_line_of(command: str, *, account: str, seconds: float = COMMAND_SECONDS) -> str:
    """Run a password command and return the first line that it prints.

    It gets no terminal and no standard input, so that it cannot disturb a full-screen console, and a process group of
    its own, so that whatever it started ends with it when it is late.

    Args:
        command: a program and its arguments, quoted as in a shell, run without one.
        account: whose password it is, for the errors.
        seconds: how long it may take.

    Raises:
        PasswordCommandFailed: it cannot be started, ends badly, takes too long, or prints nothing.
    """
    words = shlex.split(command)
    words[0] = os.path.expanduser(words[0])  # noqa: PTH111 - a Path would turn ./program into program
    try:
        started = subprocess.Popen(  # noqa: S603 - the agent's own configuration names it
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as refused:
        from console.config.errors import PasswordCommandFailed  # late, as below: most commands give one

        why = _("could not be started ({reason})").format(reason=clean_line(refused.strerror or ""))
        raise PasswordCommandFailed(account, words[0], why) from None
    with started:
        try:
            printed, said = _listen(started, time.monotonic() + seconds)
            status = started.poll()
        finally:
            _end(started)
    line = printed.partition(b"\n")[0].removesuffix(b"\r").decode("utf-8", errors="replace")
    if why := _fault(status, line, seconds):
        from console.config.errors import PasswordCommandFailed

        shown = _shown(said, line)
        del printed, said, line  # a traceback that shows what is in its frames must not show these
        raise PasswordCommandFailed(account, words[0], why, shown)
    return line


def _listen(started: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """Read both streams until the process has ended or `until` on the monotonic clock, and return what was kept.

    A grandchild, such as an agent left in the background, may hold the streams open: the process's end counts.
    """
    assert started.stdout is not None
    assert started.stderr is not None
    kept = {started.stdout.fileno(): bytearray(), started.stderr.fileno(): bytearray()}
    printed, said = kept.values()
    with selectors.DefaultSelector() as selector:
        for stream in kept:
            selector.register(stream, selectors.EVENT_READ)
        while time.monotonic() < until:
            ended = started.poll() is not None  # asked before reading: what it wrote last is read after
            ready = selector.select(_TICK) if selector.get_map() else []
            for key, _events in ready:
                got = os.read(key.fd, _KEPT)
                kept[key.fd] += got[: _KEPT - len(kept[key.fd])]
                if not got:
                    selector.unregister(key.fd)
            if ended and not ready:
                break
            if not selector.get_map():
                with suppress(subprocess.TimeoutExpired):
                    started.wait(max(0.0, until - time.monotonic()))
                break
    return bytes(printed), bytes(said)


def _end(started: subprocess.Popen[bytes]) -> None:
    """End a process that is late, and all of its group."""
    if started.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)


def _fault(status: int | None, line: str, seconds: float) -> str:
    """Say what kept a command from giving a password; nothing when it gave one."""
    if status is None:
        return _("was still running after {count} seconds and was ended").format(count=f"{seconds:g}")
    if status < 0:
        return _("was ended by signal {number}").format(number=-status)
    if status:
        return _("ended with status {status}").format(status=status)
    if not line:
        return _("printed an empty first line")
    if "\N{REPLACEMENT CHARACTER}" in line or len(line) >= _KEPT:
        return _("printed something that is no password")
    return ""


def _shown(said: bytes, line: str) -> str:
    """Return the end of what a command wrote to standard error, clean, on one line, and without its password."""
    text = said.decode("utf-8", errors="replace")
    if line:
        text = text.replace(line, "…")
    return clean_line(text)[-_SAID:]
