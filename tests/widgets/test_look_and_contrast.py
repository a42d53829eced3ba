"""The palettes keep their contrast, the looks without colour keep their words, NO_COLOR is obeyed."""

import pytest
from rich.color import Color, ColorSystem

from widgets.look import DARK, GROUNDS, LIGHT, TEXT_ROLES, Look, choose_look, contrast
from widgets.signs import ASCII_SIGNS
from widgets.theme import theme_of


def in_256(colour: str) -> str:
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", [ground for ground in GROUNDS if ground not in {"notebg", "warnbg"}])
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_every_text_role_is_readable_on_every_common_ground(palette, ground, role):
    assert contrast(palette[role], palette[ground]) >= 4.5
    assert contrast(in_256(palette[role]), in_256(palette[ground])) >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("role", "ground"),
    [
        ("note", "notebg"),
        ("muted", "notebg"),
        ("text", "warnbg"),
        ("bright", "warnbg"),
        ("late", "warnbg"),
        ("accent", "warnbg"),
        ("muted", "warnbg"),
    ],
)
def test_notes_and_errors_are_readable(palette, ground, role):
    assert contrast(palette[role], palette[ground]) >= 4.5
    assert contrast(in_256(palette[role]), in_256(palette[ground])) >= 4.5


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_no_color_is_a_look_without_any_colour(role, ground):
    style = Look("none").style(role, ground)
    assert style.color is None
    assert style.bgcolor is None


@pytest.mark.parametrize("name", ["terminal", "terminal-light"])
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_a_chosen_row_is_one_reversed_style_without_hue_or_dim(name, role):
    style = Look(name).style(role, "selected")
    assert style.reverse
    assert style.color is None
    assert not style.dim


def test_red_blue_and_magenta_are_never_text_on_the_terminals_own_dark_palette():
    for role in TEXT_ROLES:
        colour = Look("terminal").style(role).color
        assert colour is None or colour.name not in {"red", "blue", "magenta", "bright_black"}


def test_no_color_beats_the_configuration_but_only_when_it_is_not_empty():
    assert choose_look("dark", {"NO_COLOR": "1", "COLORTERM": "truecolor"}).name == "none"
    assert choose_look("dark", {"NO_COLOR": ""}).name == "dark"


def test_the_terminals_own_palette_is_the_default_over_ssh():
    assert choose_look("auto", {"SSH_CONNECTION": "1 2 3 4", "COLORTERM": "truecolor"}).name == "terminal"
    assert choose_look("auto", {"TERM": "xterm-256color"}).name == "dark"
    assert choose_look("auto", {"TERM": "vt220"}).name == "terminal"
    assert choose_look("light", {"SSH_TTY": "/dev/pts/1"}).name == "light"


def test_a_look_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="mauve"):
        choose_look("mauve", {})


def test_ascii_signs_are_one_letter_each():
    assert all(len(letter) == 1 and letter.isascii() for letter in ASCII_SIGNS.values())
    assert Look("dark", ascii=True).sign("●") == "*"
    assert choose_look("dark", {"TERM": "linux"}).ascii


@pytest.mark.parametrize("name", ["dark", "light", "terminal", "terminal-light", "none"])
def test_textual_gets_a_theme_of_the_look(name):
    theme = theme_of(Look(name))
    assert theme.ansi == (name not in {"dark", "light"})
    assert theme.to_color_system().generate()["background"]
