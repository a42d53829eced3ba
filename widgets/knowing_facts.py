"""Words for the facts of what the desk knows of customers and organizations."""

from collections.abc import Callable, Mapping
from datetime import datetime

from widgets.language import _

Values = Mapping[str, object]
_Name = Callable[[object], str]


def _given(values: Values, word: str) -> str:
    value = values.get(word)
    return str(value) if value is not None else _("(erased)")


def _words_of_organization(values: Values, _name: _Name, _now: datetime) -> str:
    sentence = _("organization {name} made") if values.get("after") else _("organization {name} taken away")
    return sentence.format(name=_given(values, "name"))


def _words_of_domain(values: Values, _name: _Name, _now: datetime) -> str:
    sentence = _("domain {domain} given") if values.get("after") else _("domain {domain} taken away")
    return sentence.format(domain=_given(values, "domain"))


def _words_of_address(values: Values, _name: _Name, _now: datetime) -> str:
    sentence = _("address {address} added") if values.get("after") else _("address {address} taken away")
    return sentence.format(address=_given(values, "address"))


def _words_of_customer(values: Values, _name: _Name, _now: datetime) -> str:
    sentence = _("customer {name} made") if values.get("after") else _("customer {name} taken away")
    addresses = values.get("addresses")
    shown = values.get("name") or (addresses[0] if isinstance(addresses, list | tuple) and addresses else None)
    return sentence.format(name=_("(erased)") if shown is None else shown)


def _words_of_profile(values: Values, _name: _Name, _now: datetime) -> str:
    if not values.get("stands"):
        return _("{field} emptied").format(field=values.get("field"))
    return _("{field} set to {value}").format(field=values.get("field"), value=_given(values, "after"))


def _words_of_belongs(values: Values, _name: _Name, _now: datetime) -> str:
    if values.get("subject") == "organization":
        return _("subsidiary of none") if values.get("after") is None else _("made a subsidiary")
    return _("belongs to no organization") if values.get("after") is None else _("put into an organization")


def _words_of_customers(values: Values, _name: _Name, _now: datetime) -> str:
    return _("two customers made one") if values.get("after") else _("one customer made two again")


def _words_of_entry(values: Values, _name: _Name, _now: datetime) -> str:
    what = {
        "note": _("note on the customer"),
        "asset": _("asset"),
        "field": _("own field"),
        "icp": _("ICP"),
        "persona": _("persona"),
        "playbook": _("playbook"),
        "plays": _("service model of a mailbox"),
        "away": _("absence"),
        "dismissed": _("word that a persona is not theirs"),
        "promise": _("promise"),
        "assessment": _("assessment of the desk"),
        "usage": _("figures of use"),
        "stay": _("stage of the journey"),
        "milestone": _("milestone"),
        "engagement": _("engagement"),
        "setting": _("setting of journeys"),
        "calendar": _("calendar"),
        "policy": _("policy"),
        "rota": _("rota"),
        "agent": _("card of an agent"),
        "handover": _("handover that was read"),
    }
    name = what.get(str(values.get("entry_kind")), str(values.get("entry_kind")))
    before, after = (values.get(word) for word in ("before", "after"))
    if isinstance(after, Mapping) and after.get("kept") and isinstance(before, Mapping) and not before.get("kept"):
        return _("promise kept: {text}").format(text=after.get("text"))
    if isinstance(after, Mapping) and values.get("entry_kind") == "promise":
        return _("promised: {text}").format(text=after.get("text"))
    if not values.get("stood"):
        return _("{what} kept").format(what=name)
    return (_("{what} changed") if values.get("stands") else _("{what} taken away")).format(what=name)


WORDS: Mapping[str, Callable[[Values, _Name, datetime], str]] = {
    "organization_kept": _words_of_organization,
    "domain_kept": _words_of_domain,
    "address_kept": _words_of_address,
    "customer_kept": _words_of_customer,
    "profile_changed": _words_of_profile,
    "belongs": _words_of_belongs,
    "customers_merged": _words_of_customers,
    "entry_kept": _words_of_entry,
}
"""What says each kind, by its word."""
