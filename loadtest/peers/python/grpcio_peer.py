"""The peer in Python: Ping, ModelInfer and ModelMetadata served by grpcio, one worker thread.

    grpcio_peer.py GENERATED

GENERATED is the folder of ../protos' generated modules. Without the variables of predictor.py it
answers Ping only. PingRequest and PingResponse have the same one field, so handing the bytes back is a
right answer, and the cheapest one that grpcio can give.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    ping = grpc.unary_unary_rpc_method_handler(lambda message, context: message)
    services = {"vigie.v1.Diagnostics": {"Ping": ping}}
    if "PEER_PREDICTOR" in os.environ:
        sys.path.insert(0, sys.argv[1])
        services["inference.GRPCInferenceService"] = inference()
    server.add_generic_rpc_handlers(
        tuple(
            grpc.method_handlers_generic_handler(service, methods)
            for service, methods in services.items()
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"peer ready: grpc 127.0.0.1:{port} (h2c)", flush=True)
    server.wait_for_termination()


def inference() -> dict[str, grpc.RpcMethodHandler]:
    import infer_pb2
    import numpy
    import predictor as peer

    model = peer.Predictor()

    def infer(
        request: infer_pb2.ModelInferRequest, context: grpc.ServicerContext
    ) -> infer_pb2.ModelInferResponse:
        if request.model_name != peer.MODEL:
            context.abort(grpc.StatusCode.NOT_FOUND, "no model of this name")
        rows = numpy.frombuffer(request.raw_input_contents[0], numpy.float32)
        scores = model.scores(rows.reshape(-1, peer.FEATURES))
        response = infer_pb2.ModelInferResponse(
            model_name=peer.MODEL,
            model_version=peer.VERSION,
            id=request.id,
            raw_output_contents=[scores.tobytes()],
        )
        response.outputs.add(name=peer.OUTPUT, datatype="FP32", shape=scores.shape)
        return response

    def metadata(
        request: infer_pb2.ModelMetadataRequest, context: grpc.ServicerContext
    ) -> infer_pb2.ModelMetadataResponse:
        if request.name != peer.MODEL:
            context.abort(grpc.StatusCode.NOT_FOUND, "no model of this name")
        response = infer_pb2.ModelMetadataResponse(name=peer.MODEL, versions=[peer.VERSION])
        response.inputs.add(name=peer.INPUT, datatype="FP32", shape=[-1, peer.FEATURES])
        response.outputs.add(name=peer.OUTPUT, datatype="FP32", shape=[-1, 1])
        return response

    return {
        "ModelInfer": grpc.unary_unary_rpc_method_handler(
            infer,
            request_deserializer=infer_pb2.ModelInferRequest.FromString,
            response_serializer=infer_pb2.ModelInferResponse.SerializeToString,
        ),
        "ModelMetadata": grpc.unary_unary_rpc_method_handler(
            metadata,
            request_deserializer=infer_pb2.ModelMetadataRequest.FromString,
            response_serializer=infer_pb2.ModelMetadataResponse.SerializeToString,
        ),
    }


if __name__ == "__main__":
    main()
