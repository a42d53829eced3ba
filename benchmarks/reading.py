"""What reading costs: processor time a letter of the processes that parse, and of the one that hands them out.

Usage: python -m benchmarks.reading [--count 3000] [--runs 5] [--against CHECKOUT]
"""

import argparse
import resource
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.letters import letters, raw
from benchmarks.measuring import ROOT, keep, machine, run


def measured(count: int) -> dict[str, float]:
    """Read letters in one worker; return milliseconds to start it, and microseconds a letter here and there."""
    from console.mail.reading import Readers

    raws = [raw(letter) for letter in letters(count)]
    with Readers(1) as readers:
        list(readers.read(raws[:1]))
    start = _spent(resource.RUSAGE_CHILDREN)
    here = _spent(resource.RUSAGE_SELF)
    with Readers(1) as readers:
        assert len(list(readers.read(raws))) == count
    here = _spent(resource.RUSAGE_SELF) - here
    there = _spent(resource.RUSAGE_CHILDREN) - 2 * start
    return {"start_ms": start * 1000, "worker_us": there * 1e6 / count, "here_us": here * 1e6 / count}


def _spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=3000)
    reader.add_argument("--runs", type=int, default=5)
    reader.add_argument("--against", type=Path, help="another checkout, measured in turns with this one")
    reader.add_argument("--once", action="store_true", help="measure in this process")
    asked = reader.parse_args()
    if asked.once:
        import json

        print(json.dumps(measured(asked.count)))
        return
    print(machine())
    found: dict[Path, list[dict[str, Any]]] = {place: [] for place in filter(None, (ROOT, asked.against))}
    for _ in range(asked.runs):
        for place, some in found.items():
            command = [sys.executable, "-P", Path(__file__), "--once", "--count", str(asked.count)]
            some.append(run(command, env={"PYTHONPATH": f"{place}:{ROOT}"}).printed)
    for place, some in found.items():
        told = {
            name: f"{min(one[name] for one in some):.0f} ({median(one[name] for one in some):.0f})" for name in some[0]
        }
        print(f"{place}: least (median) {told}")
        keep(f"reading {place}", some)


if __name__ == "__main__":
    main()
