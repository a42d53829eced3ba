"""How one conversation stands in the queue: its columns, what gives way first, and what it is drawn as."""

from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from textual.strip import Strip

from storage.kinds import Tier
from storage.views import QueueRow
from widgets.language import _
from widgets.line import Line, one_line
from widgets.look import Ground, Look, Role
from widgets.text import tier_words
from widgets.urgency import NONE, clock_width, clock_words

TIER_ROLES: dict[Tier, Role] = {Tier.N1: "n1", Tier.N2: "n2", Tier.N3: "n3"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of the columns that a width of the queue has room for; 0 for one that gave way.

    Owner gives way first, then the organization, then the name, then the subject; clock and tier never.
    """

    name: int
    organization: int
    owner: int
    subject: int

    @classmethod
    def within(cls, width: int) -> "Columns":
        """Share `width` out: 45 cells hold name and subject, 70 and more all four."""
        fixed = 1 + 1 + 1 + clock_width() + 1 + 2 + 1  # cursor, sign, gap, clock, gap, tier, gap
        if width >= 70:
            spare = max(0, width - 100)
            name, organization, owner = 14 + spare // 6, 13 + spare // 6, 5 + spare // 8
            taken = fixed + name + 1 + organization + 1 + 1 + owner + 1
            return cls(name, organization, owner, max(0, width - taken))
        name = 9 if width >= 40 else max(0, min(9, width - fixed - 8))
        return cls(name, 0, 0, max(0, width - fixed - name - 1))


def short_name(name: str, width: int) -> str:
    """Return a name whole, else the first word and the initial of the last one; the row cuts what is left over."""
    if cell_len(name) <= width or " " not in name or "@" in name:
        return name
    words = name.split()
    return f"{words[0]} {words[-1][0]}"


@dataclass(frozen=True, slots=True)
class RowManner:
    """How a row is drawn beside what it holds.

    Attributes:
        cursor: whether the cursor is on it; `focused` whether keys go to the queue.
        agent_id: who "you" is.
        marked: whether it is marked.
        writer: a colleague who writes there now; empty for none.
    """

    cursor: bool
    focused: bool
    agent_id: int | None
    marked: bool = False
    writer: str = ""


def draw_row(row: QueueRow, look: Look, width: int, manner: RowManner, now: datetime) -> Strip:
    """Return the row as a strip of `width` cells."""
    ground: Ground = "bg"
    if manner.cursor:
        ground = "selected" if manner.focused else "held"
    columns = Columns.within(width)
    words, clock_role = clock_words(row, now)
    idle = clock_role == "paused"
    quiet: Role = "muted" if idle else "text"
    line = Line(look, width, ground)
    if manner.cursor and (look.full or not manner.focused):
        line.sign("▌", "accent" if manner.focused else "muted")
    line.to(1)
    _mark(line, row, manner)
    line.to(3).put(look.sign(words), clock_role, width=clock_width(), right=True, bold=clock_role == "late").gap()
    line.put(tier_words(row.tier), "muted" if idle and row.tier is Tier.N1 else TIER_ROLES[row.tier], width=2).gap()
    name = one_line(row.customer) or look.sign(NONE)
    line.put(short_name(name, columns.name), "bright" if row.unread else quiet, width=columns.name).gap()
    if columns.organization:
        where = one_line(row.organization) or one_line(row.mailbox)
        line.put(where, "muted", width=columns.organization).gap()
    subject = one_line(row.subject) or _("(no subject)")
    if manner.writer:  # never a sign without its word
        words = _("{who} writes").format(who=one_line(manner.writer).split(" ")[0]) + "  "
        room = line.column + columns.subject
        line.put(words, "soon", width=min(cell_len(words), columns.subject))
        line.put(subject, quiet, width=max(0, room - line.column))
    else:
        line.put(subject, quiet, width=columns.subject)
    if columns.owner:
        line.gap()
        owner, owner_role = _owner(row, manner.agent_id)
        line.put(look.sign(owner), owner_role, width=columns.owner)
    return line.strip()


def _mark(line: Line, row: QueueRow, manner: RowManner) -> None:
    """Write the one sign of a row: the first that holds (LOOK §3)."""
    if manner.marked:
        line.put("*", "accent", bold=True)
    elif row.unread:
        line.sign("●", "accent")
    elif row.bouncing:
        line.sign("×", "soon")  # noqa: RUF001 - the sign of LOOK §3
    elif row.promised:
        line.sign("◆", "soon")
    elif manner.writer:
        line.sign("~", "soon")


def _owner(row: QueueRow, agent_id: int | None) -> tuple[str, Role]:
    if row.assignee_id is None:
        return NONE, "muted"
    if row.assignee_id == agent_id:
        return _("you"), "accent"
    name = one_line(row.assignee)
    return (name.split()[0] if name else f"#{row.assignee_id}"), "muted"
