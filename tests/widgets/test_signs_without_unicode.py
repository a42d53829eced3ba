"""Where the terminal has no Unicode: no sign of ours is drawn that it lacks, wherever it stands."""

import ast
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from widgets import language
from widgets.bars import BRAND, brand
from widgets.ends import write
from widgets.line import Line
from widgets.look import Look
from widgets.signs import ASCII_SIGNS

ROOT = Path(__file__).parents[2]
DRAWN = sorted([*(ROOT / "widgets").rglob("*.py"), *(ROOT / "console" / "screens").rglob("*.py")])
TAKEN_FROM_MAIL = {"wrapping.py", "legal.py", "steady.py"}  # patterns that are looked for in mail, and never drawn


def _strings(path):
    """Yield what a module may draw: its strings, but for what explains it."""
    tree = ast.parse(path.read_text())
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            yield node.value


def test_every_sign_in_our_words_has_an_ascii_form():
    signs = {
        (sign, path.name)
        for path in DRAWN
        if path.name not in TAKEN_FROM_MAIL
        for text in _strings(path)
        for sign in text
        if not sign.isascii() and unicodedata.category(sign)[0] not in "LMC"
    }
    assert {sign for sign, _name in signs} >= set("●◆▌─…→×")
    assert not {(sign, name) for sign, name in signs if sign not in ASCII_SIGNS}


def test_an_ascii_form_is_ascii_and_as_wide():
    assert all(form.isascii() and cell_len(form) == cell_len(sign) == 1 for sign, form in ASCII_SIGNS.items())


@pytest.mark.parametrize("sign", [sign for sign in ASCII_SIGNS if not sign.isspace()])
def test_signs_that_stand_alone_are_drawn_in_ascii_one_or_many(sign):
    for text in (sign, f"{sign} ", f" {sign} ", sign * 8):
        strip = write(Line(Look("none", ascii=True), 40), ((text, "muted"),), ((text, "soon"),)).strip()
        assert strip.text.isascii(), strip.text
        assert strip.cell_length == 40


def test_the_name_of_the_console_and_a_kept_blank_are_ascii_too():
    plain = Look("none", ascii=True)
    assert Line(plain, 20).put(brand(plain)).put(" 75\u00a0%").strip().text.isascii()
    assert brand(Look("none")) == BRAND


@pytest.mark.parametrize(
    ("names", "plain"),
    [
        ({"LC_ALL": "C"}, True),
        ({"LC_ALL": "POSIX"}, True),
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "xx_XX.UTF-8"}, False),  # not installed here
        ({"LC_ALL": "xx_XX.ISO-8859-1"}, True),
        ({"LC_ALL": "xx_XX", "LANG": "C.UTF-8"}, True),
    ],
)
def test_the_locale_says_what_the_terminal_draws_not_what_python_speaks(names, plain):
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHONUTF8"))}
    code = "import os; from widgets.look import choose_look; print(choose_look('dark', os.environ | {'TERM': 'xterm'}).ascii)"
    said = subprocess.run(
        [sys.executable, "-c", code], env=known | names, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == str(plain)


@pytest.fixture
def plain(monkeypatch):
    """Draw signs in ASCII, and as before afterwards."""
    monkeypatch.setattr(language, "_signs", language._signs)
    language.draw_signs(ASCII_SIGNS)


def test_signs_in_our_sentences_are_ascii_and_what_is_put_into_them_stays(plain):
    assert language._("«{text}» is no moment: write 2h, tomorrow 9:00, or 2026-12-24.").isascii()
    said = language._("handed on, {before} → {after}").format(before="“a” → b", after="…")
    assert said == "handed on, “a” → b > …"
    assert language.ngettext("› {count} more", "› {count} more", 2) == "> {count} more"
    assert language.drawn(" · ") == " . "


def test_where_all_is_drawn_nothing_is_another_sign():
    assert language._("handed on, {before} → {after}") == "handed on, {before} → {after}"
