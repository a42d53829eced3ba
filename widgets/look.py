"""The roles that everything is drawn in, and the palettes that give each role its colour, as data.

Code names a role ("late") on a ground ("selected"), never a colour. A look without grounds (the terminal's own
sixteen colours, and NO_COLOR) shows a chosen row in reverse, all in one style: coloured cells would make holes in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from rich.color import Color
from rich.style import Style

from widgets.signs import ASCII_SIGNS, draws_letters_alone

Role = Literal[
    "text",
    "bright",
    "muted",
    "accent",
    "late",
    "soon",
    "ok",
    "paused",
    "note",
    "n1",
    "n2",
    "n3",
    "rule",
    "faint",
    "heat1",
    "heat2",
    "heat3",
    "heat4",
]
Ground = Literal["bg", "surface", "selected", "held", "notebg", "warnbg"]
LookName = Literal["dark", "light", "terminal", "terminal-light", "none"]
LOOK_NAMES: Final[tuple[LookName, ...]] = get_args(LookName)

TEXT_ROLES: Final[tuple[Role, ...]] = (
    "text",
    "bright",
    "muted",
    "accent",
    "late",
    "soon",
    "ok",
    "paused",
    "note",
    "n1",
    "n2",
    "n3",
)
GROUNDS: Final[tuple[Ground, ...]] = ("bg", "surface", "selected", "held", "notebg", "warnbg")

# The values are chosen for what a terminal of 256 colours makes of them, since ssh seldom passes COLORTERM on: a colour
# of low saturation is rounded to grey, any other to the 6 x 6 x 6 cube. Look at both when one changes.
DARK: Final[Mapping[str, str]] = {
    "bg": "#10141B",
    "surface": "#191D21",
    "selected": "#232E4A",
    "held": "#1F2429",
    "notebg": "#25231D",
    "warnbg": "#301A1C",
    "rule": "#344155",
    "faint": "#5A687D",
    "text": "#CDD5E0",
    "bright": "#F4F7FB",
    "muted": "#97A0AE",
    "accent": "#6CC5E0",
    "late": "#FF8A80",
    "soon": "#F0BC62",
    "ok": "#8FD19E",
    "paused": "#A0A9CC",
    "note": "#E5CF9A",
    "n1": "#ADB4BF",
    "n2": "#BCABF5",
    "n3": "#E796EA",
    "heat1": "#1D2F40",
    "heat2": "#235571",
    "heat3": "#3F90AF",
    "heat4": "#8AD6EE",
}
LIGHT: Final[Mapping[str, str]] = {
    "bg": "#FBFAF7",
    "surface": "#EFEEED",
    "selected": "#D3ECF6",
    "held": "#E6E8EA",
    "notebg": "#FBF0CC",
    "warnbg": "#FBE6E2",
    "rule": "#CFCABF",
    "faint": "#8A8F98",
    "text": "#2B313A",
    "bright": "#0A0D12",
    "muted": "#565E6A",
    "accent": "#07597A",
    "late": "#AE1F18",
    "soon": "#7C4A00",
    "ok": "#1F6331",
    "paused": "#4B5580",
    "note": "#5F4A08",
    "n1": "#4F5967",
    "n2": "#522EAC",
    "n3": "#8E1A8C",
    "heat1": "#DCE8ED",
    "heat2": "#A6CAD8",
    "heat3": "#4F93AD",
    "heat4": "#0B5674",
}
# Colour, then attributes. Red, magenta and blue are unreadable as text on some common palette, so red is only ever a
# ground under bright white.
TERMINAL: Final[Mapping[str, str]] = {
    "text": "",
    "bright": "bold",
    "muted": "dim",
    "accent": "cyan bold",
    "late": "bright_white on red bold",
    "soon": "yellow bold",
    "ok": "green",
    "paused": "dim",
    "note": "yellow",
    "n1": "dim",
    "n2": "",
    "n3": "bold",
    "rule": "dim",
    "faint": "dim",
    **dict.fromkeys(("heat1", "heat2", "heat3", "heat4"), "cyan"),
}
TERMINAL_LIGHT: Final[Mapping[str, str]] = {
    **TERMINAL,
    "accent": "blue bold",
    "soon": "bold",
    "ok": "",
    "note": "magenta",
    **dict.fromkeys(("heat1", "heat2", "heat3", "heat4"), "blue"),
}
NONE: Final[Mapping[str, str]] = {
    **TERMINAL,
    "accent": "bold",
    "late": "bold",
    "soon": "bold",
    "ok": "",
    "note": "",
    **dict.fromkeys(("heat1", "heat2", "heat3", "heat4"), ""),
}
_FULL: Final[Mapping[str, Mapping[str, str]]] = {"dark": DARK, "light": LIGHT}
_SIXTEEN: Final[Mapping[str, Mapping[str, str]]] = {
    "terminal": TERMINAL,
    "terminal-light": TERMINAL_LIGHT,
    "none": NONE,
}
_BOLD: Final = frozenset({"bright", "n3"})
_REVERSED: Final = frozenset({"selected", "warnbg"})


@dataclass(eq=False)
class Look:
    """The look of the console: gives the style of a role on a ground, and the form of a sign.

    Whatever draws holds the same one, so that another palette reaches all of it.

    Attributes:
        name: which palette.
        ascii: whether signs are drawn with the letters that every terminal has.
    """

    name: LookName = "dark"
    ascii: bool = False
    _styles: dict[tuple[str, str, bool], Style] = field(default_factory=dict, repr=False)

    def turn_to(self, name: LookName) -> None:
        """Take another palette; whoever asks for it has everything drawn anew."""
        self.name = name
        self._styles.clear()

    @property
    def full(self) -> bool:
        """Whether the look has grounds and colours of its own."""
        return self.name in _FULL

    def colour(self, name: Role | Ground) -> str:
        """Return a role's or a ground's colour as Textual's CSS writes it."""
        if self.full:
            return _FULL[self.name][name]
        return "ansi_default"

    def sign(self, sign: str) -> str:
        """Return a sign as this look draws it."""
        return ASCII_SIGNS.get(sign, sign) if self.ascii else sign

    def style(self, role: Role, ground: Ground = "bg", *, bold: bool = False) -> Style:
        """Return the style of `role` on `ground`; the same object each time."""
        known = self._styles.get((role, ground, bold))
        if known is None:
            known = self._styles[role, ground, bold] = self._made(role, ground, bold=bold)
        return known

    def _made(self, role: Role, ground: Ground, *, bold: bool) -> Style:
        if self.full:
            palette = _FULL[self.name]
            return Style(color=palette[role], bgcolor=palette[ground], bold=(bold or role in _BOLD) or None)
        words = _SIXTEEN[self.name][role]
        if ground in _REVERSED:
            return Style(reverse=True, bold=(bold or "bold" in words) or None)
        style = Style.parse(words)
        return style + Style(bold=True, dim=False) if bold and not style.bold else style


def choose_look(configured: str, environ: Mapping[str, str]) -> Look:
    """Choose the look before the app is made, since Textual chooses its filters in ``App.__init__``.

    Args:
        configured: a look's name, or ``auto``.
        environ: the environment; NO_COLOR, not empty, beats the configuration (https://no-color.org).

    Raises:
        ValueError: there is no look of that name.
    """
    plain = draws_letters_alone(environ)
    if environ.get("NO_COLOR"):
        return Look("none", plain)
    match configured:
        case "auto":
            far = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
            rich = environ.get("COLORTERM") or any(
                word in environ.get("TERM", "") for word in ("256", "direct", "kitty")
            )
            return Look("terminal" if far or not rich else "dark", plain)
        case "dark" | "light" | "terminal" | "terminal-light" | "none":
            return Look(configured, plain)
        case _:
            raise ValueError(configured)


def contrast(ink: str, paper: str) -> float:
    """Return the contrast of two colours ``#rrggbb``, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = (part / 255 for part in Color.parse(colour).get_truecolor())
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(ink), luminance(paper)))
    return (high + 0.05) / (low + 0.05)
