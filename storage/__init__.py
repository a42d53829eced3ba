"""The record: tables, rules, queries, commands and search; imports neither of the other floors."""
