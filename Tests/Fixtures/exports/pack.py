"""ONNX Runtime as the judge of exports: what it answers, as the tensors of a pack."""

import numpy as np
import onnx_pack


def run(model, feeds):
    """What ONNX Runtime answers; maps as matrices, sequences as a tensor each."""
    results = {}
    for name, value in onnx_pack.run(model, feeds).items():
        if isinstance(value, list) and value and not isinstance(value[0], dict):
            # A sequence of tensors.
            results |= {f"{name}.{number}": part for number, part in enumerate(value)}
        else:
            results[name] = unzip(value)
    return results


def unzip(value):
    """ZipMap's list of dicts as a matrix."""
    if isinstance(value, list):
        return np.array([list(row.values()) for row in value], dtype=np.float32)
    return value
