"""The Open Inference Protocol by plain grpcio: what tritonclient does not send."""

import time

import grpc
import pytest

# Triton's own messages: ours have the same full names, which one process cannot have twice.
from tritonclient.grpc import service_pb2, service_pb2_grpc


@pytest.fixture
def stub(server):
    with grpc.insecure_channel(server.address) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


@pytest.fixture
def pb():
    return service_pb2


def typed(pb, model: str, name: str, datatype: str, **contents):
    request = pb.ModelInferRequest(model_name=model)
    request.inputs.add(
        name=name, datatype=datatype, shape=[1, 2], contents=pb.InferTensorContents(**contents)
    )
    return request


TYPED = [
    ("BOOL", "bool_contents", [True, False]),
    ("UINT8", "uint_contents", [0, 255]),
    ("UINT16", "uint_contents", [0, 65535]),
    ("UINT32", "uint_contents", [0, 2**32 - 1]),
    ("UINT64", "uint64_contents", [0, 2**64 - 1]),
    ("INT8", "int_contents", [-128, 127]),
    ("INT16", "int_contents", [-32768, 32767]),
    ("INT32", "int_contents", [-(2**31), 2**31 - 1]),
    ("INT64", "int64_contents", [-(2**63), 2**63 - 1]),
    ("FP32", "fp32_contents", [1.5, -2.0]),
    ("FP64", "fp64_contents", [1e300, -0.1]),
    ("BYTES", "bytes_contents", [b"", b"a\0b"]),
]


@pytest.mark.parametrize("datatype, field, values", TYPED)
def test_typed_contents_come_back_typed_when_asked(stub, pb, datatype, field, values):
    request = typed(pb, f"echo-{datatype.lower()}", datatype, datatype, **{field: values})
    request.parameters["binary_data_output"].bool_param = False
    answer = stub.ModelInfer(request)
    assert len(answer.raw_output_contents) == 0
    assert list(getattr(answer.outputs[0].contents, field)) == values


@pytest.mark.parametrize("datatype, field, values", TYPED)
def test_typed_contents_are_answered_raw_by_default(stub, pb, datatype, field, values):
    request = typed(pb, f"echo-{datatype.lower()}", datatype, datatype, **{field: values})
    answer = stub.ModelInfer(request)
    assert len(answer.raw_output_contents) == 1
    assert not answer.outputs[0].HasField("contents")


def test_a_number_that_does_not_fit_is_refused(stub, pb):
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(typed(pb, "echo-int8", "INT8", "INT8", int_contents=[1, 128]))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "has a number as element 1 that INT8 cannot hold" in caught.value.details()


def test_raw_and_typed_contents_do_not_mix(stub, pb):
    request = typed(pb, "echo-fp32", "FP32", "FP32", fp32_contents=[1, 2])
    request.raw_input_contents.append(bytes(8))
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("raw", [b"", bytes(7), bytes(9), bytes(16)], ids=len)
def test_raw_contents_of_another_size_are_refused(stub, pb, raw):
    request = pb.ModelInferRequest(model_name="echo-fp32", raw_input_contents=[raw])
    request.inputs.add(name="FP32", datatype="FP32", shape=[1, 2])
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "FP32 [1, 2] takes 8" in caught.value.details()


def test_a_shape_of_petabytes_is_refused_without_trying(stub, pb):
    request = pb.ModelInferRequest(model_name="echo-fp64", raw_input_contents=[bytes(16)])
    request.inputs.add(name="FP64", datatype="FP64", shape=[2**48, 2])
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_kserves_shape_of_load_and_unload(stub, pb):
    stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(repository_name="no-scorecard"))
    assert not stub.ModelReady(pb.ModelReadyRequest(name="no-scorecard")).ready
    stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(repository_name="no-scorecard"))
    assert stub.ModelReady(pb.ModelReadyRequest(name="no-scorecard")).ready


def test_only_ready_models_when_asked(stub, pb):
    stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="no-scorecard"))
    names = {m.name for m in stub.RepositoryIndex(pb.RepositoryIndexRequest(ready=True)).models}
    assert "no-scorecard" not in names and "scores" in names
    stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="no-scorecard"))


def test_a_caller_who_does_not_read_his_stream_is_not_held_in_memory(server, stub, pb):
    """300 answers of 240 kB: while nobody reads them, the server must stop reading requests."""
    rows = 15_000
    request = pb.ModelInferRequest(model_name="scores", raw_input_contents=[bytes(rows * 16)])
    request.inputs.add(name="FP32", datatype="FP32", shape=[rows, 4])
    offered = 0

    def requests():
        nonlocal offered
        for _ in range(300):
            offered += 1
            yield request

    def resident_kilobytes() -> int:
        with open(f"/proc/{server.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    before = resident_kilobytes()
    answers = stub.ModelStreamInfer(requests())
    assert next(answers).error_message == ""
    time.sleep(1.5)
    assert resident_kilobytes() - before < 30_000
    assert offered < 300, "the caller was never held back"
    assert sum(1 for _ in answers) == 299
    assert offered == 300
