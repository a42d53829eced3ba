"""What `make` says to whoever names an interpreter."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parent.parent / "Makefile"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@pytest.fixture
def asked(tmp_path):
    """Ask for an interpreter beside a `.venv` of the version that is given."""

    def ask(interpreter: str, version: str | None):
        shutil.copy(MAKEFILE, tmp_path)
        if version is not None:
            python = tmp_path / ".venv" / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.write_text(f"#!/bin/sh\necho {version}\n")
            python.chmod(0o700)
        command = ["make", "--no-print-directory", "python", f"PYTHON={interpreter}"]
        return subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    return ask


@pytest.mark.parametrize("interpreter", [sys.executable, "2.0"])
def test_an_interpreter_that_is_not_that_of_the_environment_is_refused_by_name(asked, interpreter):
    done = asked(interpreter, "1.9")
    assert done.returncode == 2
    said = f".venv has Python 1.9, not {interpreter}: take it away first, with rm -r .venv\n"
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("interpreter", [sys.executable, "{}.{}".format(*sys.version_info), ""])
def test_the_same_version_is_used_as_it_is_and_so_is_any_where_none_is_named(asked, interpreter):
    assert asked(interpreter, "{}.{}".format(*sys.version_info)).returncode == 0


def test_any_interpreter_may_be_named_where_there_is_no_environment_yet(asked):
    assert asked(sys.executable, None).returncode == 0
