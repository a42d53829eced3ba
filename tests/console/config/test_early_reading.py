"""What is read before pydantic is loaded is what the careful reading says, or nothing."""

from pathlib import Path

import pytest

from console.config.early import Early, agent_name, read_early
from console.config.errors import ConfigurationInvalid
from console.config.settings import SIZE_LIMIT, load_settings

ACCOUNT = '[[account]]\nname = "a"\naddress = "a@b.example"\nimap = "mail.b.example"\n'
RIGHT = [
    "",
    'agent = "Ana Lima"\nlanguage = "pt_BR"\ntheme = "dark"\nmouse = true\n',
    'store = "sqlite:////tmp/desk.db"\n[keys]\ntake = "t, T"\n',
    'store = "postgresql://host/desk"\nundo_window = 30\nclipboard = "off"\n',
    f'agent = "é"\n{ACCOUNT}',
    f'\ufefflanguage = "es"\n[notices]\nbell = true\n{ACCOUNT}',
    "account = []\n",
]
NOT_PLAIN = [
    'agent = ""\n',
    'agent = "a\\u0007b"\n',
    "agent = 7\n",
    'mouse = "yes"\n',
    "mouse = 1\n",
    'language = "fr"\n',
    'store = "/tmp/desk.db"\n',
    'keys = "t"\n',
    "[keys]\ntake = 1\n",
    "[keys]\ntake = ''\n",
    "agent = [\n",
    "x" * 5,
    "[account]\nname = 'a'\n",
    "a = " + "[" * 5000,
]


def both(file: Path):
    settings = load_settings(file)
    careful = Early(
        settings.agent,
        settings.language,
        settings.theme,
        settings.mouse,
        dict(settings.keys),
        settings.store,
        bool(settings.accounts),
    )
    assert settings.agent_name() == agent_name(settings.agent)
    return read_early(file, named=True), careful


@pytest.mark.parametrize("text", RIGHT)
def test_both_readings_say_the_same(tmp_path, text):
    file = tmp_path / "config.toml"
    file.write_text(text)
    early, careful = both(file)
    assert early == careful


@pytest.mark.parametrize("text", [*NOT_PLAIN, "a" * (SIZE_LIMIT + 1)])
def test_what_is_not_plainly_right_is_left_to_the_careful_reading(tmp_path, text):
    file = tmp_path / "config.toml"
    file.write_text(text)
    assert read_early(file, named=True) is None
    file.write_bytes(b"agent = '\xff'\n")
    assert read_early(file, named=True) is None


def test_a_file_that_is_not_there_or_cannot_be_read(tmp_path):
    assert read_early(tmp_path / "none.toml", named=False) == Early()
    assert read_early(tmp_path / "none.toml", named=True) is None
    assert read_early(tmp_path, named=True) is None


def test_a_fault_further_down_is_the_careful_readings(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('agent = "Ana"\ncolour = "blue"\n')
    assert read_early(file, named=True) == Early(agent="Ana")
    with pytest.raises(ConfigurationInvalid):
        load_settings(file)
