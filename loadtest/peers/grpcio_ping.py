"""The peer in Python: vigie.v1.Diagnostics/Ping served by grpcio, one worker thread.

PingRequest and PingResponse have the same one field, so handing the bytes back is a right answer,
and the cheapest one that grpcio can give.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import grpc


def main() -> None:
    ping = grpc.unary_unary_rpc_method_handler(lambda message, context: message)
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    handlers = {"Ping": ping}
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("vigie.v1.Diagnostics", handlers),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"peer ready: grpc 127.0.0.1:{port} (h2c)", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
