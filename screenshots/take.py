"""Take the pictures of the console on the demo's mail, beside this script or in the folder that is named.

    make screenshots    or    python screenshots/take.py [FOLDER [SCREEN…]]

The demo's servers serve mail made for a fixed moment, a sync fills a desk, and the console is driven by keys as an
agent would. Pictures are SVG, and PNG instead where cairosvg is installed, which only this script needs:
``.venv/bin/python -m pip install cairosvg`` (it wants Debian's libcairo2 and a font such as fonts-dejavu).
"""

import asyncio
import html
import os
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip

from console.app import Plantao
from console.config.accounts import Account
from console.config.settings import read_account
from console.demo.colleagues import move_in, open_up
from console.demo.servers import DemoServers, demo_servers
from console.desk import Desk, open_desk
from console.library.files import read
from console.library.starter import STARTER
from console.mail.answering import send_draft
from console.mail.sync import sync_once
from console.mail.transferring import hand_on
from console.screens.composer import ComposerScreen
from console.screens.customer import CustomerScreen
from console.screens.dashboard import DashboardScreen
from console.screens.enrolling import EnrolScreen
from console.screens.ground import NewAccounts
from console.screens.handing_on import TransferScreen
from console.screens.library import LibraryScreen
from console.screens.main import MainScreen
from console.screens.oncall import OnCallScreen
from console.screens.outbox import OutboxScreen
from console.screens.paper import PaperScreen
from console.screens.picking import ResponsePicker
from storage.commands import drafts, leasing, responses, rotas
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import Direction, DraftKind, Status, Tier
from storage.kinds.handoffs import Contents, Gleaned, Promised, Tried
from storage.kinds.review import Severity
from storage.kinds.rotas import Rota
from storage.queries import answering, conversations, inbox
from storage.store import Store, open_store
from widgets.hits import Hits
from widgets.look import Look
from widgets.responses import ResponseList
from widgets.theme import theme_of

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 23, 9, 32, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Monday
AT_WORK = timedelta(days=1)  # since when the company's mailboxes are live: what came since then has clocks
AGENT, NEWCOMER = "Rafael Lima", "Lia Prado"  # she has nothing in hand yet
SIZES = ((80, 24), (120, 36), (160, 45))
LOOKS = ("dark", "light", "terminal")
SCREENS = ("queue", "conversation", "composer", "review", "search", "palette", "history", "help")
OTHERS = (
    ("queue", (120, 36), "none"),
    ("queue", (80, 24), "ascii"),
    ("conversation", (80, 24), "ascii"),
    ("conversation", (120, 36), "dark256"),
    ("conversation", (120, 36), "terminal-light"),
    ("empty", (80, 24), "dark"),
    ("error", (80, 24), "dark"),
    ("error", (80, 24), "terminal"),
    ("first", (80, 24), "dark"),
    ("setup", (80, 24), "dark"),
    ("setup", (80, 24), "terminal"),
    ("picker", (80, 24), "dark"),
    ("picker", (120, 36), "dark"),
    ("picker", (120, 36), "terminal"),
    ("library", (80, 24), "dark"),
    ("library", (120, 36), "dark"),
    ("library", (120, 36), "light"),
    ("sent", (80, 24), "dark"),
    ("sent", (120, 36), "dark"),
    ("outbox", (80, 24), "dark"),
    ("outbox", (120, 36), "dark"),
    ("outbox", (120, 36), "terminal"),
    ("customer", (80, 24), "dark"),
    ("customer", (120, 36), "dark"),
    ("customer", (120, 36), "light"),
    ("customer", (120, 36), "terminal"),
    ("transfer", (80, 24), "dark"),
    ("transfer", (120, 36), "dark"),
    ("transfer", (120, 36), "terminal"),
    ("brief", (80, 24), "dark"),
    ("oncall", (80, 24), "dark"),
    ("oncall", (80, 24), "light"),
    ("oncall", (80, 24), "terminal"),
    ("oncall", (80, 24), "none"),
    ("oncall", (80, 24), "ascii"),
    ("dashboard", (80, 24), "dark"),
    ("dashboard", (120, 36), "dark"),
    ("dashboard", (120, 36), "light"),
    ("dashboard", (120, 36), "terminal"),
    ("dashboard", (120, 36), "none"),
    ("dashboard", (160, 45), "dark"),
)
"""What is taken beside every screen at every size in every look: NO_COLOR, no Unicode, and what is not every day."""
SENT = (
    "Oi, Ana.\n\nConfirmado: a segunda cobrança foi um erro nosso e já está anulada. O valor volta no mesmo "
    "cartão em até cinco dias úteis.\n"
)
ASKED = "Parar a segunda captura e dizer se o pedido 88121 é o único."
TOLD = "Oi, Ana. O time de pagamentos assumiu o caso agora; volto com uma posição até as 11h."
SUBJECT = "Cobrança em duplicidade"
ANSWER = (
    "Oi, Ana.\n\nConfirmado: a segunda cobrança foi um erro nosso e já está anulada. O valor volta no mesmo "
    "cartão em até {{ prazo }}.\n\nEm anexo vai o comprovante da anulação.\n"
)

