"""Callgrind's format is summed rightly."""

from __future__ import annotations

from harness import callgrind

PROFILE = """\
# callgrind format
events: Ir
ob=(1) /usr/bin/a
fl=(1) ???
fn=(1) main
0 10
cob=(2) /lib/libc.so.6
cfn=(2) free
calls=2 0
0 500
+3 5

ob=(2)
fn=(2)
0 500
ob=(1)
fn=(1)
* 1
totals: 516
"""


def test_what_a_callee_spent_is_counted_once() -> None:
    profile = callgrind.parse(PROFILE)
    assert profile.objects == {"a": 16, "libc.so.6": 500}
    assert profile.functions == {"main": 16, "free": 500}
