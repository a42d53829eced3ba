"""Names from mail: what may stand in a folder, whatever a sender wrote."""

import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.files.names import NAME_BYTES, fitted, may_run, numbered, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("boleto.pdf", "boleto.pdf"),
        ("fatura de março.pdf", "fatura de março.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\evil.dll", "evil.dll"),
        ("/etc/passwd", "passwd"),
        ("a/b/", "b"),
        ("-rf.txt", "rf.txt"),
        ("--help", "help"),
        ("~root", "root"),
        (".bashrc", "bashrc"),
        ("...", "part"),
        ("..", "part"),
        ("", "part"),
        ("a\x1b]0;x\x07b.txt", "a]0;xb.txt"),
        ("fdp.\u202etxt.exe", "fdp.txt.exe"),
        ("one\nline\r\n.txt", "one line .txt"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("tab\tbed   wide.txt", "tab bed wide.txt"),
        ("invoice.pdf" + " " * 200 + ".exe", "invoice.pdf .exe"),
        ('q<w>e:r"t|y?u*.txt', "q_w_e_r_t_y_u_.txt"),
        ("trailing. . .", "trailing"),
        ("CON", "_CON"),
        ("con.tar.gz", "_con.tar.gz"),
        ("Lpt1.txt", "_Lpt1.txt"),
        ("com¹.txt", "_com¹.txt"),
        ("nul .txt", "_nul .txt"),
        ("console.txt", "console.txt"),
        ("日本語の請求書.pdf", "日本語の請求書.pdf"),
        ("e\u0301t\u00e9.txt", "été.txt"),
        ("null\x00byte.txt", "nullbyte.txt"),
        ("lone\ud800.txt", "lone.txt"),
    ],
)
def test_a_name_is_made_safe(given, safe):
    assert safe_name(given) == safe


def test_a_part_without_a_name_is_called_by_its_place_and_type():
    assert safe_name("", media_type="application/pdf", section="2.1") == "part-2-1.pdf"
    assert safe_name("", media_type="text/plain", section="1/0") == "part-1-0.txt"
    assert safe_name("", media_type="x/../../evil", section="../..") == "part"


def test_a_long_name_is_cut_in_bytes_and_keeps_its_suffix():
    name = safe_name("ã" * 500 + ".pdf")
    assert len(name.encode()) <= NAME_BYTES
    assert name.endswith("ã.pdf")
    assert len(safe_name("x." + "y" * 500).encode()) <= NAME_BYTES
    assert len(fitted("日" * 200 + ".txt", 100, mark="-99").encode()) <= 100
    assert fitted("日" * 200 + ".txt", 100, mark="-99").endswith("-99.txt")


def test_names_are_numbered_within_the_bound():
    names = numbered(safe_name("ç" * 300 + ".pdf"))
    first, second = next(names), next(names)
    assert first != second
    assert second.endswith("-2.pdf")
    assert len(second.encode()) <= NAME_BYTES


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "image/png", "a/b", "../x"]))
def test_no_name_whatever_leaves_its_folder_or_acts(name, media_type):
    safe = safe_name(name, media_type=media_type, section="1.2")
    assert safe
    assert safe not in {".", ".."}
    assert safe[0] not in ".-~ "
    assert safe[-1] not in ". "
    assert "/" not in safe
    assert "\\" not in safe
    assert "\x00" not in safe
    assert len(os.fsencode(safe)) <= NAME_BYTES
    assert all(sign == " " or unicodedata.category(sign) not in {"Cc", "Cf", "Zl", "Zp", "Zs"} for sign in safe)


@pytest.mark.parametrize("name", ["a.desktop", "a.SH", "x.tar.exe", "lib.JAR", "x.url", "x.command ", "x.lnk."])
def test_what_a_desktop_may_run_is_known(name):
    assert may_run(name)


@pytest.mark.parametrize("name", ["a.pdf", "sh", "x.png", "notes.txt", "exe", "x.shp"])
def test_what_it_shows_is_known(name):
    assert not may_run(name)
