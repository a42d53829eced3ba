"""Canned responses outside the record: rendered, checked, read from files and written to them, found while typing."""
