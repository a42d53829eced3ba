"""Every enum of the desk; the store keeps the word, never the member's name or position."""

from enum import StrEnum


class Status(StrEnum):
    """Where a conversation stands (DESIGN §5)."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    ON_HOLD = "on_hold"  # for a third party
    RESOLVED = "resolved"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"  # thrown away, and back when the customer writes


SETTLED = frozenset({Status.RESOLVED, Status.CLOSED})
"""The states from which only a customer's answer or an agent brings a conversation back."""

PUT_AWAY = frozenset({Status.SPAM, Status.TRASH})
"""The states from which `restore` brings a conversation back to where it stood."""


class Tier(StrEnum):
    """The three tiers of a desk (DOMAIN §2)."""

    N1 = "n1"
    N2 = "n2"
    N3 = "n3"


class Channel(StrEnum):
    """How a conversation, or one message of it, reached the desk (DOMAIN §8)."""

    EMAIL = "email"
    PHONE = "phone"


class ConversationKind(StrEnum):
    """What sort of work a conversation is (DOMAIN §2)."""

    CARE = "care"
    SUPPORT = "support"
    TASK = "task"  # something that the desk is to do, and nobody wrote for
    CHECK_IN = "checkin"  # a task that comes again: to ask how a customer fares


TASKS = frozenset({ConversationKind.TASK, ConversationKind.CHECK_IN})
"""What begins at the desk itself, and not with anybody's mail."""


class Priority(StrEnum):
    """How much a conversation matters when clocks are equal."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Direction(StrEnum):
    """Which way a message went, seen from the desk."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"  # a note: it goes nowhere


class Evidence(StrEnum):
    """What put a message into its conversation (DESIGN §4, the rules of threading, strongest first)."""

    SIGNED = "signed"
    REFERENCE = "reference"
    QUOTED = "quoted"
    SUBJECT = "subject"
    AGENT = "agent"
    NEW = "new"


class Automatic(StrEnum):
    """What sort of machine wrote a message, if one did (RFC 3834, DOMAIN §9)."""

    NO = "no"
    REPLY = "reply"  # a vacation notice or another automatic answer
    BOUNCE = "bounce"  # a delivery report
    LIST = "list"
    BULK = "bulk"
    GENERATED = "generated"  # a notice from a machine that answers nobody


class Special(StrEnum):
    """Parts of a message that are named for what they are rather than shown."""

    INVITATION = "invitation"
    DELIVERY_REPORT = "delivery_report"
    TNEF = "tnef"  # winmail.dat
    SIGNED = "signed"
    ENCRYPTED = "encrypted"


