"""What this program writes in which version: for the rooms that bring things up, and for a glance that they are."""

from typing import Final

HEAD: Final = "0023"
"""The newest migration; a test holds it equal to what Alembic finds."""

MAIL_VERSION: Final = 1
"""The version of `mail.db`, kept as its user_version."""

STEMMER_VERSION: Final = 1
"""Raised whenever `stems` gives other words than before: rows of an older version are indexed anew."""

SECURE_SQLITE: Final = (3, 42)
"""The first SQLite whose FTS5 forgets a word at the commit that deletes it."""
