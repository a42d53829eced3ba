"""A desk of the tests' own: a folder for PLANTAO_HOME with an empty store, mail to import, and commands run in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from made.letters import letter

from console.cli import main
from storage.store import open_store
from widgets.language import choose_language


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store, made once."""
    folder = tmp_path_factory.mktemp("empty-store")
    open_store(str(folder)).close()
    return folder


@pytest.fixture
def home(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """PLANTAO_HOME, with an empty store in the usual place."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(empty_store, folder / "data")
    (folder / "data").chmod(0o700)
    monkeypatch.setenv("PLANTAO_HOME", str(folder))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.delenv("COLUMNS", raising=False)
    yield folder
    choose_language("en")


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        status = main([str(one) for one in arguments])
        caught = capsys.readouterr()
        assert "Traceback" not in caught.out + caught.err
        return Said(status, caught.out, caught.err)

    return run


@pytest.fixture
def spawn(home: Path) -> Run:
    """Run a command as a process of its own."""

    def spawn(*arguments: object, given: str = "", **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "console.cli", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **environment},
        )
        assert "Traceback" not in done.stdout + done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return spawn


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A PLANTAO_HOME and, beside it, the letters that were imported into it."""
    place = tmp_path_factory.mktemp("filled")
    home, folder = place / "home", place / "letters"
    shutil.copytree(empty_store, home / "data")
    (home / "data").chmod(0o700)
    folder.mkdir()
    subjects = ["Fatura em dobro", "Não consigo entrar", "Envío retrasado", "Refund please", "日本語の件名です", "Ação"]
    for number, subject in enumerate(subjects, 1):
        (folder / f"{number}.eml").write_bytes(
            letter(
                number, subject=subject, sender=f"Cliente {number} <c{number}@cliente.example>", body=f"Olá {subject}"
            )
        )
    (folder / "7.eml").write_bytes(
        letter(7, subject="Re: Fatura em dobro", sender="Cliente 1 <c1@cliente.example>", answers=1, body="E agora?")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANTAO_HOME", str(home))
        patch.setenv("LANGUAGE", "en")
        assert main(["import", str(folder)]) == 0
    return place


@pytest.fixture
def filled(home: Path, filled_once: Path) -> Path:
    """The desk with six conversations in it, numbers 1 to 6; the first one has an answer of the customer.

    Gives the folder of their letters, which is everybody's: leave it as it is.
    """
    shutil.copytree(filled_once / "home" / "data", home / "data", dirs_exist_ok=True)
    return filled_once / "letters"
