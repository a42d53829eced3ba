"""Take pictures of the console on the demo's mail: SVG, and PNG where cairosvg is installed.

    python screenshots/take.py [FOLDER]

The demo's servers serve, a first sync fills a desk, and the console is driven by keys as an agent would.
"""

import asyncio
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from console.app import Plantao
from console.desk import open_desk
from widgets.look import Look

HERE = Path(__file__).parent
SHOTS = (
    ("queue-80x24-dark", (80, 24), "dark", ("j", "j")),
    ("queue-120x36-dark", (120, 36), "dark", ("j", "j", "t")),
    ("queue-120x36-light", (120, 36), "light", ("j", "j")),
    ("queue-120x36-terminal", (120, 36), "terminal", ("j", "j")),
    ("queue-120x36-nocolor", (120, 36), "none", ("j", "j")),
    ("conversation-80x24-dark", (80, 24), "dark", ("j", "j", "j", "enter")),
    ("search-80x24-dark", (80, 24), "dark", ("slash", *"fatura")),
    ("help-80x24-dark", (80, 24), "dark", ("question_mark",)),
)


async def take(url: str, name: str, size: tuple[int, int], look: str, keys: tuple[str, ...], now: datetime) -> str:
    """Return one picture as SVG.

    Args:
        url: the desk's store.
        name: the picture's.
        size: of the window, in cells.
        look: a palette's name.
        keys: pressed one after the other once the queue is read.
        now: the present that the picture shows.
    """
    desk = open_desk(url, agent="Bruno")
    app = Plantao(desk, look=Look(look), clock=lambda: now)  # type: ignore[arg-type]
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1.5)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.3)
            await pilot.pause(0.7)
            svg = app.export_screenshot(title=name)
    finally:
        desk.store.close()
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)  # fonts from the network: a picture asks nobody for anything
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def demo_store() -> str:
    """Serve the demo, sync it once, and return the address of the desk that it filled."""
    ran = subprocess.run(
        [sys.executable, "-m", "console.cli", "demo", "--no-console"], capture_output=True, text=True, check=True
    )
    found = re.search(r"PLANTAO_HOME=(\S+)", ran.stdout + ran.stderr)
    if found is None:
        raise SystemExit(f"the demo did not say where its desk is:\n{ran.stdout}{ran.stderr}")
    return str(next(Path(found[1]).rglob("desk.db")).parent)


def main() -> None:
    """Take every picture into the folder given, else beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    url = demo_store()
    now = datetime.now().astimezone()
    for name, size, look, keys in SHOTS:
        svg = asyncio.run(take(url, name, size, look, keys, now))
        path = folder / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        print(os.path.relpath(path))
        try:
            import cairosvg  # type: ignore[import-not-found]
        except ImportError:
            continue
        cairosvg.svg2png(bytestring=svg.encode(), write_to=str(path.with_suffix(".png")), output_width=12 * size[0])


if __name__ == "__main__":
    main()
