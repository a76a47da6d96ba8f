"""The model that all peers serve, for peers in Python: ../predictor/predictor.h through ctypes.

Where it is comes from the environment, which Triton and MLServer hand down to whatever process runs
the model: PEER_PREDICTOR (a libpredictor-ENGINE.so), PEER_LIBRARY and PEER_MODEL (what it is given).
"""

from __future__ import annotations

import ctypes
import os

import numpy

MODEL = "bench-trees"
VERSION = "1"
INPUT = "input"
OUTPUT = "probability"
FEATURES = 30


class Predictor:
    """Belongs to one thread at a time."""

    def __init__(self) -> None:
        library = ctypes.CDLL(os.environ["PEER_PREDICTOR"])
        library.predictor_open.restype = ctypes.c_void_p
        library.predictor_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
        self._handle = ctypes.c_void_p(
            library.predictor_open(
                os.environ["PEER_LIBRARY"].encode(), os.environ["PEER_MODEL"].encode(), FEATURES
            )
        )
        self._score = library.predictor_score
        self._score.restype = None
        pointer = ctypes.c_void_p
        self._score.argtypes = [pointer, pointer, ctypes.c_size_t, pointer]

    def scores(self, rows: numpy.ndarray) -> numpy.ndarray:
        """[N, 1] for FP32 rows [N, 30]."""
        rows = numpy.ascontiguousarray(rows, dtype=numpy.float32)
        scores = numpy.empty((len(rows), 1), numpy.float32)
        self._score(self._handle, rows.ctypes.data, len(rows), scores.ctypes.data)
        return scores
