"""The house itself: three names in the wheel, floors in their order, no Textual below the screens."""

import ast
import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("console", "widgets", "storage")
QUIET = (
    "console.config.settings",
    "console.config.secrets",
    "console.files",
    "console.mail",
    "console.desk",
    "console.cli",
    "storage",
)
FOLDERS = (*FLOORS, "tests", "benchmarks", "screenshots")
MODULES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
MODULES.append(Path("build_locale.py"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_has_exactly_three_top_level_names(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(FLOORS)


def test_the_wheel_carries_every_module_and_every_language(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {path.as_posix() for path in MODULES if path.parts[0] in FLOORS} <= names
    languages = {path.parent.parent.name for path in ROOT.glob("widgets/locale/*/LC_MESSAGES/plantao.po")}
    assert languages == {"es", "pt_BR"}
    assert {f"widgets/locale/{language}/LC_MESSAGES/plantao.mo" for language in languages} <= names


def test_the_wheel_carries_the_starter_library(wheel: zipfile.ZipFile) -> None:
    assert len([name for name in wheel.namelist() if name.startswith("console/library/starting/")]) == 96


def test_the_wheel_has_a_command_and_a_licence(wheel: zipfile.ZipFile) -> None:
    (entries,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "plantao = console.cli:main" in wheel.read(entries).decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_no_dependency_owns_one_of_the_names() -> None:
    owners = packages_distributions()
    assert "textual" in owners
    assert {owner for name in FLOORS for owner in owners.get(name, ())} <= {"plantao"}


@pytest.mark.parametrize("start", QUIET)
def test_nothing_below_the_screens_loads_textual(start: str) -> None:
    if find_spec(start) is None:
        pytest.skip(f"{start} is not there yet")
    # The whole room, not its first module alone: each says for itself what it needs.
    code = (
        "import importlib, pkgutil, sys\n"
        f"room = importlib.import_module({start!r})\n"
        "for found in pkgutil.walk_packages(getattr(room, '__path__', []), room.__name__ + '.'):\n"
        "    if not found.name.endswith('.__main__') and '.migrations.' not in found.name:\n"
        "        importlib.import_module(found.name)\n"
        "print('textual' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_opens_with_one_sentence(module: Path) -> None:
    opening = (ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    assert opening.endswith("."), "say in one sentence what the module is for"
    assert not re.search(r"[.!?]\s+[A-ZÀ-Ý]", opening), "one sentence, then a blank line before the rest"


def test_no_tests_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_imports_keep_to_the_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
