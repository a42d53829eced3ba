"""What an account says of the mail that leaves: names, signatures, copies and acknowledgements, each value checked."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo

from console.config.values import Line, checked_line, refuse
from storage.kinds.clean import clean
from storage.kinds.responses import SHORTCODE, duration
from storage.rules.opening import Hours
from widgets.language import _

SIGNATURE_MOST: Final = 4000
"""Characters of a signature."""

UNDO_MOST: Final = 600
"""Seconds that an answer can be held back for, so that it can be taken back."""

SentCopy = Literal["auto", "append", "server"]
"""Who puts the copy of what was sent into the folder of sent mail: chosen by the server, always we, always it."""

_AGENT: Final = "{agent}"
_PLACE = re.compile(r"\{[^{}\n]*\}")


def _places(text: str) -> str:
    """Refuse a place that nothing fills: a customer would read it as it stands."""
    if any(place != _AGENT for place in _PLACE.findall(text)):
        raise refuse(_("Only {agent} is filled in here, with the agent's name. Write the rest out."))
    return text


def _signature(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip("\n")
    if clean(lines) != lines or len(lines) > SIGNATURE_MOST:
        raise refuse(
            _("A signature is text without control characters, {count} letters at most. Write it anew.").format(
                count=SIGNATURE_MOST
            )
        )
    return lines


def _maybe_nothing(text: str) -> str:
    return checked_line(text) if text else text


def _shortcode(text: str) -> str:
    if not SHORTCODE.fullmatch(text):
        raise refuse(_("This is no shortcode of a canned response: write it as plantao response list shows it."))
    return text


def _span(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    span = duration(value) if isinstance(value, str) else None
    if span is None:
        raise refuse(_('This is no span: write hours, days or weeks, as in "24h", "3d" or "1w".'))
    return span


def span_words(span: timedelta) -> str:
    """Return a span as the configuration writes it."""
    return f"{round(span / timedelta(hours=1))}h"


def _seconds(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= UNDO_MOST:
        return value
    raise refuse(_("Write a whole number of seconds from {least} to {most}.").format(least=0, most=UNDO_MOST))


def _hours(value: object) -> Hours:
    if isinstance(value, Hours):
        return value
    try:
        return Hours.read(value if isinstance(value, str) else "")
    except ValueError:
        raise refuse(
            _('These are no hours: write days and times, as in "mon-fri 09:00-18:00, sat 09:00-12:30".')
        ) from None


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise refuse(_('There is no such time zone: write one as in "America/Sao_Paulo".')) from None
    return text


def _needs_hours(shortcode: str, info: ValidationInfo) -> str:
    # Hours that cannot be read are missing here too, and were refused on their own line.
    if "hours" in info.data and info.data["hours"] is None:
        raise refuse(_('Out of which hours? Say it in the same account, as in hours = "mon-fri 09:00-18:00".'))
    return shortcode


def filled(text: str, agent: str) -> str:
    """Return a name or a signature with the agent's name in its place."""
    return text.replace(_AGENT, agent)


SenderName = Annotated[Line, AfterValidator(_places)]
Signature = Annotated[str, AfterValidator(_signature), AfterValidator(_places)]
SignInName = Annotated[str, AfterValidator(_maybe_nothing)]
Shortcode = Annotated[str, AfterValidator(_shortcode)]
Span = Annotated[timedelta, BeforeValidator(_span), PlainSerializer(span_words, return_type=str)]
OpenHours = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(str, return_type=str)]
Zone = Annotated[Line, AfterValidator(_zone)]
OutOfHours = Annotated[Shortcode, AfterValidator(_needs_hours)]
UndoSeconds = Annotated[int, BeforeValidator(_seconds)]
