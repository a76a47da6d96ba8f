"""What pods say of versions, and waiting for it."""

import contextlib
import functools
import pathlib
import tempfile
import time

import pytest
import tritonclient.grpc as triton
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc
from harness import ROOT


def needs_memory(source):
    """For tests that kill the server."""
    if source.is_remote and not source.server.remembers:
        pytest.skip("moto forgets everything when it is killed")


def until(condition, seconds: float = 30):
    """Waits until `condition` gives something, and gives that."""
    end = time.monotonic() + seconds
    while True:
        last = None
        with contextlib.suppress(triton.InferenceServerException):
            last = condition()
        if last:
            return last
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def versions(pod, model="credit"):
    """The versions that can be asked."""
    try:
        return [int(v) for v in pod.client.get_model_metadata(model).versions]
    except triton.InferenceServerException:
        return []


def reason(pod, model, version):
    """Why a version is not ready; empty when it is, or is not known."""
    for entry in pod.client.get_model_repository_index().models:
        if entry.name == model and entry.version == str(version) and entry.state != "READY":
            return entry.reason
    return ""


@functools.cache
def _metadata_type():
    """Our ModelMetadataResponse: Triton's lacks the properties of the Open Inference Protocol."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set"
        arguments = [f"-I{ROOT / 'Protos'}", "--include_imports", f"--descriptor_set_out={out}"]
        assert protoc.main(["protoc", *arguments, "inference/grpc_service.proto"]) == 0
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    # Apart from the pool of tritonclient, which has the same names.
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    name = "inference.ModelMetadataResponse"
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def properties(pod, model, version):
    """What ModelMetadata says beside tensors."""
    metadata = pod.client.get_model_metadata(model, version)
    return dict(_metadata_type().FromString(metadata.SerializeToString()).properties)


def refused(pod, said, version=2, model="credit", seconds=60):
    """Waits until a version is not ready for a reason that holds `said`."""
    last = ""

    def told():
        nonlocal last
        last = reason(pod, model, version)
        return said in last

    try:
        until(told, seconds)
    except AssertionError:
        raise AssertionError(f"{said!r} is not in {last!r}") from None


def metric(pod, name, **labels):
    """The value of a metric with these labels; the sum when there are several."""
    _, text = pod.get("/metrics")
    total = 0.0
    for line in text.splitlines():
        if not line.startswith((name + "{", name + " ")):
            continue
        if all(f'{key}="{value}"' in line for key, value in labels.items()):
            total += float(line.split("}")[-1].split()[0] if "}" in line else line.split()[1])
    return total
