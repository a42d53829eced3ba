"""Public holidays of countries and their states, out of the library `holidays`, which is loaded when first asked."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from storage.kinds.errors import BadField

_CODE: Final = 2
_NONE: Final[Mapping[date, str]] = MappingProxyType({})


@lru_cache(maxsize=4096)
def holidays_in(country: str, region: str, year: int, *, optional: bool = False) -> Mapping[date, str]:
    """Return the holidays of a year, by date, called as the country itself calls them.

    Half-days are none; a desk that keeps them lays down days of its own.

    Args:
        country: by its two letters; empty for no holidays.
        region: the state or province; empty for those of the whole country.
        year: of the common calendar.
        optional: whether to return those too that are left to each house, such as Carnival in Brazil.
    """
    import holidays

    if not country:
        return _NONE
    kind = getattr(holidays, country, None)
    if kind is None:
        return _NONE
    wanted = ("public", "optional") if optional and "optional" in kind.supported_categories else ("public",)
    if "public" not in kind.supported_categories:
        return _NONE
    try:
        found = kind(subdiv=region or None, years=year, expand=False, categories=wanted, language=kind.default_language)
    except NotImplementedError:
        return _NONE
    return MappingProxyType({day: str(name) for day, name in sorted(found.items()) if day.year == year})


def country_of(text: str) -> str:
    """Return a country whose holidays are known, by its two letters.

    Raises:
        BadField: there is none of these letters (reason ``country``).
    """
    import holidays

    code = text.strip().upper()
    if len(code) != _CODE or code not in holidays.list_supported_countries(include_aliases=False):
        raise BadField("country", text, "country")
    return code


def region_of(country: str, text: str) -> str:
    """Return a state or a province of a country, as its holidays are known by.

    Raises:
        BadField: the country has none of that name or code (reason ``region``), and which it has.
    """
    import holidays

    kind = getattr(holidays, country)
    wanted = text.strip().casefold()
    for code in kind.subdivisions:
        if code.casefold() == wanted:
            return str(code)
    for alias, code in kind.subdivisions_aliases.items():
        if alias.casefold() == wanted:
            return str(code)
    raise BadField("region", text, "region", tuple(kind.subdivisions))
