"""Customers out of a file: how long `customer import` takes, again, and its undo, and how much memory.

Usage: python -m benchmarks.customers [ROWS] [--undo]
"""

import argparse
import csv
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import keep, machine, run

_ROLES = ("Buyer", "Director", "Clerk")


def main() -> None:
    """Print what each took; the peak is that of all so far."""
    reader = argparse.ArgumentParser()
    reader.add_argument("rows", nargs="?", type=int, default=100_000)
    reader.add_argument("--undo", action="store_true", help="take it back as well: slow")
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "customers.csv"
        _write(table, asked.rows)
        env = {"PLANTAO_HOME": folder}
        plantao = [sys.executable, "-m", "console.cli", "customer", "import", table, "--json"]
        steps = {"preview": [*plantao, "--preview"], "import": plantao, "again": plantao}
        if asked.undo:
            steps["undo"] = [sys.executable, "-m", "console.cli", "undo", "--json"]
        for name, command in steps.items():
            done = run(command, env=env)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"{name}: {asked.rows} rows, {done.seconds:.1f} s, processor {done.cpu:.1f} s, peak {peak} MB")
            keep(f"customer import: {name}", {"rows": asked.rows, "seconds": done.seconds, "cpu": done.cpu, "mb": peak})


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
