"""The facts of what the desk knows of customers and organizations."""

from typing import Any, ClassVar, Literal

from storage.events.base import Fact, Personal
from storage.kinds import AddressKind, EntryKind, PersonKind, Subject


class OrganizationKept(Fact):
    """An organization is known from now on, or is not any more when `after` is false: it was made by mistake.

    Attributes:
        name: `None` when mail brought it, from a domain that nobody wrote from before.
    """

    kind: Literal["organization_kept"] = "organization_kept"
    organization_id: int
    after: bool = True
    name: Personal[str | None] = None


class DomainKept(Fact):
    """Who writes from a domain belongs to an organization, or does not any more when `after` is false."""

    kind: Literal["domain_kept"] = "domain_kept"
    domain_id: int
    organization_id: int
    group: str
    after: bool = True
    domain: Personal[str | None] = None


class AddressKept(Fact):
    """A person is reached by this as well, or is not any more when `after` is false."""

    kind: Literal["address_kept"] = "address_kept"
    address_id: int
    person_id: int
    group: str
    address_kind: AddressKind
    after: bool = True
    address: Personal[str | None] = None


class CustomerKept(Fact):
    """A customer whom no mail brought is known from now on, or is not any more when `after` is false.

    All that is told of them stands in one fact: a file of customers brings many.

    Attributes:
        address_ids: of their addresses of mail, in the mailbox group; `addresses` says them in the same order.
        filled: the names of the fields of their profile that are filled; `values` says what with.
    """

    kind: Literal["customer_kept"] = "customer_kept"
    person_id: int
    person_kind: PersonKind
    organization_id: int | None
    group: str
    address_ids: tuple[int, ...]
    filled: tuple[str, ...]
    after: bool = True
    name: Personal[str | None] = None
    addresses: Personal[tuple[str, ...] | None] = None
    values: Personal[tuple[str, ...] | None] = None


class ProfileChanged(Fact):
    """A field of a profile says something else.

    Attributes:
        field: as in `storage.models.Profile`; of ``name`` and ``kind`` the row itself holds the value.
        stood, stands: whether it was filled, and is.
        reason: why an agent owns one more than the model's capacity; empty where there was no need of any.
    """

    kind: Literal["profile_changed"] = "profile_changed"
    version: ClassVar[int] = 2
    subject: Subject
    subject_id: int
    field: str
    stood: bool
    stands: bool
    before: Personal[str | None] = None
    after: Personal[str | None] = None
    reason: Personal[str | None] = None


class Belongs(Fact):
    """A person belongs to another organization, or an organization is another one's subsidiary; `None` to none."""

    kind: Literal["belongs"] = "belongs"
    subject: Subject
    subject_id: int
    before: int | None
    after: int | None


class CustomersMerged(Fact):
    """Two persons are one, or two again when `after` is false.

    Attributes:
        person_id, other_id: who stays, and the number that stands for them from now on.
        address_ids: the other's addresses, which are theirs now.
        authored, served, named: the messages that the other wrote, those of which the other was the customer, and
            those in which the other took part and the one who stays did not. Where both did, the other stays a
            participant, and whoever reads passes over them.
    """

    kind: Literal["customers_merged"] = "customers_merged"
    person_id: int
    other_id: int
    address_ids: tuple[int, ...]
    authored: tuple[int, ...]
    served: tuple[int, ...]
    named: tuple[int, ...]
    after: bool = True


class EntryKept(Fact):
    """Something is written down about somebody or for the desk, says something else, or was taken away.

    Attributes:
        subject, subject_id: about whom; `None` when it is the desk's.
        stood, stands: whether it was there, and is.
        before, after: as `storage.kinds.entries` writes them.
    """

    kind: Literal["entry_kept"] = "entry_kept"
    entry_id: int
    entry_kind: EntryKind
    subject: Subject | None
    subject_id: int | None
    stood: bool
    stands: bool
    before: Personal[dict[str, Any] | None] = None
    after: Personal[dict[str, Any] | None] = None
