"""Words for what keeps a file of customers from being taken in."""

from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField
from storage.kinds.importing import Fault
from widgets.language import _
from widgets.text import field_trouble

_SHOWN = 60  # letters of a value, or of the name of a column, that is told back
_NAMED = 12  # choices that are told


def fault_words(fault: Fault) -> str:
    """Return what is wrong with a file in one line: where, and what."""
    column = _short(fault.column)
    if fault.row and fault.column:
        where = _("row {row}, column {column}: ").format(row=fault.row, column=column)
    else:
        where = _("row {row}: ").format(row=fault.row) if fault.row else ""
    words = _words().get(fault.reason)
    if words is None:
        return where + field_trouble(BadField(column, fault.value, fault.reason, fault.choices))
    choices = [_short(one) for one in fault.choices]
    more = f" +{len(choices) - _NAMED}" if len(choices) > _NAMED else ""
    return where + words.format(
        value=_short(fault.value), choices=", ".join(choices[:_NAMED]) + more, other=fault.other
    )


def _short(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _words() -> dict[str, str]:
    return {
        "address": _("{value} is no mail address."),
        "address_taken": _("these addresses are of several customers: make those one first (customer merge)."),
        "agent": _("there is no agent {value}."),
        "ambiguous": _("several organizations are called {value} ({choices}): name a domain."),
        "capacity": _("one more than {value} may own ({choices}): another owner here, or by hand with a reason."),
        "cells": _("{value} cells, where the head has {choices}."),
        "differs": _("{value}: row {other} says something else of the same organization."),
        "encoding": _("this is not written in {value}; say which it is with --encoding."),
        "features": _("{value} would be one feature more than {choices}: is the right column mapped?"),
        "figure": _("{value} is no figure; write one from 0 on, as 1200 or 12.5."),
        "figure_twice": _("row {other} has a figure of the same feature for {value} already."),
        "future": _("{value} is yet to come."),
        "json": _("this is no object of JSON."),
        "json_value": _("this holds an object or a list, where one value must stand."),
        "line": _("this line is longer than a million letters: it is no row of a table."),
        "no_address": _("no address: each row needs one."),
        "no_customer": _("no customer has the address {value}: take customers in first."),
        "no_such_organization": _("no organization is called {value}: take customers in first."),
        "nobody": _("it names neither a customer nor an organization."),
        "no_column": _(
            "no column is called {value}; say which is meant with --map COLUMN={value}. There are: {choices}."
        ),
        "no_name": _("the column at place {value} has no name."),
        "no_organization": _("it tells of an organization, and the row names none."),
        "nothing": _("there is no row in it."),
        "nul": _("there are NUL bytes in it: this is no text."),
        "organization_taken": _("another organization is called {value} ({choices})."),
        "own_subsidiary": _("{value} would be a subsidiary of itself."),
        "quotes": _("a quote does not close, or stands where none may."),
        "renames": _("{value}: whoever gives another name must name the organization by its domain."),
        "same_customer": _("{value} is of the same customer as row {other}."),
        "twice_in_file": _("{value} stands in row {other} already."),
        "two_columns": _("it fills the same field as the column {value}."),
        "unknown": _("{value} is no field; say which is meant with --map, or --map COLUMN=none. There are: {choices}."),
    }
