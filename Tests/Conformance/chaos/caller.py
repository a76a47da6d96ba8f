"""A caller of a pod in a process of its own, one call after the other, until it is told to end.

    python caller.py 127.0.0.1:8500 --model credit-default --pace 0.005 --timeout 2

It prints one line a call: when it began (seconds of the monotonic clock), the status, how long it took
(seconds). An answer that differs from the first of the same version counts as WRONG. It ends when its
standard input does, so that no caller outlives its test.
"""

import argparse
import sys
import threading
import time

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc


def request(stub, model: str) -> service_pb2.ModelInferRequest:
    """One row of ones for a model whose inputs are numbers."""
    until = time.monotonic() + 20
    while True:
        try:
            metadata = stub.ModelMetadata(service_pb2.ModelMetadataRequest(name=model), timeout=5)
            break
        except grpc.RpcError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    message = service_pb2.ModelInferRequest(model_name=model)
    sizes = {"FP32": b"\0\0\x80\x3f", "FP64": b"\0\0\0\0\0\0\xf0\x3f", "INT64": b"\1" + bytes(7)}
    for tensor in metadata.inputs:
        shape = [1 if extent < 0 else extent for extent in tensor.shape]
        message.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=shape)
        count = 1
        for extent in shape:
            count *= extent
        message.raw_input_contents.append(sizes[tensor.datatype] * count)
    return message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--model", default="credit-default")
    parser.add_argument("--pace", type=float, default=0.005)
    parser.add_argument("--timeout", type=float, default=5)
    parser.add_argument("--new-connections", action="store_true", help="one for each call")
    options = parser.parse_args()
    ended = threading.Event()

    def wait_for_end():
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    # One that has lost its connection looks for a new one soon, and not through others' sockets.
    settings = [
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 200),
        ("grpc.use_local_subchannel_pool", 1),
    ]

    def connect():
        channel = grpc.insecure_channel(options.address, options=settings)
        return channel, service_pb2_grpc.GRPCInferenceServiceStub(channel)

    channel, stub = connect()
    message = request(stub, options.model)
    first = {}
    print("ready", flush=True)
    while not ended.wait(options.pace):
        if options.new_connections:
            channel.close()
            channel, stub = connect()
        began = time.monotonic()
        try:
            answer = stub.ModelInfer(message, timeout=options.timeout)
            # None: grpcio could not read what came.
            outputs = list(answer.raw_output_contents) if answer else None
            version = answer.model_version if answer else ""
            status = "OK" if answer and first.setdefault(version, outputs) == outputs else "WRONG"
        except grpc.RpcError as error:
            # None: what came made no sense.
            status = error.code().name if error.code() else "UNKNOWN"
        print(f"{began:.6f} {status} {time.monotonic() - began:.6f}", flush=True)


if __name__ == "__main__":
    main()
