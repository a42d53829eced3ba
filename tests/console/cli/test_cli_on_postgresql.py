"""The commands on a store in PostgreSQL: the same words, the same doctor."""

import json
from pathlib import Path

import pytest
from made.letters import letter


@pytest.mark.server
def test_the_commands_work_on_postgresql_alike(run, home: Path, tmp_path: Path, postgres_url: str):
    (tmp_path / "1.eml").write_bytes(letter(1))
    (tmp_path / "2.eml").write_bytes(letter(2, subject="Re: Fatura em dobro", answers=1))
    there = ("--store", postgres_url)
    assert run("import", tmp_path, *there).out.startswith("fetched 2 = joined 1 + new 1 ")
    assert run("tag", 1, "+vip", *there).status == 0
    assert json.loads(run("list", "tag:vip", "--json", *there).out)["message_count"] == 2
    assert len(run("search", "cobrada", "--json", *there).out.splitlines()) == 2
    assert run("undo", *there).status == 0
    assert run("doctor", "--reparse", *there).status == 0
    assert "PostgreSQL" in run("doctor", *there).out
    assert len(run("export", "messages", *there).out.splitlines()) == 2
