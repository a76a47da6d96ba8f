"""Waiting for what a fault brings about."""

import time


def eventually(check, seconds: float = 20, what: str = ""):
    """Calls `check` until it returns something true, which is handed on."""
    until = time.monotonic() + seconds
    while True:
        result = check()
        if result:
            return result
        assert time.monotonic() < until, f"not within {seconds} s: {what or check}"
        time.sleep(0.05)
