"""Stubs of the overload tests."""

import importlib
import sys

import pytest
from grpc_tools import protoc
from harness import ROOT


@pytest.fixture(scope="session")
def orca(tmp_path_factory):
    """The load reports' messages, the service's messages, and its stubs."""
    folder = tmp_path_factory.mktemp("orca")
    files = [str(file) for file in (ROOT / "Protos/xds").rglob("*.proto")]
    code = protoc.main(
        [
            "protoc",
            f"-I{ROOT / 'Protos'}",
            f"--python_out={folder}",
            f"--grpc_python_out={folder}",
            *files,
        ]
    )
    assert code == 0
    sys.path.append(str(folder))
    names = ["xds.data.orca.v3.orca_load_report_pb2"]
    names += ["xds.service.orca.v3.orca_pb2", "xds.service.orca.v3.orca_pb2_grpc"]
    return [importlib.import_module(name) for name in names]
