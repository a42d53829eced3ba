"""Notices byte for byte: the bell, OSC 9 and OSC 777, and that no text from mail can end one or begin another."""

import re

import pytest

from console.files.calling import LONGEST, notice


@pytest.mark.parametrize(
    ("choices", "sent"),
    [
        ({}, ""),
        ({"bell": True}, "\x07"),
        ({"desktop": "osc9"}, "\x1b]9;#7 Ana wrote: Fatura\x07"),
        ({"desktop": "osc777"}, "\x1b]777;notify;#7 Ana wrote;Fatura\x07"),
        ({"desktop": "osc777", "bell": True}, "\x1b]777;notify;#7 Ana wrote;Fatura\x07\x07"),
        (
            {"desktop": "osc9", "bell": True, "through_tmux": True},
            "\x1bPtmux;\x1b\x1b]9;#7 Ana wrote: Fatura\x07\x1b\\\x07",
        ),
    ],
)
def test_what_is_written(choices, sent):
    assert notice("#7 Ana wrote", "Fatura", **choices, environment={"TMUX": "/tmp/x"}) == sent


def test_outside_of_tmux_nothing_is_wrapped():
    assert notice("a", "b", desktop="osc9", through_tmux=True, environment={}) == "\x1b]9;a: b\x07"


@pytest.mark.parametrize("desktop", ["osc9", "osc777"])
def test_text_from_mail_neither_ends_a_notice_nor_begins_another(desktop):
    hostile_words = "a\x07b\x1b\\c\x9cd\x1b]52;c;eA==\x07\u202ee\nf;g"
    made = notice(hostile_words, hostile_words, desktop=desktop, bell=False)
    assert made.count("\x1b") == 1
    assert made.count("\x07") == 1
    assert made.endswith("\x07")
    assert not re.search("[\x00-\x06\x08-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e]", made)
    if desktop == "osc777":
        assert made.split(";")[:2] == ["\x1b]777", "notify"]


def test_a_text_of_digits_is_no_command_of_conemu():
    assert notice("", "4;1;50", desktop="osc9") == "\x1b]9; 4;1;50\x07"


def test_a_notice_is_one_short_line():
    made = notice("t" * 1000, "x" * 10_000, desktop="osc777")
    assert len(made) < LONGEST + 100
