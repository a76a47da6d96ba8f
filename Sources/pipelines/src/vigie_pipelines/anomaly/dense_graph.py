"""Fully connected layers as an ONNX graph."""

from typing import TYPE_CHECKING

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.errors import PipelineError

if TYPE_CHECKING:
    from onnx import ModelProto

_OPSET, _IR = 18, 8


def dense_graph(weights: list[Floats], biases: list[Floats]) -> "ModelProto":
    """Gemm and Relu in turn, no Relu after the last layer; float32, any number of rows.

    `weights[i]` is inputs × outputs, as scikit-learn has it. PipelineError without the onnx extra.
    """
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise PipelineError(
            f"ONNX export needs the onnx extra: pip install 'vigie-pipelines[onnx]' ({error})"
        ) from None
    nodes, constants = [], []
    value = "input"
    last = len(weights) - 1
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        names = [f"weight_{layer}", f"bias_{layer}"]
        for name, array in zip(names, (weight, bias), strict=True):
            constants.append(numpy_helper.from_array(array.astype(np.float32), name))
        result = "output" if layer == last else f"sum_{layer}"
        nodes.append(helper.make_node("Gemm", [value, *names], [result], name=result))
        if layer < last:
            value = f"hidden_{layer}"
            nodes.append(helper.make_node("Relu", [result], [value], name=value))
    shape = [("input", weights[0].shape[0]), ("output", weights[-1].shape[1])]
    inputs, outputs = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])
        for name, width in shape
    )
    graph = helper.make_graph(nodes, "dense", [inputs], [outputs], initializer=constants)
    opsets = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(
        graph, opset_imports=opsets, ir_version=_IR, producer_name="vigie-pipelines"
    )
