"""Reading mail: raw bytes become a `Parsed` message, or a reason why they do not; pure, runs in worker processes."""

from console.mail.parse.limits import LIMITS, Limits, Unreadable
from console.mail.parse.message import headers, looks_like_mail, parse, parse_each, part

__all__ = ["LIMITS", "Limits", "Unreadable", "headers", "looks_like_mail", "parse", "parse_each", "part"]
