"""How a figure is taken: fresh processes, interleaved pairs, medians, and the 90 % interval of a ratio."""

import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / ".benchmarks"
"""Caches and results; ignored by git."""


@dataclass(slots=True)
class Run:
    """One run: how long it took, how much of the processors, how much memory, and what it printed."""

    seconds: float
    cpu: float
    peak_mb: float = 0.0
    printed: dict[str, Any] = field(default_factory=dict)


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, quiet: bool = False) -> Run:
    """Run a command as a fresh process to its end; the last line that it prints may be JSON."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        cwd=ROOT,
        env={**environment(), **(env or {})},
        check=False,
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode and not quiet:
        sys.stderr.write(done.stderr.decode(errors="replace")[-3000:])
        raise SystemExit(f"{command[0]} failed with {done.returncode}")
    printed: dict[str, Any] = {}
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("{"):
            printed = json.loads(line)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, printed=printed)


def environment() -> dict[str, str]:
    """Return the environment of a fresh process: compiled modules are kept, as they are on anybody's machine."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(HERE / "pycache")}


def together(*runs: Run) -> Run:
    """Return several commands run one after the other as one."""
    return Run(sum(one.seconds for one in runs), sum(one.cpu for one in runs))


def pairs(one: Callable[[], Run], other: Callable[[], Run], count: int, said: str = "") -> list[tuple[Run, Run]]:
    """Run two ways `count` times each, interleaved, each pair the other way round than the one before."""
    found = []
    for number in range(count):
        if number % 2:
            theirs = other()
            mine = one()
        else:
            mine = one()
            theirs = other()
        found.append((mine, theirs))
        print(
            f"  {said} {number + 1}/{count}: {mine.seconds:.2f} s ({mine.cpu:.2f} cpu) against {theirs.seconds:.2f} s "
            f"({theirs.cpu:.2f} cpu), load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return found


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Return the 90 % interval of the median, by the bootstrap's percentiles."""
    made = random.Random(1)
    medians = sorted(median(made.choices(ratios, k=len(ratios))) for _ in range(5000))
    return medians[250], medians[4749]


def verdict(ratios: Sequence[float], goal: float) -> str:
    """Say whether a ratio's goal is met: when the interval's lower end is under it (STYLE, Habits)."""
    if len(ratios) < 7:
        side = "under" if median(ratios) <= goal else "over"
        return f"unresolved ({len(ratios)} pairs only; {side} the goal)"
    low, high = interval(ratios)
    if high <= goal:
        return "met"
    return "met, the interval holds the goal" if low < goal else "not met"


def tell(title: str, found: Sequence[tuple[Run, Run]], goal: float, sizes: str, *, names: tuple[str, str]) -> None:
    """Print a row for docs/figures.md, and keep the raw numbers beside the caches."""
    ratios = [mine.seconds / theirs.seconds for mine, theirs in found]
    cpus = [mine.cpu / max(0.01, theirs.cpu) for mine, theirs in found]
    low, high = interval(ratios)
    took = f"{median(m.seconds for m, _ in found):.2f} s / {median(t.seconds for _, t in found):.2f} s"
    print(
        f"| {title} | {sizes} | {took} ("
        f"{names[0]} / {names[1]}) | {median(ratios):.2f} [{low:.2f}, {high:.2f}], {len(found)} pairs; "
        f"processor {median(cpus):.2f} | ≤ {goal} | {verdict(ratios, goal)} |",
        flush=True,
    )
    keep(title, {"ratios": ratios, "mine": [m.seconds for m, _ in found], "theirs": [t.seconds for _, t in found]})


def keep(title: str, what: Any) -> None:
    """Append a measurement to .benchmarks/results.jsonl."""
    HERE.mkdir(exist_ok=True)
    row = {
        "title": title,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": os.getloadavg()[0],
        "what": what,
    }
    with (HERE / "results.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value under which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Describe the machine in one line."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
            break
    return f"{os.cpu_count()} of {model}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
