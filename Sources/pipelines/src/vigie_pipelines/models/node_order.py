"""One order for what an ONNX file lists.

skl2onnx walks over sets of names, so that the order of its nodes and opsets differs from process to
process, and with it the file's SHA-256, although the model is the same.
"""

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto


def sort_nodes(model: "ModelProto") -> None:
    """Sorts nodes topologically, those that are ready at the same time by their first output's
    name, initialisers by name and opsets by domain; names each node after its output. In place.
    """
    nodes = {node.output[0]: node for node in model.graph.node}
    producer = {name: key for key, node in nodes.items() for name in node.output}
    waits = {
        key: {producer[name] for name in node.input if name in producer}
        for key, node in nodes.items()
    }
    ready = [key for key, needed in waits.items() if not needed]
    heapq.heapify(ready)
    order = []
    while ready:
        key = heapq.heappop(ready)
        order.append(key)
        for other, needed in waits.items():
            if key in needed:
                needed.remove(key)
                if not needed:
                    heapq.heappush(ready, other)
    if len(order) < len(nodes):
        raise ValueError("the graph has a cycle")
    ordered = [nodes[key] for key in order]
    for node in ordered:
        node.name = node.output[0]
    constants = sorted(model.graph.initializer, key=lambda constant: constant.name)
    # The copies go in before the originals are dropped: both live in the same message.
    kept = type(model.graph)()
    kept.node.extend(ordered)
    kept.initializer.extend(constants)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(kept.node)
    model.graph.initializer.extend(kept.initializer)
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    del model.opset_import[:]
    for domain, version in sorted(opsets):
        model.opset_import.add(domain=domain, version=version)
