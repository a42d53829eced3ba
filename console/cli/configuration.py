"""`config`: what holds here, and where it stands."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("config", run_show, words=_("what the configuration says, and where it is"))
    parser.add_argument(
        "what",
        nargs="?",
        choices=("show", "path", "check"),
        default="show",
        help=_("all, the file's path, or only its faults"),
    )


def run_show(call: "Call") -> int:
    """Print what holds; a fault in the file ends with status 78 and the line it is in."""
    what = call.options.what
    file = str(call.configuration_file)
    if what == "path":
        call.out.sentence(file, told={"file": file})
        return DONE
    settings = call.settings
    if what == "check":
        _check_keys(call)
        call.out.sentence(_("{file} has no faults.").format(file=file), told={"file": file, "faults": 0})
        return DONE
    from sqlalchemy.engine import make_url

    shown = {
        "file": file,
        "store": make_url(call.store_url).render_as_string(hide_password=True),
        "data": str(call.paths.data),
        "state": str(call.paths.state),
        "agent": settings.agent_name(),
        "language": settings.language or "",
        "theme": settings.theme or "",
        "keys": dict(settings.keys),
        "download_folder": settings.download_folder or "",
        "opener": settings.opener or "",
        "link_opener": settings.link_opener or "",
        "clipboard": settings.clipboard,
        "undo_window": settings.undo_window,
        "read_on": settings.read_on,
        "accounts": [account.name for account in settings.accounts],
    }
    if call.out.json_lines:
        call.out.object(shown)
        return DONE
    for name, value in shown.items():
        words = ", ".join(value) if isinstance(value, list | dict) else str(value)
        call.out.line(f"{name:<16} {words or '-'}")
    return DONE


def _check_keys(call: "Call") -> None:
    """Look for names under `[keys]` that are no command's; the console says so at its start, and starts all the same.

    Raises:
        ConfigurationInvalid: there are some.
    """
    if not call.settings.keys:
        return
    from console.config.errors import ConfigurationInvalid
    from console.config.keyed import misnamed
    from console.config.settings import read_text

    if problems := misnamed(call.settings.keys, read_text(call.configuration_file)):
        raise ConfigurationInvalid(call.configuration_file, problems)