ACCOUNTS = [
    read_account(
        {"name": name, "address": f"{name.lower()}@lumen.example", "imap": "127.0.0.1:1", "smtp": "127.0.0.1:1"}
    )
    for name in ("Suporte", "Soporte", "Support")
]
"""The company's accounts as far as a picture of sending needs them: nothing leaves while it is taken."""

BRIEF = Contents(
    "Stop the second capture on gateway br-2, and say whether orders 88121 and 88127 are the only two.",
    tried=(
        Tried(NOW - timedelta(minutes=41), "Bruno", "replayed webhook 5512: the capture is accepted again"),
        Tried(NOW - timedelta(minutes=28), "Bruno", "switched retry off on br-2: new orders still doubled"),
        Tried(NOW - timedelta(minutes=20), "Marta", "asked the gateway, case 20931: no answer yet"),
    ),
    facts=(
        Gleaned("order", ("88121", "88127")),
        Gleaned("version", ("4.18.2",)),
        Gleaned("amount", ("R$ 1.940,00",)),
    ),
    promised=(Promised("a status to Ana Souza", NOW + timedelta(minutes=28)),),
)
"""What a specialist is handed on."""

FORM = NewAccounts(Path("~/.config/plantao/config.toml"), lambda: None)
"""Where an account would be written: none is."""

