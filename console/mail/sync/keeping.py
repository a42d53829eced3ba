"""Having a sync process run while a console does: started when nobody holds the lease, again when it died."""

import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from console.mail.backoff import Backoff
from console.mail.sync.running import LEASE
from storage.commands.leasing import lease_holder
from storage.commands.outbox.sending import is_leaving
from storage.kinds.errors import DeskError
from storage.store import Store

_LOOK_EVERY: Final = 1.0  # seconds
_END_SECONDS: Final = 10.0


class SyncKeeper:
    """Keeps one sync process alive for as long as this object is started.

    It is a process of its own because parsing in a thread makes keys stutter (LIBRARIES, "Measured of Textual").
    Of several consoles the first one starts it; when that one ends, another one does.

    Args:
        store: asked for the lease.
        command: what starts ``plantao sync --watch`` on the same store and configuration.
        log: the file that gets what the process prints.
        outlives: the process may go on for a while to let mail leave, once this object is stopped.
    """

    def __init__(self, store: Store, command: Sequence[str], *, log: Path, outlives: bool = True) -> None:
        self._store = store
        self._command = list(command)
        self._log = log
        self._outlives = outlives
        self._process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="sync keeper", daemon=True)

    def start(self) -> None:
        """Begin to look after the sync."""
        self._thread.start()

    def stop(self) -> None:
        """End the sync process that was started here, at a safe place, and look no more."""
        self._stop.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        if self._outlives and self._mail_leaves():
            return
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _mail_leaves(self) -> bool:
        with suppress(DeskError), self._store.reading() as session:
            return is_leaving(session, now=datetime.now(UTC))
        return False

    def _keep(self) -> None:
        pauses = Backoff(first=1.0, most=60.0)
        while not self._stop.is_set():
            if self._process is not None and self._process.poll() is not None:
                self._process = None
                self._stop.wait(pauses.next())
                continue
            if self._process is None:
                self._start_if_free()
            else:
                pauses.reset()
            self._stop.wait(_LOOK_EVERY)

    def _start_if_free(self) -> None:
        with suppress(DeskError):  # a store that cannot be asked now is asked again
            with self._store.reading() as session:
                held = lease_holder(session, LEASE, now=datetime.now(UTC))
            if held is None and not self._stop.is_set():
                with self._log.open("ab") as log:
                    self._process = subprocess.Popen(  # noqa: S603 - our own program
                        self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                    )
