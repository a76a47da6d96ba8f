"""The hand-written messages are what protobuf would have written."""

from __future__ import annotations

import struct

import pytest

from harness import wire


def test_a_ping_of_200_bytes() -> None:
    framed = wire.ping(bytes(200))
    assert framed[:5] == b"\0\0\0\0\xcb"
    assert framed[5:8] == b"\x0a\xc8\x01"
    assert len(framed) == 5 + 203


def test_a_frame_comes_apart_again() -> None:
    assert wire.unframe(wire.frame(b"abc")) == b"abc"
    with pytest.raises(ValueError, match="flag 1"):
        wire.unframe(b"\1\0\0\0\0")


def test_an_inference_request_holds_its_row() -> None:
    message = wire.unframe(wire.infer("m", [1.0, -2.5]))
    found = dict(wire.fields(message))
    assert found[1] == b"m"
    assert struct.unpack("<2f", found[7]) == (1.0, -2.5)
    tensor = dict(wire.fields(found[5]))
    assert (tensor[1], tensor[2], tensor[3]) == (b"input", b"FP32", b"\x01\x02")


def test_an_application_names_its_features() -> None:
    message = wire.unframe(wire.score("m", {"age": 30.0}))
    (model, entry) = wire.fields(message)
    assert model == (2, b"m")
    key, value = wire.fields(entry[1])
    assert key == (1, b"age")
    assert value == (2, b"\x09" + struct.pack("<d", 30.0))


def test_an_inference_answer_is_read() -> None:
    message = wire.field(1, b"m") + wire.field(6, struct.pack("<f", 0.25))
    assert wire.inferred(message) == [0.25]
    with pytest.raises(ValueError, match="no raw_output_contents"):
        wire.inferred(wire.field(1, b"m"))


def test_a_field_that_is_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than its message"):
        wire.fields(b"\x0a\x05ab")
