"""All figures one after the other, as `make bench` runs them; about an hour, most of it first syncs and loading.

Needs dovecot, isync, mu and notmuch (with its python3-notmuch2 for the system's Python). Rows for docs/figures.md
are the lines that begin with a bar.
"""

import subprocess
import sys

COMMANDS = (
    ("first_sync", "--count", "10000", "--pairs", "7"),
    ("first_sync", "--count", "10000", "--memory"),
    ("floor",),
    ("steady", "--count", "100000", "--pairs", "7"),
    ("while_syncing", "--count", "10000", "--runs", "3"),
    ("while_syncing", "--count", "100000", "--runs", "5", "--newest-only"),
    ("queries", "--count", "100000", "--against", "1000000", "--words", "30"),
    ("queries", "--store", ".benchmarks/steady/100000/ours"),
    ("against_notmuch", "--count", "100000"),
    ("replay", "--facts", "1000000"),
    ("picker",),
    ("customers", "--undo"),
    ("knowing",),
    ("clocks",),
    ("arrival",),
    ("sending", "--pairs", "7"),
)


def main() -> None:
    for name, *words in COMMANDS:
        print(f"== python -m benchmarks.{name} {' '.join(words)}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *words], check=True)


if __name__ == "__main__":
    main()
