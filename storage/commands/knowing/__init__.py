"""What is known of customers and organizations: profiles, addresses, notes and assets; and two found to be one."""

from storage.commands.knowing.bringing import bring_entries
from storage.commands.knowing.entries import change_entry, keep_entry
from storage.commands.knowing.importing import check, import_customers
from storage.commands.knowing.merging import merge
from storage.commands.knowing.personas import confirm_persona, dismiss_persona
from storage.commands.knowing.profiles import belong, make_organization, set_beside, set_fields, set_of
from storage.commands.knowing.reaching import drop_address, drop_domain, keep_address, keep_domain

__all__ = [
    "belong",
    "bring_entries",
    "change_entry",
    "check",
    "confirm_persona",
    "dismiss_persona",
    "drop_address",
    "drop_domain",
    "import_customers",
    "keep_address",
    "keep_domain",
    "keep_entry",
    "make_organization",
    "merge",
    "set_beside",
    "set_fields",
    "set_of",
]
