"""Mail out of files, folders, Maildirs and mbox files, recognised by what is in them, not by their names."""

from console.mail.importing.finding import Found, Skipped, Why, find
from console.mail.importing.taking import Imported, import_mail, index_all

__all__ = ["Found", "Imported", "Skipped", "Why", "find", "import_mail", "index_all"]
