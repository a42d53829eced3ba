"""Libraries say nothing by themselves: what they log may hold a server's own words."""


def keep_libraries_quiet() -> None:
    """Let no library print what it logs: it may hold a server's own words."""
    import logging  # late: 4 ms, and a look for news loads no library that logs

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())
