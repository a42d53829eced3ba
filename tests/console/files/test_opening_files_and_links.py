"""Opening: a program of choice, no shell, no terminal, and a sentence when it does not work."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from console.config.errors import ConfigurationInvalid
from console.config.settings import read_settings
from console.files.errors import MayRun, NoLink, NotOpened
from console.files.programs import Opener, checked_link, default_opener, run_apart

ROOT = Path(__file__).parents[3]


def waited(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        os.sched_yield()


@pytest.fixture
def teller(tmp_path):
    """A program that writes its arguments, and whether it has a terminal, into a file."""
    told = tmp_path / "told"
    program = tmp_path / "teller"
    program.write_text(
        "#!/bin/sh\n"
        f'for one in "$@"; do printf "%s\\n" "$one"; done > {told}.new\n'
        f"if (exec 3</dev/tty) 2>/dev/null; then echo terminal >> {told}.new; fi\n"
        f"mv {told}.new {told}\n"
    )
    program.chmod(0o700)
    return str(program), told


@pytest.fixture
def opener():
    made: list[Opener] = []

    def make(*choices: str) -> Opener:
        made.append(Opener(*choices))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_file_is_opened_from_a_private_folder_under_a_safe_name(teller, opener):
    program, told = teller
    session = opener(f"{program} --view")
    place = session.open_file(b"%PDF", "../bo leto; touch x$(id).pdf")
    assert told.read_text().splitlines() == ["--view", str(place)]
    assert place.read_bytes() == b"%PDF"
    assert place.name == "bo leto; touch x$(id).pdf"
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    session.close()
    assert not place.parent.exists()


def test_the_folder_goes_with_the_process_whoever_forgets_to_close_it():
    code = "from console.files.programs import Opener; print(Opener('true').open_file(b'x', 'a.txt')); import sys; sys.exit(3)"
    code = code.replace("Opener('true').", "(kept := Opener('true')).")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.endswith("/a.txt\n")
    assert not Path(done.stdout.strip()).parent.exists()


def test_what_may_run_is_not_opened(teller, opener):
    program, told = teller
    with pytest.raises(MayRun, match=r"x\.desktop may be a program"):
        opener(program).open_file(b"[Desktop Entry]", "x.desktop")
    assert not told.exists()


def test_a_link_is_one_argument_and_no_shell_reads_it(teller, opener):
    program, told = teller
    link = "https://x.example/?a=1&b=$(touch${IFS}x);`id`'\"|#é"
    opener("nothing", program).open_link(link)
    assert told.read_text().splitlines() == [link]


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ssh://-oProxyCommand=x",
        "-https://x.example",
        " https://x.example",
        "https://x.example/a b",
        "https://x.example/\x1b[31m",
        "https://x.example/\u202egnp",
        "https://",
        "https://[::1",
        "http:///etc/passwd",
        "mailto:",
        "data:text/html,x",
        "https://x.example/" + "a" * 9000,
        "",
    ],
)
def test_other_links_are_refused(link, opener, teller):
    program, told = teller
    with pytest.raises(NoLink, match="only http, https and mailto"):
        opener(program, program).open_link(link)
    assert not told.exists()


def test_a_mailto_cannot_attach_the_readers_files():
    assert (
        checked_link("mailto:a@x.example?subject=Ol%C3%A1%20x&attach=/etc/passwd&Attachment=~/.ssh/id&body=b")
        == "mailto:a@x.example?subject=Ol%C3%A1%20x&body=b"
    )
    assert checked_link("MAILTO:a@x.example?attach=/etc/passwd") == "MAILTO:a@x.example"
    assert checked_link("HTTPS://X.example/?attach=1") == "HTTPS://X.example/?attach=1"


def test_a_program_that_is_not_there_is_a_sentence(opener):
    with pytest.raises(NotOpened, match=r"no-such-viewer is not on this machine\. The configuration's opener names"):
        opener("no-such-viewer").open_file(b"x", "a.txt")
    with pytest.raises(NotOpened, match="link_opener"):
        opener("x", "no-such-browser").open_link("https://x.example/")


def test_a_program_that_fails_is_quoted_clean(tmp_path):
    program = tmp_path / "fails"
    program.write_text("#!/bin/sh\nprintf 'no \\033[31mapplication\\nknows it' >&2\nexit 3\n")
    program.chmod(0o700)
    with pytest.raises(NotOpened) as caught:
        run_apart([str(program)], key="opener")
    assert str(caught.value).endswith("It said: no [31mapplication knows it")
    assert "ended with status 3" in str(caught.value)
    with pytest.raises(NotOpened, match="could not be started"):
        run_apart([str(tmp_path)], key="opener")


def test_a_program_that_stays_is_left_to_itself_without_a_terminal(tmp_path, monkeypatch):
    monkeypatch.setattr("console.files.programs.SAID_WITHIN", 0.05)
    told = tmp_path / "pid"
    program = tmp_path / "stays"
    program.write_text(
        f"#!/bin/sh\necho $$ > {told}.new; mv {told}.new {told}\nwhile [ ! -e {tmp_path}/end ]; do :; done\n"
    )
    program.chmod(0o700)
    run_apart([str(program)], key="opener")
    waited(told.exists)
    pid = int(told.read_text())
    assert os.getsid(pid) == pid != os.getsid(0)
    (tmp_path / "end").touch()
    waited(lambda: not Path(f"/proc/{pid}").exists())  # waited for, so that no zombie stays


def test_the_configuration_names_the_programs_and_the_folder(tmp_path):
    settings = read_settings('opener = "zathura --fork"\nlink_opener = "firefox"\ndownload_folder = "~/mail"', tmp_path)
    assert (settings.opener, settings.link_opener, settings.download_folder) == ("zathura --fork", "firefox", "~/mail")
    assert default_opener() in {"xdg-open", "open"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('opener = "zathura \'x"', "quotation mark in this command is never closed"),
        ("opener = \"''\"", "This command is empty"),
        ('link_opener = "a\\u001b"', "one line of text"),
        ('download_folder = "mail"', "begins with / or ~/"),
        ("opener = 3", "put it in quotation marks"),
        ('opner = "x"', "Did you mean opener"),
    ],
)
def test_the_configurations_faults_are_named(text, words, tmp_path):
    with pytest.raises(ConfigurationInvalid, match=words) as caught:
        read_settings(f"\n{text}", tmp_path)
    assert caught.value.line == 2
