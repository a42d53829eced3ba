"""Raw mail made small: a stream of zlib whoever makes it, so that every desk's files can be read everywhere."""

import importlib
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import packing


@pytest.fixture(params=["as here", "without isal"])
def made(request, monkeypatch):
    if request.param == "without isal":
        monkeypatch.setitem(sys.modules, "isal", None)  # whose import fails
    yield importlib.reload(packing)
    monkeypatch.undo()
    importlib.reload(packing)


@pytest.mark.parametrize("raw", [b"", b"x", b"From: ana@cliente.example\r\n\r\nOi.\r\n" * 900, bytes(range(256)) * 9])
def test_what_is_packed_is_a_stream_of_zlib(made, raw):
    assert zlib.decompress(made.packed(raw)) == raw
    assert made.unpacked(made.packed(raw)) == raw


@given(st.binary(max_size=5000))
def test_any_bytes_come_back(raw):
    assert packing.unpacked(packing.packed(raw)) == raw
    assert packing.unpacked(zlib.compress(raw, 3)) == raw  # as desks from before have it


def test_a_letter_becomes_half_of_itself_at_least(made):
    raw = b"".join(b"line %d of a letter about the invoice of last month\r\n" % n for n in range(200))
    assert len(made.packed(raw)) < len(raw) / 2


def test_what_is_damaged_is_nothing():
    kept = packing.packed(b"Oi, tudo bem?" * 50)
    assert packing.unpacked(kept[:-7]) is None
    assert packing.unpacked(b"no stream") is None
