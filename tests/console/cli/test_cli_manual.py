"""The manual page and the shells' completion tell of every command, and a page's words are no orders to troff."""

import re
import shutil
import subprocess

import pytest

from console.cli.parser import ROOMS

ORDERS = {"TH", "SH", "SS", "TP", "B", "RS", "RE", "nf", "fi", "PP"}


def test_the_page_tells_of_every_command_and_of_what_all_take(run):
    said = run("manual")
    assert said.status == 0
    page = said.out.replace("\\-", "-")
    for names in ROOMS.values():
        for name in names:
            assert re.search(rf"^\.SS .*plantao.* {name}\b", page, re.MULTILINE), name
    for option in ("--store", "--config", "--json", "--until", "--password-command"):
        assert option in page
    assert page.count("--store") == 2  # in the synopsis and once below it, not at each command
    for heading in ("NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT"):
        assert f".SH {heading}\n" in page
    assert "PLANTAO_HOME" in page


@pytest.mark.parametrize("language", ["en", "es", "pt_BR"])
def test_no_word_of_it_is_an_order(run, monkeypatch, language):
    monkeypatch.setenv("LANGUAGE", language)
    page = run("manual").out
    orders = {line[1:].split(" ")[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert orders <= ORDERS
    assert ("\\&.md" in page) or language != "en"
    if shutil.which("groff"):
        told = subprocess.run(
            ["groff", "-man", "-Kutf8", "-Tutf8", "-wmac"], input=page.encode(), capture_output=True, check=True
        )
        assert b"macro" not in told.stderr
        assert "snooze" in told.stdout.decode()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(run, shell):
    said = run("completion", shell)
    assert said.status == 0
    for names in ROOMS.values():
        for name in names:
            assert re.search(rf"\b{name}\b", said.out), name
