"""Saving: whole or not at all, over nothing, in the folder that was chosen."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from console.files.errors import NoFolder, NoRoom, NotSaved
from console.files.saving import download_folder, save

ROOT = Path(__file__).parents[3]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_is_saved_whole_and_readable_by_its_owner_only(tmp_path):
    place = save(b"%PDF" * 1000, "../boleto.pdf", tmp_path)
    assert place == tmp_path / "boleto.pdf"
    assert place.read_bytes() == b"%PDF" * 1000
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert names(tmp_path) == ["boleto.pdf"]


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "a.txt").write_text("mine")
    assert [save(b"x", "a.txt", tmp_path).name for _ in range(3)] == ["a-2.txt", "a-3.txt", "a-4.txt"]
    assert (tmp_path / "a.txt").read_text() == "mine"


@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_link_under_that_name_is_not_followed(tmp_path, target):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "there").write_text("mine")
    (folder / "a.txt").symlink_to(tmp_path / target)
    assert save(b"x", "a.txt", folder).name == "a-2.txt"
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_many_at_once_each_get_a_name(tmp_path):
    places: list[Path] = []

    def some() -> None:
        places.extend(save(b"x", "same.txt", tmp_path) for _ in range(20))

    threads = [threading.Thread(target=some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 80 == len(names(tmp_path))


def test_where_there_are_no_hard_links_a_file_is_saved_all_the_same(tmp_path, monkeypatch):
    def refuse(*_arguments, **_choices):
        raise OSError(errno.EPERM, "Operation not permitted")  # as on FAT

    monkeypatch.setattr(os, "link", refuse)
    assert [save(b"abc", "a.txt", tmp_path).name for _ in range(2)] == ["a.txt", "a-2.txt"]
    assert (tmp_path / "a-2.txt").read_bytes() == b"abc"
    assert names(tmp_path) == ["a-2.txt", "a.txt"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(NoFolder, match=r"There is no folder .*missing; nothing was saved"):
        save(b"x", "a.txt", tmp_path / "missing")
    (tmp_path / "file").write_text("")
    with pytest.raises(NoFolder):
        save(b"x", "a.txt", tmp_path / "file")
    with pytest.raises(NoFolder):
        save(b"x", "a.txt", Path("a\x00b"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; the next test drops its rights")
def test_a_folder_that_may_not_be_written_to_is_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(NotSaved, match="Permission denied"):
        save(b"x", "a.txt", tmp_path)
    tmp_path.chmod(0o700)


def test_a_folder_on_a_file_system_that_cannot_be_written_is_a_sentence():
    with pytest.raises(NotSaved, match=r"Nothing was saved in /proc/self \(.+\)"):
        save(b"x", "a.txt", Path("/proc/self"))


LIMITED = """
import resource, signal, sys
from pathlib import Path
from console.files.errors import NoRoom
from console.files.saving import save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save(b"x" * 1_000_000, "big.bin", Path(sys.argv[1]))
except NoRoom as full:
    print(full)
"""


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """The limit on a file's size stands in for a disk's: the write fails half way, as it does there."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LANGUAGE": "en"},
    )
    assert done.stdout.startswith("There is no room for 1.0\u00a0MB in "), done.stderr
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/shm").is_dir() or os.geteuid() != 0, reason="mounting takes root")
def test_a_disk_that_is_really_full_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with pytest.raises(NoRoom):
            save(b"x" * 1_000_000, "big.bin", folder)
        assert names(folder) == []
        assert save(b"x" * 100, "small.bin", folder).read_bytes() == b"x" * 100
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_the_folder_for_downloads(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert download_folder(None, home) == tmp_path
    (tmp_path / "Downloads").mkdir()
    assert download_folder(None, home) == tmp_path / "Downloads"
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text('# x\nXDG_DOWNLOAD_DIR="$HOME/Transferências"\n')
    assert download_folder(None, home) == tmp_path / "Downloads", "named, but not there"
    (tmp_path / "Transferências").mkdir()
    assert download_folder(None, home) == tmp_path / "Transferências"
    assert download_folder("/var/tmp", home) == Path("/var/tmp")
    assert download_folder("~/x", home) == Path.home() / "x"
