"""Which files differ from the last commit of main, as git tells."""

import subprocess
from pathlib import Path


def files(root: Path) -> frozenset[Path]:
    """Return the files that were written since this work left main, also those that git does not know yet.

    Where there is no main, as in a clone of another branch, it is since the last commit; without git, none.
    """
    since = _git(root, "merge-base", "HEAD", "main") or ["HEAD"]
    found = _git(root, "diff", "--name-only", *since) + _git(root, "ls-files", "--others", "--exclude-standard")
    return frozenset(root / name for name in found)


def _git(root: Path, *asked: str) -> list[str]:
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=off", *asked], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
