"""Every table, and which of the three kinds it is (DESIGN §3)."""

from sqlmodel import SQLModel

from storage.models.clocks import Alarm, Clock, Stand
from storage.models.conversations import PRIORITIZED, SHOWN_BELOW, TASKED, Conversation, Link, Parting, Tag
from storage.models.drafts import Draft
from storage.models.erasing import Tombstone
from storage.models.filing import Rule, View
from storage.models.handoffs import Consult, Handoff, Solution
from storage.models.local import (
    Folder,
    Lease,
    Look,
    MailBase,
    MailboxState,
    MailContent,
    Placement,
    Presence,
    ReadMark,
    Wanted,
)
from storage.models.log import Event, EventPersonal
from storage.models.mail import (
    SPOKEN,
    Cited,
    Message,
    MessageText,
    Participant,
    PostingList,
    Print,
    QuotedPrint,
    Raw,
    SearchEntry,
    SubjectKey,
)
from storage.models.outbox import Claim, Outbox, Recipient
from storage.models.people import Address, Agent, Desk, Domain, Mailbox, Organization, Person
from storage.models.profiles import Entry, Profile
from storage.models.responses import Response, ResponseUse

LOG: tuple[type[SQLModel], ...] = (Event, EventPersonal)
"""The facts themselves."""

DECIDED: tuple[type[SQLModel], ...] = (
    Agent,
    Organization,
    Domain,
    Person,
    Address,
    Profile,
    Entry,
    Mailbox,
    Conversation,
    Message,
    Raw,
    Participant,
    Tag,
    Link,
    Parting,
    Stand,
    Alarm,
    View,
    Rule,
    Response,
    ResponseUse,
    Outbox,
    Recipient,
    Handoff,
    Consult,
    Solution,
    Tombstone,
)
"""Written only by `storage.record`; replaying the log gives them back exactly. In the order of their keys."""

DERIVED: tuple[type[SQLModel], ...] = (MessageText, Cited, Print, QuotedPrint, SubjectKey, SearchEntry, Clock)
"""Made again from decided rows and raw mail."""

LOCAL: tuple[type[SQLModel], ...] = (
    Desk,
    Folder,
    Placement,
    Wanted,
    MailboxState,
    Lease,
    ReadMark,
    Look,
    Presence,
    Draft,
    Claim,
    PostingList,
    MailContent,
)
"""Cursors, leases, marks and caches: no facts, no undo."""

__all__ = [
    "DECIDED",
    "DERIVED",
    "LOCAL",
    "LOG",
    "PRIORITIZED",
    "SHOWN_BELOW",
    "SPOKEN",
    "TASKED",
    "Address",
    "Agent",
    "Alarm",
    "Cited",
    "Claim",
    "Clock",
    "Consult",
    "Conversation",
    "Desk",
    "Domain",
    "Draft",
    "Entry",
    "Event",
    "EventPersonal",
    "Folder",
    "Handoff",
    "Lease",
    "Link",
    "Look",
    "MailBase",
    "MailContent",
    "Mailbox",
    "MailboxState",
    "Message",
    "MessageText",
    "Organization",
    "Outbox",
    "Participant",
    "Parting",
    "Person",
    "Placement",
    "PostingList",
    "Presence",
    "Print",
    "Profile",
    "QuotedPrint",
    "Raw",
    "ReadMark",
    "Recipient",
    "Response",
    "ResponseUse",
    "Rule",
    "SearchEntry",
    "Solution",
    "Stand",
    "SubjectKey",
    "Tag",
    "Tombstone",
    "View",
    "Wanted",
]
