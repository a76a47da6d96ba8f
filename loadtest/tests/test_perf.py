"""Perf's report is summed by whose functions are."""

from __future__ import annotations

import pytest

from harness import perf

REPORT = """\
# Overhead  Shared Object           Symbol
    30.50%  vigie                   [.] vigie_ranked_one_f32_avx512
    10.00%  [kernel.kallsyms]       [k] _raw_spin_unlock_irqrestore
     5.25%  vigie                   [.] swift_retain
     4.00%  vigie                   [.] $s8VigieRPC10ServerCallC6finishyyF
     3.00%  vigie                   [.] $s11VigieEngine12TreeEnsembleC7predict_yyF
     2.00%  libnghttp2.so.14.24.1   [.] 0x0000000000019751
     1.00%  libcrypto.so.3          [.] aesni_gcm_encrypt
     0.50%  [vdso]                  [.] __vdso_clock_gettime
     0.25%  libc.so.6               [.] __memcmp_evex_movbe
"""


def test_every_function_has_an_owner() -> None:
    found = perf.parse(REPORT)
    assert found.owners == {
        "inference": 33.5,
        "kernel": 10.0,
        "Swift runtime": 5.25,
        "VigieRPC": 4.0,
        "nghttp2": 2.0,
        "OpenSSL": 1.0,
        "clock": 0.5,
        "libc": 0.25,
    }
    assert found.functions["Swift runtime", "swift_retain"] == 5.25


def test_a_report_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        perf.parse("# nothing\n")
