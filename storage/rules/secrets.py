"""Secrets in a text, by a named list of patterns: keys, tokens, passwords in addresses, and private IP addresses.

Each pattern is what its issuer documents or what its format fixes; no guess by entropy, which finds order numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PRIVATE: Final = (
    r"(?<![\d.])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}"
    r"|169\.254(?:\.\d{1,3}){2})(?![\d.]*\d)"
)
_SLACK: Final = r"(?<![\w-])xox[abeoprs]-[\w-]{10,250}|hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30}"

PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("private_key", r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
        ("aws_key", r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
        ("google_key", r"(?<![\w-])AIza[\w-]{35}(?![\w-])"),
        ("google_secret", r"(?<![\w-])GOCSPX-[\w-]{28}(?![\w-])"),
        ("azure_key", r"(?<![\w-])AccountKey=[A-Za-z0-9+/]{40,100}={0,2}"),
        ("github_token", r"(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})(?!\w)"),
        ("gitlab_token", r"(?<![\w-])gl(?:pat|dt|rt|ptt|soat)-[\w-]{20,64}(?![\w-])"),
        (
            "slack_token",
            r"(?<![\w-])xox[abeoprs]-[\w-]{10,250}|hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30}",
        ),
        ("stripe_key", r"(?<!\w)(?:sk|rk)_live_[A-Za-z0-9]{16,128}(?!\w)|(?<!\w)whsec_[A-Za-z0-9]{24,128}(?!\w)"),
        ("sendgrid_key", r"(?<![\w-])SG\.[\w-]{22}\.[\w-]{43}(?![\w-])"),
        ("ai_key", r"(?<![\w-])sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,200}(?![\w-])"),
        ("package_token", r"(?<![\w-])(?:npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{40,400})(?![\w-])"),
        ("telegram_token", r"(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])"),
        ("bearer_token", r"(?i:authorization:\s{0,4}bearer)\s{1,4}[\w.~+/-]{16,2000}={0,2}"),
        ("jwt", r"(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{0,2000}"),
        ("url_password", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@?#]{1,128}:[^\s/@?#]{1,128}@[\w.-]{1,253}"),
        (
            "private_address",
            _PRIVATE,
        ),
    )
)
"""What is looked for, by name; the first one that meets a place names it."""

NAMES: Final = tuple(name for name, _pattern in PATTERNS)

_SHOWN: Final = 4  # signs of a secret that are shown, so that it is found again and not told


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text.

    Attributes:
        name: of the pattern.
        start, end: where it stands.
    """

    name: str
    start: int
    end: int


LEFT_OUT: Final = "[…]"
"""What stands in the place of a secret that was taken out of a text."""


def secrets_in(text: str) -> Iterator[Secret]:
    """Yield the secrets of a text in the order of their places, none inside another."""
    found = sorted(
        (match.start(), -match.end(), order, name)
        for order, (name, pattern) in enumerate(PATTERNS)
        for match in pattern.finditer(text)
    )
    last = 0
    for start, minus_end, _order, name in found:
        if start >= last and (name != "private_address" or _is_address(text[start:-minus_end])):
            last = -minus_end
            yield Secret(name, start, last)


def _is_address(text: str) -> bool:
    return all(int(part) < 256 for part in text.split("."))


_CLOSE: Final = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")


def masked(text: str) -> str:
    """Return a secret as it may be shown: its first signs alone."""
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else "…"


def redacted(text: str, *, sign: str = LEFT_OUT) -> tuple[str, int]:
    """Return a text with each secret replaced, and how many there were; a private key loses its whole block.

    Args:
        text: anything.
        sign: what stands in each one's place.
    """
    pieces, last, count = [], 0, 0
    for secret in secrets_in(text):
        if secret.start < last:
            continue
        pieces += [text[last : secret.start], sign]
        last, count = whole_end(text, secret), count + 1
    return "".join([*pieces, text[last:]]), count


def whole_end(text: str, secret: Secret) -> int:
    """Return where a secret ends that is taken out of a text: a private key with its whole block."""
    if secret.name != "private_key":
        return secret.end
    close = _CLOSE.search(text, secret.end)
    return close.end() if close else len(text)
