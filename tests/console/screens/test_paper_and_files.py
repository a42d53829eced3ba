"""The pager and the list of files and links, before a real desk: read, searched, opened, saved, copied; hostile mail."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest

from console.files.means import Means
from console.files.programs import Opener
from console.mail.parse.message import parse
from console.screens.files import FilesScreen
from console.screens.paper import PaperScreen, headers_paper, parts_paper, source_paper, why_paper
from console.screens.yanking import address_text, body_text, link_text, number_text, quote_text
from storage.commands.intake import Delivery, take_in
from storage.queries.conversations import read
from storage.store import Store

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[31m\u202eevil\u2066\x9b2J\x05"
BARRED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def mail(words: str = "") -> bytes:
    return (
        f"From: Ana <ana@acme.example>\r\nSubject: Fatura\r\nMessage-ID: <1@x.example>\r\nX-Odd: odd {words}\r\n"
        f"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f'--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Veja <a href="https://acme.example/a?x=1">a conta</a> {words}'
        f' e <a href="javascript:alert(1)">isto</a><p>Obrigada\r\n'
        f"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''{encoded('boleto' + words)}.pdf"
        f"\r\n\r\n%PDF\r\n--b\r\nContent-Type: application/x-sh; name=run.sh\r\n\r\nid\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def means(tmp_path):
    program = tmp_path / "viewer"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/told.new; mv {tmp_path}/told.new {tmp_path}/told\n'
    )
    program.chmod(0o700)
    (tmp_path / "saved").mkdir()
    made = Means(Opener(str(program), str(program)), tmp_path / "saved")
    yield made
    made.close()


@pytest.fixture
def with_mail(store: Store):
    """Take one mail in; gives its conversation."""

    def make(raw: bytes):
        digest = hashlib.sha256(raw).digest()
        store.content.put({digest: raw})
        with store.writing() as session:
            take_in(session, [Delivery(1, digest, len(raw), NOW, parsed=parse(raw))], now=NOW)
        with store.reading() as session:
            return read(session, 1, agent_id=None)

    return make


@pytest.fixture
def opened(with_mail, console, until, screen_text):
    """Open a console on one mail and push a screen."""

    class Opened:
        def __init__(self, raw: bytes) -> None:
            self.view = with_mail(raw)
            self.app = console()

        async def push(self, screen) -> None:
            await until(lambda: self.app.desk is not None)
            await self.app.push_screen(screen)

        def text(self) -> str:
            return screen_text(self.app)

    return Opened


async def test_source_headers_and_parts_are_read(opened, until):
    one = opened(mail())
    async with one.app.run_test(size=(80, 24)) as pilot:
        await until(lambda: one.app.desk is not None)
        await one.push(source_paper(one.app.desk, 1))
        await until(lambda: "Content-Disposition: attachment" in one.text())
        assert "m1 as it came" in one.text()
        await pilot.press("q")
        await until(lambda: not isinstance(one.app.screen, PaperScreen))
        await one.push(headers_paper(one.app.desk, 1))
        await until(lambda: "X-Odd: odd" in one.text())
        assert "%PDF" not in one.text()
        await pilot.press("escape")
        await one.push(parts_paper(one.app.desk, 1))
        await until(lambda: "boleto.pdf  application/pdf" in one.text())
        assert "several parts  multipart/mixed" in one.text()


async def test_why_is_read(opened, until):
    one = opened(mail())
    async with one.app.run_test(size=(80, 24)):
        await until(lambda: one.app.desk is not None)
        await one.push(why_paper(one.app.desk, 1, NOW))
        await until(lambda: "it begins this conversation" in one.text())
        assert "Ana <ana@acme.example>" in one.text()


async def test_a_paper_is_searched(opened, until):
    one = opened(mail())
    async with one.app.run_test(size=(80, 12)) as pilot:
        rows = [f"row {n} {'agulha ção' if n in {50, 70} else 'palha'}" for n in range(100)]
        await one.push(PaperScreen("rows", lambda: rows))
        await until(lambda: "row 0 palha" in one.text())
        await pilot.press("slash", *"ACAO", "enter")
        await until(lambda: "Nothing found for: ACAO" in one.text())
        await pilot.press("slash", *"agulha cao", "enter")
        await until(lambda: "▌row 50" in one.text())
        assert "Nothing found" not in one.text()
        await pilot.press("n")
        await until(lambda: "▌row 70" in one.text())
        await pilot.press("n")
        await until(lambda: "▌row 50" in one.text())
        await pilot.press("N")
        await until(lambda: "▌row 70" in one.text())
        await pilot.press("G")
        await until(lambda: "row 99" in one.text() and " 100 %" in one.text())
        await pilot.press("g", "g")
        await until(lambda: "row 0 palha" in one.text())
        await pilot.press("j", "j")
        await until(lambda: "row 2" in one.text().split("\n")[1])
        await pilot.press("slash", *"qn", "escape")
        assert isinstance(one.app.screen, PaperScreen)
        await pilot.press("q")
        await until(lambda: not isinstance(one.app.screen, PaperScreen))


async def test_a_paper_that_cannot_be_had_says_why(opened, until):
    one = opened(mail())
    async with one.app.run_test(size=(80, 24)):
        await until(lambda: one.app.desk is not None)
        one.app.desk.store.content.erase([hashlib.sha256(mail()).digest()])
        await one.push(source_paper(one.app.desk, 1))
        await until(lambda: "is not kept any more" in one.text())


async def test_files_are_saved_in_the_folder_that_is_given(opened, until, means, tmp_path):
    one = opened(mail())
    async with one.app.run_test(size=(100, 24)) as pilot:
        await one.push(FilesScreen(one.view, means))
        await until(lambda: "boleto.pdf" in one.text() and "[1]   https://acme.example/a?x=1" in one.text())
        await pilot.press("s")
        await until(lambda: "save in" in one.text() and str(tmp_path / "saved")[-40:] in one.text())
        await pilot.press("enter")
        await until(lambda: "saved  " in one.text())
        assert (tmp_path / "saved" / "boleto.pdf").read_bytes() == b"%PDF"
        await pilot.press("s", "ctrl+u", *"/nowhere/at/all", "enter")
        await until(lambda: "There is no folder /nowhere/at/all" in one.text())
        await pilot.press("s", "escape")
        assert isinstance(one.app.screen, FilesScreen)
        await pilot.press("q")
        await until(lambda: not isinstance(one.app.screen, FilesScreen))


async def test_files_and_links_are_opened_and_what_may_run_is_not(opened, until, means, tmp_path):
    one = opened(mail())
    told = tmp_path / "told"
    async with one.app.run_test(size=(100, 24)) as pilot:
        await one.push(FilesScreen(one.view, means))
        await until(lambda: "boleto.pdf" in one.text())
        await pilot.press("enter")
        await until(lambda: "opened  boleto.pdf" in one.text())
        assert told.read_text().endswith("/boleto.pdf\n")
        told.unlink()
        await pilot.press("j", "enter")
        await until(lambda: "run.sh may be a program" in one.text())
        await pilot.press("j", "o")
        await until(lambda: "opened  https://acme.example/a?x=1" in one.text())
        assert told.read_text() == "https://acme.example/a?x=1\n"
        await pilot.press("s")
        await until(lambda: "A link is no file" in one.text())


async def test_a_link_is_sent_to_the_terminal_in_one_piece(opened, until, means, monkeypatch):
    one = opened(mail())
    async with one.app.run_test(size=(100, 24)) as pilot:
        await one.push(FilesScreen(one.view, means))
        await until(lambda: "boleto.pdf" in one.text())
        written: list[str] = []
        monkeypatch.setattr(one.app._driver, "write", written.append)
        await pilot.press("G", "y")
        await until(lambda: "sent to terminal" in one.text())
        expected = base64.b64encode(one.view.messages[0].links[-1].encode()).decode()
        assert [each for each in written if "]52" in each] == [f"\x1b]52;c;{expected}\x07"]
        means.clipboard = "off"
        await pilot.press("y")
        await until(lambda: "clipboard is off" in one.text())


async def test_a_conversation_without_files_says_so(opened, until, means):
    one = opened(b"From: a@b.example\r\nSubject: x\r\nMessage-ID: <n@x>\r\n\r\nNada.\r\n")
    async with one.app.run_test(size=(80, 24)) as pilot:
        await one.push(FilesScreen(one.view, means))
        await until(lambda: "Nothing is attached" in one.text())
        await pilot.press("j", "G", "enter", "s", "y", "q")
        await until(lambda: not isinstance(one.app.screen, FilesScreen))


async def test_nothing_of_hostile_mail_acts_on_these_screens(opened, until, means, tmp_path):
    one = opened(mail(EVIL))
    async with one.app.run_test(size=(120, 36)) as pilot:
        await until(lambda: one.app.desk is not None)
        for screen, words in (
            (source_paper(one.app.desk, 1), "X-Odd: odd"),
            (headers_paper(one.app.desk, 1), "X-Odd: odd"),
            (parts_paper(one.app.desk, 1), "application/pdf"),
            (why_paper(one.app.desk, 1, NOW), "Ana"),
            (FilesScreen(one.view, means), "boleto"),
        ):
            await one.push(screen)
            await until(lambda words=words: words in one.text())
            assert "evil" in one.text() or words == "Ana"
            assert not BARRED.search(one.text())
            await pilot.press("q")
            await until(lambda screen=screen: one.app.screen is not screen)
        await one.push(FilesScreen(one.view, means))
        await until(lambda: "boleto" in one.text())
        await pilot.press("s", "enter")
        await until(lambda: "saved  " in one.text())
        (saved,) = (tmp_path / "saved").iterdir()
        assert not BARRED.search(saved.name)
        assert not BARRED.search(one.text())
        await pilot.resize_terminal(20, 5)
        await pilot.press("j", "G", "q")


def test_what_can_be_copied(with_mail):
    view = with_mail(
        b"From: Ana <Ana@Acme.example>\r\nSubject: x\r\nMessage-ID: <1@x>\r\nContent-Type: text/html\r\n\r\n"
        b"<p>Bom dia <a href='https://a.example/'>aqui</a><p>Obrigada\r\n"
    )
    message = view.messages[0]
    assert number_text(view) == "#1"
    assert address_text(view) == "ana@acme.example"
    assert link_text(message, 1) == "https://a.example/"
    assert [link_text(message, number) for number in (0, 2, -1)] == ["", "", ""]
    assert body_text(message) == "Bom dia aqui [1]\n\nObrigada"
    assert quote_text(message) == "> Bom dia aqui [1]\n>\n> Obrigada\n"
