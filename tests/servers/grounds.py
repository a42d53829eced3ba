"""What every test server needs: an unprivileged account, a folder of its own, free ports, and a rule for when it is missing."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = os.geteuid() == 0


def account() -> pwd.struct_passwd:
    """Give the account that servers run as: ours, or *nobody* when we are root, as servers refuse root or leave its files."""
    return pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.geteuid())


def missing(sentence: str) -> NoReturn:
    """Skip on a stranger's machine, saying what is missing; fail where CI promised to have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not skip this: {sentence}")
    pytest.skip(sentence)


def folder(prefix: str) -> Path:
    """Make a temporary folder that the servers' account owns and nobody else reads; short, for the sake of socket paths."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if Path("/tmp").is_dir() else None))
    hand_over(path)
    return path


def hand_over(path: Path) -> None:
    """Give `path` to the servers' account."""
    if ROOT:
        who = account()
        os.chown(path, who.pw_uid, who.pw_gid)


def remove(path: Path) -> None:
    """Remove a folder; a file that a dying server takes away meanwhile is no matter."""
    shutil.rmtree(path, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Find `count` loopback ports that nobody listens on, all different."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def unprivileged(command: Sequence[str | Path], *, dies_with_us: bool = True) -> list[str]:
    """Return `command` so that it runs as the servers' account and, where Linux can, ends when this process is killed."""
    words = [str(word) for word in command]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if not ROOT:
            return words
        runuser = shutil.which("runuser")
        if runuser is None:
            missing("neither setpriv nor runuser is installed, so root cannot start an unprivileged test server")
        return [runuser, "-u", account().pw_name, "--", *words]
    become = []
    if ROOT:
        who = account()
        become = [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
    if dies_with_us:
        become += ["--pdeathsig", "TERM"]
    return [setpriv, *become, *words] if become else words


def until_true(condition: Callable[[], bool], what: str, *, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait up to 30 seconds for `condition`; fail with `what` when it does not come or the process ends before it does."""
    tick = threading.Event()
    for _ in range(1500):
        if condition():
            return
        if process is not None and process.poll() is not None:
            pytest.fail(f"{what}: the process ended with status {process.returncode}")
        tick.wait(0.02)
    pytest.fail(f"{what}: waited 30 seconds in vain")


def answers(port: int) -> bool:
    """Say whether somebody accepts connections on this loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5):
            return True
    except OSError:
        return False