WIDE, HIGH = 12.2, 24.4  # a cell in Rich's SVG
BLOCKS = {
    "█": (0.0, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▄": (0.0, 0.5, 1.0, 0.5),
    "▌": (0.0, 0.0, 0.5, 1.0),
}
"""Left, top, width and height within a cell."""


def fill(folder: Path) -> str:
    """Serve the demo's mail of the fixed moment, sync it once, and return the address of the desk that it filled."""
    # The sync's own clock says the moment too: else it would note as late what is not late in the pictures.
    with demo_servers(folder, now=NOW, seed=1, live=False) as servers, time_machine.travel(NOW, tick=True):
        store = stocked(folder, accounts_of(servers, NOW - AT_WORK), NOW)
        desk = Desk(store, agent=AGENT, console="pictures")
        open_up(store, now=NOW)
        move_in(store, agent_id=desk.agent_id, now=NOW)
        store.close()
    return str(folder / "desk")


def accounts_of(servers: DemoServers, live_since: datetime) -> list[Account]:
    """Return the company's accounts as a configuration has them."""
    return [
        read_account(
            {
                "name": each.name,
                "address": each.address,
                "imap": f"127.0.0.1:{servers.imap_port}",
                "smtp": f"127.0.0.1:{servers.smtp_port}",
                "sender_name": "Lumen",
                "user": each.user,
                "tls": "none",
                "password_command": shlex.join(["echo", each.password]),
                "live_since": live_since.isoformat(),
            }
        )
        for each in servers.accounts
    ]


def stocked(folder: Path, accounts: Sequence[Account], now: datetime) -> Store:
    """Return a desk with the company's mail and canned responses in it."""
    store = open_store(str(folder / "desk"))
    outcome = sync_once(store, accounts, report=lambda _account, _step: None)
    with store.writing() as session:
        entries = [one.entry for one in read([STARTER])]
        responses.bring(session, entries, actor=Actor(None, "desk"), now=now)
    if outcome.troubles:
        raise SystemExit(f"the demo's mail did not come: {outcome.troubles}")
    return store


def answered(folder: Path, now: datetime) -> str:
    """Answer a customer of the demo for real, wait for what comes back, and return the address of that desk.

    The answer goes through the demo's SMTP server, its copy into Sent, and the customer's answer is read by IMAP.
    """
    with demo_servers(folder, now=now, seed=1, every=2) as servers:
        accounts = accounts_of(servers, now)
        store = stocked(folder, accounts, now)
        desk = Desk(store, agent=AGENT, console="pictures")
        with store.reading() as session:
            (row, *_others) = inbox.window(
                session, query="subject:duplicidade", agent_id=desk.agent_id, now=now, size=5
            ).rows
            answer = answering.answerable(session, row.conversation_id)
        account = next(one for one in accounts if one.name == answer.sender.name)
        draft, _known = desk.tell_now(
            drafts.begin,
            agent_id=desk.agent_id,
            kind=DraftKind.REPLY,
            conversation_id=row.conversation_id,
            message_id=answer.message.message_id if answer.message else None,
            mailbox_id=answer.sender.mailbox_id,
            values={
                "to": f"{answer.view.customer} <{answer.view.customer_address}>",
                "subject": f"Re: {row.subject}",
                "body": SENT,
            },
            now=now,
        )
        send_draft(
            store,
            draft,
            account=account,
            agent=desk.agent,
            actor=desk.actor,
            now=datetime.now(now.tzinfo),
            undo_window=timedelta(),
            after=Status.WAITING,
        )
        end = time.monotonic() + 60
        while True:
            sync_once(store, accounts, report=lambda _account, _step: None)
            view = desk.ask_now(conversations.read, row.conversation_id, agent_id=None)
            if view.messages[-1].direction is Direction.INCOMING and view.messages[-2].delivery is not None:
                break
            if time.monotonic() > end:
                raise SystemExit("the customer did not answer")
            time.sleep(0.5)
        store.close()
    return str(folder / "desk")


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, and a moment more until it is drawn."""
    end = time.monotonic() + 10
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the console did not come to where the picture is taken")
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)


async def go(app: Plantao, pilot: Pilot[int], what: str) -> None:  # noqa: C901, PLR0912, PLR0915 - a case a screen reads well
    """Press the keys that lead to a screen."""
    main = app._main  # noqa: SLF001 - the script drives the console from within
    if what in {"conversation", "answered"}:
        await pilot.press("enter")
        await until(lambda: main.reading)
    elif what in {"composer", "review"}:
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        screen = app.screen
        assert isinstance(screen, ComposerScreen)
        screen.editor.put(ANSWER)
        await until(lambda: sum(one.severity is Severity.STOP for one in screen.review.findings) == 2)
        if what == "review":
            await pilot.press("ctrl+s")
            await until(lambda: screen.where == "review")
    elif what == "picker":
        await pilot.press("semicolon")
        await until(lambda: isinstance(app.screen, ResponsePicker))
        await pilot.press(*"estorno")
        await until(lambda: app.screen.query_one(ResponseList).chosen is not None)
    elif what == "library":
        await pilot.press("g", "k")
        await until(
            lambda: isinstance(app.screen, LibraryScreen) and app.screen.query_one(ResponseList).chosen is not None
        )
    elif what == "customer":
        await pilot.press(*":customer ana.souza@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.timeline.chosen is not None)
    elif what in {"sent", "outbox"}:
        await send(app, pilot)
        if what == "outbox":
            await pilot.press("g", "o")
            await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.rows.chosen is not None)
    elif what == "search":
        await pilot.press("slash", *"cobranca cartao")
        await until(lambda: app.screen.query(Hits) and app.screen.query_one(Hits).chosen)
    elif what == "palette":
        await pilot.press("ctrl+p", *"mail")
        await until(lambda: main.asking)
    elif what == "history":
        await pilot.press("plus", *"estorno", "enter", "t", "space", "j", "space", "s", *"2h", "enter", "e", "u")
        await until(lambda: any("take" in said[0] for said in main._said))  # noqa: SLF001
        await pilot.press("g", "h")
        await until(lambda: app.screen is not main)
    elif what in {"first", "setup"}:
        await begin(app, pilot, typed=what == "setup")
    elif what in {"transfer", "brief"}:
        await write_brief(app, pilot, reads=what == "brief")
    elif what == "dashboard":
        await pilot.press(*":dashboard history", "enter")
        await until(lambda: isinstance(app.screen, DashboardScreen) and app.screen.read)
    elif what == "help":
        await pilot.press("question_mark")
        await until(lambda: app.screen is not main)


async def write_brief(app: Plantao, pilot: Pilot[int], *, reads: bool) -> None:
    """Write the brief of what the cursor is on for N3, and read it as N3 will."""
    await pilot.press("T", "3")
    await until(lambda: isinstance(app.screen, TransferScreen) and app.screen.begun)
    screen = app.screen
    assert isinstance(screen, TransferScreen)
    screen.fields.put({"destination": "API"}, quietly=False)
    screen.asked.put(ASKED)
    screen.told.put(TOLD)
    await pilot.pause()
    if reads:
        await pilot.press("ctrl+r")
        await until(lambda: isinstance(app.screen, PaperScreen))
        await asyncio.sleep(0.5)


async def begin(app: Plantao, pilot: Pilot[int], *, typed: bool) -> None:
    """Begin without a mailbox: with the form, filled in, or left for what stands below it."""
    form = app.screen
    assert isinstance(form, EnrolScreen)
    await until(lambda: form.fields.focused_name)
    if not typed:
        await pilot.press("escape")
        await until(lambda: app.screen is not form)
        return
    await pilot.press(*"suporte@lumen.example", "shift+tab", "shift+tab", *"uma senha longa")
    await until(lambda: form.fields.value("password"))


async def send(app: Plantao, pilot: Pilot[int]) -> None:
    """Send an answer as an agent does, and three more whose ways are told by a made-up server."""
    main = app._main  # noqa: SLF001 - the script drives the console from within
    await pilot.press("r")
    await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
    screen = app.screen
    assert isinstance(screen, ComposerScreen)
    screen.editor.put(SENT)
    await pilot.press("ctrl+s")
    await until(lambda: screen.where == "review" and screen.review.findings)
    await pilot.press("ctrl+s")
    await until(lambda: app.screen is main)


def on_duty(desk: Desk) -> None:
    """Put whoever sits here on call for N3, and hand two conversations on to them, one with all that a brief has."""
    rota = Rota("Payments", str(NOW.tzinfo), (desk.agent_id,), NOW.date() - timedelta(days=2), Tier.N3)
    desk.tell_now(rotas.set_rota, rota, actor=desk.actor, now=NOW)
    giver = Desk(desk.store, agent="Bruno Reis", console="pictures")
    with desk.store.reading() as session:
        rows = inbox.window(session, query="is:open sort:newest", agent_id=desk.agent_id, now=NOW, size=9).rows
        [asked] = inbox.window(session, query="subject:duplicidade", agent_id=desk.agent_id, now=NOW, size=1).rows
    other = next(row for row in rows if row.conversation_id != asked.conversation_id)
    given = ((asked.conversation_id, BRIEF), (other.conversation_id, Contents("Look why it fails.")))
    for number, contents in given:
        wanted = Transfer(number, Tier.N3, contents, to_agent_id=desk.agent_id)
        at = NOW - timedelta(minutes=6)
        hand_on(
            desk.store,
            wanted,
            accounts=ACCOUNTS,
            agent=giver.agent,
            actor=giver.actor,
            now=at,
            undo_window=timedelta(0),
        )


async def take(url: str, what: str, size: tuple[int, int], look: str, now: datetime = NOW) -> str:
    """Return one picture as SVG.

    Args:
        url: the desk's store.
        what: one of `SCREENS`.
        size: of the window, in cells.
        look: a palette's name, or ``ascii`` for the dark one with signs that every terminal has, or ``dark256`` for
            what a terminal of 256 colours makes of it.
        now: what the console's clock says.
    """
    own = tempfile.TemporaryDirectory(prefix="plantao-picture-")
    folder = Path(own.name) / "desk"
    bare = what in {"first", "setup"}
    if not bare:
        shutil.copytree(url, folder)
    desk = open_desk(str(folder), agent=NEWCOMER if what == "empty" else AGENT)
    if what == "error":
        trouble = {"kind": "SignInRefused", "words": "mail.lumen.example refused the password."}
        desk.tell_now(leasing.set_state, 1, "stopped", now=NOW - timedelta(minutes=20), trouble=trouble)
    palette = Look("dark", ascii=look == "ascii") if look in {"ascii", "dark256"} else Look(look)  # type: ignore[arg-type]
    if what == "oncall":
        on_duty(desk)
    app = Plantao(
        desk,
        look=palette,
        clock=lambda: now,
        accounts=() if bare else ACCOUNTS,
        new_accounts=FORM,
        main=OnCallScreen if what == "oncall" else MainScreen,
    )
    try:
        async with app.run_test(size=size) as pilot:
            main = app._main  # noqa: SLF001 - the script drives the console from within
            await until(lambda: main.queue.rows or isinstance(app.screen, EnrolScreen))
            if what == "empty":
                await pilot.press("1")
                await until(lambda: not main.queue.rows)
            if isinstance(main, OnCallScreen):
                await until(lambda: main.brief.brief)  # type: ignore[attr-defined]
            while what != "oncall" and main.queue.chosen and not main.queue.chosen.subject.startswith(SUBJECT):
                before = main.queue.number
                await pilot.press("j")
                if main.queue.number == before:
                    raise SystemExit(f"no conversation is called {SUBJECT}")
            await until(lambda: size[0] < 90 or main.conversation.view)
            await go(app, pilot, what)
            await pilot.pause()
            strips = app.screen._compositor.render_strips()  # noqa: SLF001
            svg = app.export_screenshot()
    finally:
        desk.store.close()
        own.cleanup()
    if look == "terminal-light":
        return on_white(mended(svg, blocks(strips), size, "#000000"))
    drawn = mended(svg, blocks(strips), size, theme_of(palette).background or "#000000")
    return in_256(drawn) if look == "dark256" else drawn


def in_256(svg: str) -> str:
    """Return a picture as Rich rounds its colours where a terminal has 256 of them."""

    def rounded(found: re.Match[str]) -> str:
        return Color.parse(found[0].lower()).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex

    return re.sub(r"#[0-9a-fA-F]{6}\b", rounded, svg)


def on_white(svg: str) -> str:
    """Return a picture of the terminal's own colours as one whose ground is white shows it."""
    whites = {"#000000": "#ffffff", "#292929": "#ffffff", "#c5c8c6": "#24292e", "#868887": "#7d8288"}
    return re.sub("|".join(whites), lambda found: whites[found[0]], svg)


def blocks(strips: Sequence[Strip]) -> str:
    """Return block characters as shapes, edge to edge as terminals draw them: fonts leave seams."""
    shapes = []
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            for sign in segment.text:
                if sign in BLOCKS and segment.style is not None:
                    fill = _fill(segment.style)
                    left, top, width, height = BLOCKS[sign]
                    shapes.append(
                        f'<rect x="{(x + left) * WIDE:.2f}" y="{(y + top) * HIGH + 1.5:.2f}" width="{width * WIDE:.2f}"'
                        f' height="{height * HIGH:.2f}" fill="{fill}"'
                        ' shape-rendering="crispEdges"/>'
                    )
                x += 1  # what the demo shows is one cell wide
    return "".join(shapes)


def _fill(style: Style) -> str:
    """Return the colour of a style's ink, as the export has it where the terminal's own is meant."""
    if style.color is None or style.color.is_default:
        return "#868887" if style.dim else "#c5c8c6"
    return str(style.color.get_truecolor().hex)


def mended(svg: str, shapes: str, size: tuple[int, int], ground: str) -> str:
    """Return a picture without the window's frame and the faults of the export, which asks nobody for a font."""
    svg = re.sub(r' clip-path="url\(#[^)]*-line-\d+\)"', "", svg)  # it cuts the accents off capitals
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g transform="translate\(26,22\)">.*?</g>', "", svg, flags=re.DOTALL)
    svg = re.sub(r'<text class="terminal-[^"]+-title".*?</text>', "", svg, flags=re.DOTALL)
    svg = re.sub(
        r'<rect fill="#[0-9a-f]+" stroke="[^"]+"[^>]*/>',
        f'<rect width="100%" height="100%" x="3" y="35" fill="{ground}"/>',
        svg,
        count=1,
    )
    for sign in BLOCKS:
        svg = svg.replace(sign, "&#160;")
    svg = re.sub(r'<text class="([^"]+)" x="([^"]+)" y="([^"]+)"[^>]*>([^<]*)</text>', parted, svg)
    svg = re.sub(r'(<g class="terminal-[^"]+-matrix">)', lambda found: shapes + found[1], svg, count=1)
    width, height = size[0] * WIDE + 12, size[1] * HIGH + 12
    box = f'viewBox="3 35 {width:.1f} {height:.1f}" width="{width:.0f}" height="{height:.0f}"'
    svg = re.sub(r'viewBox="[^"]+"', box, svg, count=1)
    return re.sub(
        r"font-family: Fira Code, monospace;\s*font-size: 20px",
        "font-family: 'DejaVu Sans Mono', monospace; font-variant-ligatures: none; font-size: 20.333px",
        svg,
    )


def parted(run: re.Match[str]) -> str:
    """Draw the words between wide gaps each from its own cell: a long run's letters fall short of the columns."""
    kind, left, y, words = run.groups()
    drawn, cell = [], 0
    for piece in re.split(r"((?:&#160;){2,})", words):
        letters = html.unescape(piece)
        if letters.strip("\u00a0"):
            x, width = float(left) + cell * WIDE, cell_len(letters) * WIDE
            drawn.append(f'<text class="{kind}" x="{x:.1f}" y="{y}" textLength="{width:.1f}">{piece}</text>')
        cell += cell_len(letters)
    return "".join(drawn)


def write(path: Path, svg: str) -> Path:
    """Write a picture as PNG where that can be had, else as SVG."""
    try:
        import cairosvg  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        path = path.with_suffix(".svg")
        path.write_text(svg, encoding="utf-8")
        return path
    from PIL import Image  # type: ignore[import-not-found, unused-ignore]  # it comes with cairosvg

    path = path.with_suffix(".png")
    drawn = Image.open(BytesIO(cairosvg.svg2png(bytestring=svg.encode())))
    drawn.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )  # a third of the bytes
    return path


def main() -> None:
    """Take every picture, or only those of the screens that are named after the folder."""
    os.environ["TZ"] = str(NOW.tzinfo)
    os.environ["LANGUAGE"] = "en"
    time.tzset()
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    wanted = set(sys.argv[2:])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plantao-pictures-") as folder:
        url = fill(Path(folder))
        for what, size, look in (*product(SCREENS, SIZES, LOOKS), *OTHERS):
            if wanted and what not in wanted:
                continue
            svg = asyncio.run(take(url, what, size, look))
            path = write(target / f"{what}-{size[0]}x{size[1]}-{look}", svg)
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
    if wanted and "answered" not in wanted:
        return
    with tempfile.TemporaryDirectory(prefix="plantao-pictures-") as folder:
        now = datetime.now(NOW.tzinfo)
        url = answered(Path(folder), now)
        for size in ((80, 24), (120, 36)):
            svg = asyncio.run(take(url, "answered", size, "dark", datetime.now(NOW.tzinfo)))
            print(write(target / f"answered-{size[0]}x{size[1]}-dark", svg))


if __name__ == "__main__":
    main()
