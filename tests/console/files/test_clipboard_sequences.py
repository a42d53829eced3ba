"""OSC 52: what is written for the clipboard, through tmux or not, bounded and harmless."""

import base64

import pytest

from console.config.settings import read_settings
from console.files.clipboard import LONGEST, NotCopied, sequence


def copied(made: str) -> str:
    assert made.startswith("\x1b]52;c;")
    assert made.endswith("\x07")
    return base64.b64decode(made[7:-1]).decode()


def test_text_goes_to_the_clipboard_in_base64():
    assert copied(sequence("Olá #4213\n")) == "Olá #4213\n"


def test_tmux_is_passed_only_where_it_is_and_is_wanted():
    plain = sequence("x", way="plain", environment={"TMUX": "/tmp/tmux"})
    assert plain == sequence("x", way="tmux", environment={}) == "\x1b]52;c;eA==\x07"
    assert sequence("x", way="tmux", environment={"TMUX": "/tmp/tmux"}) == "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"


def test_what_is_too_long_is_a_sentence_and_no_sequence():
    assert len(sequence("a" * LONGEST)) == 100_000
    with pytest.raises(NotCopied, match=r"it has 75\u00a0kB, and terminals take 75\u00a0kB\. Save it"):
        sequence("a" * (LONGEST + 1))
    with pytest.raises(NotCopied):
        sequence("é" * (LONGEST // 2 + 1))


def test_nothing_and_switched_off_are_sentences():
    with pytest.raises(NotCopied, match="nothing to copy"):
        sequence("\x1b")
    with pytest.raises(NotCopied, match="clipboard is off"):
        sequence("x", way="off")


def test_what_is_pasted_cannot_command():
    assert copied(sequence("a\x1b]0;x\x07\u202eb\x9bc\r\nd\te")) == "a]0;xbc\nd\te"


def test_the_way_is_configured(tmp_path):
    assert read_settings('clipboard = "tmux"', tmp_path).clipboard == "tmux"
    assert read_settings("", tmp_path).clipboard == "plain"
    with pytest.raises(Exception, match="clipboard: write one of plain, tmux, off"):
        read_settings('clipboard = "x"', tmp_path)
