"""Translations at build time: compiles each plantao.po to the .mo that the wheel carries, and refreshes them."""

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
DOMAIN = "plantao"
LOCALE = Path("widgets") / "locale"
# Storage raises errors that carry meaning; words are given on the two floors above.
SPEAKING = ("console", "widgets")
# No clock in a file under version control: the same words give the same bytes.
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)


class LocaleBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs: the wheel gets the compiled translations, which git does not keep."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all translations and name them as part of the wheel."""
        del version
        compile_all(Path(self.root))
        build_data["artifacts"].append(f"/{LOCALE.as_posix()}/**/*.mo")


def translations(root: Path) -> list[Path]:
    """Return the file of each language, in order."""
    return sorted((root / LOCALE).glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile each language beside its source, and return what was written.

    Raises:
        SystemExit: see `faults_of`.
    """
    written = []
    for source in translations(root):
        catalog = _read(source)
        if faults := [f"{source.relative_to(root)}: {fault}" for fault in faults_of(catalog)]:
            raise SystemExit("\n".join(faults))
        target = source.with_suffix(".mo")
        _replace(target, lambda opened, catalog=catalog: write_mo(opened, catalog))
        written.append(target)
    return written


def faults_of(catalog: Catalog) -> list[str]:
    """Return what would fail while a person reads: a placeholder too many, or one that a sentence lost."""
    faults = [f"{message.id!r}: {fault}" for message, errors in catalog.check() for fault in errors]
    for message in catalog:
        originals = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        known = set[str]().union(*map(_placeholders, originals))
        for text in message.string if isinstance(message.string, (list, tuple)) else (message.string,):
            said = _placeholders(text or "")
            # A form for one may leave the number out: "a conversation" for "{count} conversation".
            lost = known - said if text and len(originals) == 1 else set()
            if message.id and (strange := (said - known) | lost):
                faults.append(f"{originals[0]!r}: {', '.join(sorted(strange))} in only one of the languages")
    return faults


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _before, name, _format, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:  # braces that were never meant for `str.format`
        return set()


def extract(root: Path = ROOT) -> Path:
    """Gather every string that a person reads, merge them into each language, and return the template's path.

    A sentence that is no longer said leaves the files; one that is new stands there untranslated.
    """
    template = Catalog(
        project="Plantão",
        version="0",
        header_comment="# Every string of Plantão that a person reads.",
        last_translator="The Plantão authors",
        language_team="The Plantão authors",
        msgid_bugs_address="see CONTRIBUTING.md",
        creation_date=UNDATED,
        revision_date=UNDATED,
        fuzzy=False,
        charset="utf-8",
    )
    for package in SPEAKING:
        found = extract_from_dir(
            root / package, keywords={"_": None, "ngettext": (1, 2)}, method_map=[("**.py", "python")]
        )
        for name, line, words, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
            template.add(
                words, locations=[(f"{package}/{Path(name).as_posix()}", line)], auto_comments=comments, context=context
            )
    target = root / LOCALE / f"{DOMAIN}.pot"
    _write(target, template)
    for source in translations(root):
        catalog = _read(source)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.revision_date = UNDATED
        catalog.obsolete.clear()
        _write(source, catalog)
    return target


def _read(source: Path) -> Catalog:
    with source.open("rb") as opened:
        return read_po(opened, locale=source.parent.parent.name, domain=DOMAIN)


def _write(target: Path, catalog: Catalog) -> None:
    # File names without line numbers, in the order of the words: moving code moves no translation.
    _replace(target, lambda opened: write_po(opened, catalog, width=120, sort_output=True, include_lineno=False))


def _replace(target: Path, write: Any) -> None:
    """Put a file in its place in one step: a test that runs beside reads the old one or the new."""
    number, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(number, "wb") as opened:
        write(opened)
        os.fchmod(number, 0o644)
    Path(name).replace(target)


def main() -> int:
    """Compile in place, or refresh the template and the languages with ``--extract`` first."""
    parser = argparse.ArgumentParser(description="Compile the translations of Plantão.")
    parser.add_argument("--extract", action="store_true", help="gather the strings of the code first")
    if parser.parse_args().extract:
        extract()
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
