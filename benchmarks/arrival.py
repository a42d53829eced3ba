"""What it adds to a first sync that customers and organizations are known on arrival.

Usage: python -m benchmarks.arrival [--count 10000] [--pairs 9]

Whole first syncs in turns, against the same with it taken out: nobody's organization is looked up or made, and no name
is folded. Who wrote is found by their address either way: without that there is no conversation to take in.
"""

import argparse
from statistics import median

from benchmarks.first_sync import ours
from benchmarks.imap import box, running
from benchmarks.measuring import interval, keep, machine, pairs, tell

GOAL = 1.05


def main() -> None:
    """Print the ratio of wall time, and of the processor, with its interval."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=10_000)
    reader.add_argument("--pairs", type=int, default=9)
    asked = reader.parse_args()
    print(machine())
    with running() as server:
        mail = box(server, f"box{asked.count}", asked.count)
        found = pairs(lambda: ours(mail), lambda: ours(mail, "--without-customers"), asked.pairs, "without")
    names = ("with customers", "without")
    tell("first sync, customers known on arrival", found, GOAL, f"{asked.count:,} letters", names=names)
    ratios = [mine.cpu / theirs.cpu for mine, theirs in found]
    low, high = interval(ratios)
    print(f"processor {median(ratios):.3f} [{low:.3f}, {high:.3f}]")
    keep("arrival", ratios)


if __name__ == "__main__":
    main()
