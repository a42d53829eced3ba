"""Customers out of a file: how long `customer import` takes, again, and its undo, how much memory, and who waits.

Usage: python -m benchmarks.customers [ROWS ...] [--undo]

Each step is a process of its own with a peak of its own: with several sizes it is seen what grows with the file.
Beside each, somebody writes without end; what they waited longest for is how long the store's lock was held.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.measuring import ROOT, environment, keep, machine
from storage.kinds.errors import StoreTrouble
from storage.store import open_store

_ROLES = ("Buyer", "Director", "Clerk")


def main() -> None:
    """Print what each took."""
    reader = argparse.ArgumentParser()
    reader.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000])
    reader.add_argument("--undo", action="store_true", help="take it back as well, and do it again")
    asked = reader.parse_args()
    print(machine())
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "customers.csv"
            _write(table, rows)
            plantao = [sys.executable, "-m", "console.cli"]
            taking = [*plantao, "customer", "import", str(table), "--json"]
            steps = {"preview": [*taking, "--preview"], "import": taking, "again": taking}
            if asked.undo:
                steps |= {"undo": [*plantao, "undo", "--json"], "redo": [*plantao, "redo", "--json"]}
            for name, command in steps.items():
                _step(name, rows, command, Path(folder))


def _step(name: str, rows: int, command: list[str], home: Path) -> None:
    waited, done = [0.0], threading.Event()
    beside = threading.Thread(target=_write_beside, args=(home / "data", waited, done))
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**environment(), "PLANTAO_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    beside.start()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    done.set()
    beside.join()
    if status:
        raise SystemExit(f"{name} failed")
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss // 1024
    print(
        f"{name}: {rows} rows, {seconds:.1f} s, processor {cpu:.1f} s, peak {peak} MB, another writer waited"
        f" {waited[0]:.1f} s at most, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    told = {"rows": rows, "seconds": seconds, "cpu": cpu, "mb": peak, "waited": waited[0]}
    keep(f"customer import: {name}", told)


def _write_beside(folder: Path, waited: list[float], done: threading.Event) -> None:
    """Take the lock twenty times a second, as long as a desk is there, and note the longest wait."""
    while not (folder / "desk.db").exists():
        if done.wait(0.2):
            return
    time.sleep(1)  # it is being made
    store = open_store(str(folder))
    while not done.wait(0.05):
        began = time.perf_counter()
        try:
            with store.writing():
                pass
        except StoreTrouble:  # locked for longer than anybody waits
            pass
        waited[0] = max(waited[0], time.perf_counter() - began)
    store.close()


def _write(place: Path, rows: int) -> None:
    with place.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["address", "name", "organization", "role", "language", "org.touch"])
        for number in range(rows):
            at = number % 10_000
            touch = "high" if at % 3 else "low"
            row = [f"p{number}@o{at}.example", f"Ánna {number}", f"Órgano {at}", _ROLES[number % 3], "pt_BR", touch]
            table.writerow(row)


if __name__ == "__main__":
    main()