class QuarantineReason(StrEnum):
    """Why a message is kept as raw text only."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_MANY_HEADERS = "too_many_headers"
    TOO_SLOW = "too_slow"
    NOT_MAIL = "not_mail"
    PARSER_FAILED = "parser_failed"
    REFUSED = "refused"  # the server lists it and will not give it


class Ignored(StrEnum):
    """The named rules by which a message on the server is not taken in."""

    DRAFT = "draft"
    DELETED = "deleted"
    ERASED = "erased"  # it was erased here, and is not taken in again


class PersonKind(StrEnum):
    """What somebody is to the desk; a customer is a person we serve."""

    CUSTOMER = "customer"
    AGENT = "agent"
    VENDOR = "vendor"
    MACHINE = "machine"


class Subject(StrEnum):
    """Of whom a profile speaks."""

    PERSON = "person"
    ORGANIZATION = "organization"


class AddressKind(StrEnum):
    """By what somebody is reached (DOMAIN §8)."""

    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    SOCIAL = "social"


class EntryKind(StrEnum):
    """What is written down about somebody, or laid down for the desk, beside the fields of a profile."""

    NOTE = "note"
    ASSET = "asset"  # a machine or a device of theirs
    FIELD = "field"  # a field that the desk made itself
    ICP = "icp"  # what the desk wishes its customers' organizations to be
    PERSONA = "persona"  # how a sort of customer is approached
    PLAYBOOK = "playbook"  # a touch model or a service model, as the desk changed it
    PLAYS = "plays"  # the service model of a mailbox
    AWAY = "away"  # an agent who is not here
    DISMISSED = "dismissed"  # a persona that was suggested for them, and that they are not
    PROMISE = "promise"  # what an agent promised them, with a date
    ASSESSMENT = "assessment"  # the desk as its people saw it on a day
    USAGE = "usage"  # how a feature of the product was used
    STAY = "stay"  # a stage of the journey, from when until when
    MILESTONE = "milestone"
    ENGAGEMENT = "engagement"  # what they make of a feature, as an agent says
    RETENTION = "retention"  # how long a mailbox keeps mail
    SETTING = "setting"  # what the desk says in place of what is shipped
    CALENDAR = "calendar"  # when the desk, or an agent, is at work
    POLICY = "policy"  # how soon what must be done
    ROTA = "rota"  # who is on call when
    AGENT = "agent"  # what an agent can do, when, and how much
    HANDOVER = "handover"  # that whoever comes on read what was handed over


class LinkReason(StrEnum):
    """Why two conversations belong together without being one."""

    LATE_ANSWER = "late_answer"  # it answers a conversation that was settled for too long
    STRANGER = "stranger"  # the evidence of the subject, from somebody who takes no part
    AGENT = "agent"


class Cause(StrEnum):
    """What made a status or a snooze change, where no agent did."""

    AGENT = "agent"
    CUSTOMER_WROTE = "customer_wrote"
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # found in Sent
    HISTORY = "history"  # older than the mailbox's live-since
    DUE = "due"  # a moment came
    JOINED = "joined"  # two conversations became one
    RULE = "rule"  # a rule that an agent laid down
    OWNER = "owner"  # what a customer writes returns to who owns them
    BACKUP = "backup"  # or to who stands in
    TURN = "turn"  # it was an agent's turn
    SKILL = "skill"  # it was their turn among those who know what it is about
    LANGUAGE = "language"  # it was their turn among those who write its language
    NOT_DELIVERED = "not_delivered"  # an answer was refused for good, so nobody was answered
    UNDONE = "undone"  # an agent took back what had changed it


class WantedChange(StrEnum):
    """A change that the desk wants made on a mail server."""

    ADD_FLAG = "add_flag"
    REMOVE_FLAG = "remove_flag"
    MOVE = "move"
    ERASE = "erase"


class DraftKind(StrEnum):
    """What a draft will be."""

    REPLY = "reply"  # to everybody who takes part
    REPLY_SENDER = "reply_sender"
    FORWARD = "forward"
    NEW = "new"
    NOTE = "note"  # internal, never sent
    HANDOFF = "handoff"  # a brief for another tier; it stands in no list of drafts


class Delivery(StrEnum):
    """How far a message of ours is on its way to one recipient (DESIGN §4 *Sending*)."""

    QUEUED = "queued"
    SENDING = "sending"  # the server is spoken to; the message has not been handed over
    DATA_SENT = "data_sent"  # all but the last word is said: from here on the server may have it
    ACCEPTED = "accepted"  # the server answers for it
    FILED = "filed"  # and its copy lies among the sent mail
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # may have been sent
    CANCELLED = "cancelled"  # taken back before it left


class Hold(StrEnum):
    """Why a queued message does not leave."""

    AGENT = "agent"
    NEWS = "news"  # somebody wrote since it was queued
    ACCOUNT = "account"  # the server does not let the mailbox in until somebody mends it


class Doing(StrEnum):
    """What an agent does in a conversation that they have open."""

    LOOKING = "looking"
    WRITING = "writing"


class ErasedFor(StrEnum):
    """Why something was erased."""

    REQUEST = "request"  # the person asked for it
    RETENTION = "retention"  # it was older than its mailbox keeps mail


class HandoffState(StrEnum):
    """How far a handoff is."""

    OFFERED = "offered"  # nobody has accepted it yet
    ESCALATED = "escalated"  # nobody did in time, and somebody else is asked
    ACCEPTED = "accepted"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"


OPEN_HANDOFF = frozenset({HandoffState.OFFERED, HandoffState.ESCALATED})
"""The states in which a handoff waits for somebody to accept it."""


class ConsultState(StrEnum):
    """How far a question to a colleague is."""

    ASKED = "asked"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"
