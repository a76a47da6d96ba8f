"""Python messages and stubs of this repository's own .proto files, made when they are first wanted."""

import functools
import importlib
import pathlib
import sys
import tempfile

from grpc_tools import protoc
from harness import ROOT

FILES = ["vigie/v1/credit.proto", "vigie/v1/diagnostics.proto"]


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="vigie-stubs-")
    protos = ROOT / "Protos"
    arguments = ["protoc", f"-I{protos}", f"--python_out={folder.name}"]
    code = protoc.main([*arguments, f"--grpc_python_out={folder.name}", *FILES])
    assert code == 0, "protoc failed"
    sys.path.insert(0, folder.name)
    importlib.invalidate_caches()
    return folder


def module(name: str):
    """A generated module: `vigie.v1.credit_pb2`."""
    assert pathlib.Path(_folder().name).exists()
    return importlib.import_module(name)
