"""Screens, keys, command line, mail transport and parsing: the floor that wires the other two."""
