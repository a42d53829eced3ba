"""What is known of customers and organizations: profiles, addresses, notes and assets; and two found to be one."""

from storage.commands.knowing.ahead import Ahead
from storage.commands.knowing.bringing import bring_entries
from storage.commands.knowing.entries import change_entry, keep_entry
from storage.commands.knowing.importing import check, check_usage, import_customers, import_usage
from storage.commands.knowing.journey import enter_stage, lay_down, set_engagement
from storage.commands.knowing.merging import merge
from storage.commands.knowing.milestones import drop_milestone, finish_milestone, keep_milestone
from storage.commands.knowing.personas import confirm_persona, dismiss_persona
from storage.commands.knowing.profiles import belong, make_organization, set_beside, set_fields, set_of
from storage.commands.knowing.reaching import drop_address, drop_domain, keep_address, keep_domain

__all__ = [
    "Ahead",
    "belong",
    "bring_entries",
    "change_entry",
    "check",
    "check_usage",
    "confirm_persona",
    "dismiss_persona",
    "drop_address",
    "drop_domain",
    "drop_milestone",
    "enter_stage",
    "finish_milestone",
    "import_customers",
    "import_usage",
    "keep_address",
    "keep_domain",
    "keep_entry",
    "keep_milestone",
    "lay_down",
    "make_organization",
    "merge",
    "set_beside",
    "set_engagement",
    "set_fields",
    "set_of",
]
