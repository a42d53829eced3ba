"""The desk's rules, pure: no database, and the time is passed in."""
