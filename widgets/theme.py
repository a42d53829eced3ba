"""What Textual must know of a look: a theme of its own for the few parts that are drawn by Textual's widgets."""

from textual.theme import Theme

from widgets.look import Look


def theme_of(look: Look) -> Theme:
    """Return the Textual theme of a look; its name is the look's, with ``plantao-`` before it."""
    text, bg, accent = look.colour("text"), look.colour("bg"), look.colour("accent")
    return Theme(
        name=f"plantao-{look.name}",
        primary=accent,
        secondary=accent,
        accent=accent,
        warning=look.colour("soon"),
        error=look.colour("late"),
        success=look.colour("ok"),
        foreground=text,
        background=bg,
        surface=look.colour("surface"),
        panel=look.colour("surface"),
        boost=bg,
        dark=look.name != "light",
        ansi=not look.full,
        variables={
            "ansi-background": bg,
            "ansi-foreground": text,
            "input-cursor-background": text,
            "input-cursor-foreground": bg,
            "input-cursor-text-style": "none" if look.full else "reverse",
            "input-selection-background": look.colour("selected"),
            "input-selection-foreground": look.colour("bright"),
            "scrollbar": bg,
            "scrollbar-background": bg,
        },
    )
