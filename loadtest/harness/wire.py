"""Requests as bytes: gRPC's five-byte frame around hand-written protobuf.

The benchmark needs three messages only, so it writes them itself and depends on no generated code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

PING_PATH = "/vigie.v1.Diagnostics/Ping"
INFER_PATH = "/inference.GRPCInferenceService/ModelInfer"
SCORE_PATH = "/vigie.v1.CreditScoring/ScoreApplication"
HEALTH_PATH = "/grpc.health.v1.Health/Check"

GRPC_HEADERS = ("content-type: application/grpc", "te: trailers")


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field: bytes, string, message, or packed numbers."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def frame(message: bytes) -> bytes:
    """One uncompressed gRPC message: flag, length, bytes."""
    return struct.pack(">BI", 0, len(message)) + message


def unframe(data: bytes) -> bytes:
    """The one message in a unary answer's body."""
    flag, length = struct.unpack(">BI", data[:5])
    if flag != 0 or length != len(data) - 5:
        raise ValueError(f"not one uncompressed gRPC message: flag {flag}, {length} bytes said")
    return data[5:]


def ping(payload: bytes) -> bytes:
    """A framed vigie.v1.PingRequest; the answer has the same bytes."""
    return frame(field(1, payload))


def infer(
    model: str, row: Sequence[float], *, name: str = "input", datatype: str = "FP32"
) -> bytes:
    """A framed inference.ModelInferRequest: one row of shape [1, F], FP32 or FP64, as raw contents."""
    tensor = (
        field(1, name.encode())
        + field(2, datatype.encode())
        + field(3, varint(1) + varint(len(row)))  # shape is packed
    )
    raw = struct.pack(f"<{len(row)}{'f' if datatype == 'FP32' else 'd'}", *row)
    return frame(field(1, model.encode()) + field(5, tensor) + field(7, raw))


def score(model: str, applicant: Mapping[str, float]) -> bytes:
    """A framed vigie.v1.ScoreApplicationRequest, every feature as a number."""
    message = field(2, model.encode())
    for name, value in applicant.items():
        number = b"\x09" + struct.pack("<d", value)  # FeatureValue.number, a double
        message += field(4, field(1, name.encode()) + field(2, number))
    return frame(message)


def fields(message: bytes) -> list[tuple[int, bytes]]:
    """The length-delimited fields at the top of a message, in order; numbers are passed over."""
    found = []
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        match key & 7:
            case 0:
                _, at = _read_varint(message, at)
            case 1:
                at += 8
            case 2:
                length, at = _read_varint(message, at)
                if at + length > len(message):
                    raise ValueError(f"field {key >> 3} is longer than its message")
                found.append((key >> 3, message[at : at + length]))
                at += length
            case 5:
                at += 4
            case other:
                raise ValueError(f"wire type {other} in field {key >> 3}")
    return found


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def inferred(message: bytes) -> list[float]:
    """The FP32 values in the first raw output of an inference.ModelInferResponse (field 6)."""
    return _floats(message, 6, "the answer has no raw_output_contents")


def asked(message: bytes) -> list[float]:
    """The FP32 values in the first raw input of an inference.ModelInferRequest (field 7)."""
    return _floats(message, 7, "the request has no raw_input_contents")


def _floats(message: bytes, wanted: int, otherwise: str) -> list[float]:
    for number, content in fields(message):
        if number == wanted:
            return list(struct.unpack(f"<{len(content) // 4}f", content))
    raise ValueError(otherwise)
