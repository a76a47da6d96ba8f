"""An unmodified tritonclient.grpc against the Open Inference Protocol service."""

import queue

import numpy
import pytest
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

NUMBERS = ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]
FLOATS = ["float16", "float32", "float64"]


def tensor(name: str, values: numpy.ndarray) -> triton.InferInput:
    made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    made.set_data_from_numpy(values)
    return made


def scores(*rows) -> list:
    return [tensor("FP32", numpy.array(rows, dtype=numpy.float32))]


class TestContent:
    @pytest.mark.parametrize("kind", NUMBERS + FLOATS)
    def test_numbers_come_back(self, client, kind):
        if kind in NUMBERS:
            limits = numpy.iinfo(kind)
            values = numpy.array([[limits.min, limits.max], [0, 7]], dtype=kind)
        else:
            values = numpy.array([[-0.0, numpy.inf], [1.5, numpy.nan]], dtype=kind)
        name = np_to_triton_dtype(values.dtype)
        answer = client.infer(f"echo-{name.lower()}", [tensor(name, values)])
        assert answer.as_numpy(f"{name}_out").tobytes() == values.tobytes()

    def test_booleans_come_back(self, client):
        values = numpy.array([[True, False]])
        answer = client.infer("echo-bool", [tensor("BOOL", values)])
        assert (answer.as_numpy("BOOL_out") == values).all()

    def test_bfloat16_comes_back_cut_off(self, client):
        made = triton.InferInput("BF16", [1, 2], "BF16")
        made.set_data_from_numpy(numpy.array([[1.0, -2.5]], dtype=numpy.float32))
        answer = client.infer("echo-bf16", [made])
        assert answer.as_numpy("BF16_out").tolist() == [[1.0, -2.5]]

    def test_strings_come_back(self, client):
        values = numpy.array([[b"", "Zürich €".encode()], [b"a\0b", b"x" * 5000]], dtype=object)
        answer = client.infer("echo-bytes", [tensor("BYTES", values)])
        assert (answer.as_numpy("BYTES_out") == values).all()

    def test_id_model_and_version_come_back(self, client):
        answer = client.infer("scores", scores([1, 2, 3, 4]), request_id="call-9").get_response()
        assert (answer.id, answer.model_name, answer.model_version) == ("call-9", "scores", "1")

    def test_outputs_come_in_the_order_asked_for(self, client):
        kinds = ["bool", *NUMBERS, *FLOATS]
        inputs = [
            tensor(np_to_triton_dtype(numpy.dtype(kind)), numpy.ones([1, 2], dtype=kind))
            for kind in kinds
        ]
        bfloat = triton.InferInput("BF16", [1, 2], "BF16")
        bfloat.set_data_from_numpy(numpy.ones([1, 2], dtype=numpy.float32))
        inputs += [bfloat, tensor("BYTES", numpy.array([[b"a", b"b"]], dtype=object))]
        wanted = [triton.InferRequestedOutput(name) for name in ["BYTES_out", "INT8_out"]]
        answer = client.infer("echo", inputs, outputs=wanted).get_response()
        assert [output.name for output in answer.outputs] == ["BYTES_out", "INT8_out"]

    def test_classification_ranks(self, client):
        wanted = [triton.InferRequestedOutput("FP32_out", class_count=2)]
        answer = client.infer("scores", scores([0.1, 0.7, 0.2, 0], [4, 3, 2, 1]), outputs=wanted)
        assert answer.as_numpy("FP32_out").tolist() == [
            [b"0.700000:1", b"0.200000:2"],
            [b"4.000000:0", b"3.000000:1"],
        ]

    def test_compressed_requests_are_understood(self, client):
        for algorithm in ["gzip", "deflate"]:
            answer = client.infer("scores", scores([1, 2, 3, 4]), compression_algorithm=algorithm)
            assert answer.as_numpy("FP32_out").tolist() == [[1, 2, 3, 4]]

    def test_a_batch_of_ten_thousand_rows(self, client):
        values = numpy.random.default_rng(7).random((10_000, 4), dtype=numpy.float32)
        answer = client.infer("scores", [tensor("FP32", values)])
        assert (answer.as_numpy("FP32_out") == values).all()

    def test_unused_parameters_do_no_harm(self, client):
        answer = client.infer(
            "scores",
            scores([1, 2, 3, 4]),
            priority=1,
            timeout=5_000_000,
            parameters={"tenant": "a"},
        )
        assert answer.as_numpy("FP32_out").tolist() == [[1, 2, 3, 4]]


class TestWaysToCall:
    def test_async_callbacks(self, client):
        results = queue.Queue()
        for index in range(50):
            client.async_infer(
                "scores",
                scores([index, 0, 0, 0]),
                lambda result, error: results.put((result, error)),
                request_id=str(index),
            )
        seen = {}
        for _ in range(50):
            result, error = results.get(timeout=20)
            assert error is None
            seen[result.get_response().id] = result.as_numpy("FP32_out")[0][0]
        assert seen == {str(index): index for index in range(50)}

    def test_a_stream_keeps_its_order_and_outlives_errors(self, client):
        results = queue.Queue()
        client.start_stream(lambda result, error: results.put((result, error)))
        for index in range(200):
            client.async_stream_infer(
                "scores" if index % 10 else "nobody",
                scores([index, 0, 0, 0]),
                request_id=str(index),
            )
        for index in range(200):
            result, error = results.get(timeout=20)
            if index % 10:
                assert error is None
                assert result.get_response().id == str(index)
                assert result.as_numpy("FP32_out")[0][0] == index
                assert result.get_response().parameters["triton_final_response"].bool_param
            else:
                assert "there is no model 'nobody'" in str(error)
        client.stop_stream()

    def test_triton_grpc_error_ends_the_stream_with_a_status(self, client):
        results = queue.Queue()
        client.start_stream(
            lambda result, error: results.put((result, error)),
            headers={"triton_grpc_error": "true"},
        )
        client.async_stream_infer("nobody", scores([1, 2, 3, 4]))
        _, error = results.get(timeout=20)
        assert error.status() == "StatusCode.NOT_FOUND"
        client.stop_stream()

    def test_asyncio(self, server):
        import asyncio

        async def run():
            async with triton_aio.InferenceServerClient(server.address) as client:
                assert await client.is_server_ready()
                answers = [client.infer("scores", scores([index, 0, 0, 0])) for index in range(20)]
                return [
                    answer.as_numpy("FP32_out")[0][0] for answer in await asyncio.gather(*answers)
                ]

        assert asyncio.run(run()) == list(range(20))


class TestErrors:
    def refusal(self, client, *arguments, **options) -> InferenceServerException:
        with pytest.raises(InferenceServerException) as caught:
            client.infer(*arguments, **options)
        return caught.value

    def test_unknown_models_and_versions(self, client):
        error = self.refusal(client, "nobody", scores([1, 2, 3, 4]))
        assert error.status() == "StatusCode.NOT_FOUND"
        error = self.refusal(client, "scores", scores([1, 2, 3, 4]), model_version="9")
        assert error.status() == "StatusCode.NOT_FOUND"
        error = self.refusal(client, "scores", scores([1, 2, 3, 4]), model_version="newest")
        assert error.status() == "StatusCode.INVALID_ARGUMENT"

    def test_a_wrong_shape_names_the_input_and_both_shapes(self, client):
        error = self.refusal(client, "scores", scores([1, 2, 3]))
        assert error.status() == "StatusCode.INVALID_ARGUMENT"
        assert "input 'FP32' has the shape [1, 3], but [-1, 4] is expected" in error.message()

    def test_a_wrong_type_names_both_types(self, client):
        values = [tensor("FP32", numpy.zeros([1, 4]))]
        error = self.refusal(client, "scores", values)
        assert "is FP64, but the model takes FP32" in error.message()

    def test_all_problems_are_named_at_once(self, client):
        values = [*scores([1, 2, 3]), tensor("age", numpy.zeros([1, 1], dtype=numpy.float32))]
        error = self.refusal(client, "scores", values)
        assert "there is no input 'age'" in error.message()
        assert "input 'FP32' has the shape" in error.message()

    def test_unknown_outputs(self, client):
        wanted = [triton.InferRequestedOutput("probability")]
        error = self.refusal(client, "scores", scores([1, 2, 3, 4]), outputs=wanted)
        assert "there is no output 'probability'" in error.message()

    def test_shared_memory_is_unimplemented_but_clearing_it_is_not(self, client):
        client.unregister_system_shared_memory()
        client.unregister_cuda_shared_memory()
        assert len(client.get_system_shared_memory_status().regions) == 0
        with pytest.raises(InferenceServerException) as caught:
            client.register_system_shared_memory("region", "/region", 64)
        assert caught.value.status() == "StatusCode.UNIMPLEMENTED"

    def test_log_and_trace_settings_are_unimplemented(self, client):
        for call in [client.get_log_settings, client.get_trace_settings]:
            with pytest.raises(InferenceServerException) as caught:
                call()
            assert caught.value.status() == "StatusCode.UNIMPLEMENTED"


class TestDescriptions:
    def test_server(self, client):
        assert client.is_server_live() and client.is_server_ready()
        metadata = client.get_server_metadata()
        assert metadata.name == "vigie"
        assert "statistics" in metadata.extensions and "trace" not in metadata.extensions

    def test_readiness_of_models(self, client):
        assert client.is_model_ready("credit-default")
        assert client.is_model_ready("credit-default", "1")
        assert not client.is_model_ready("credit-default", "3")
        assert not client.is_model_ready("nobody")

    def test_metadata(self, client):
        metadata = client.get_model_metadata("credit-default")
        assert list(metadata.versions) == ["1", "2"]
        assert metadata.platform == "vigie_scorecard"
        assert [(t.name, t.datatype, list(t.shape)) for t in metadata.inputs] == [
            ("input", "FP64", [-1, 4])
        ]

    def test_configuration(self, client):
        config = client.get_model_config("scores").config
        assert config.name == "scores" and config.backend == "vigie"
        assert config.max_batch_size > 0
        assert [(i.name, list(i.dims)) for i in config.input] == [("FP32", [4])]

    def test_statistics_count_what_was_asked(self, client):
        def counts():
            stats = client.get_inference_statistics("echo-uint8", "1").model_stats[0]
            times = stats.inference_stats
            return (
                stats.inference_count,
                stats.execution_count,
                times.success.count,
                times.fail.count,
            )

        before = counts()
        for rows in [1, 3]:
            client.infer("echo-uint8", [tensor("UINT8", numpy.zeros([rows, 2], dtype=numpy.uint8))])
        with pytest.raises(InferenceServerException):
            client.infer("echo-uint8", [tensor("UINT8", numpy.zeros([1, 3], dtype=numpy.uint8))])
        assert counts() == tuple(a + b for a, b in zip(before, (4, 2, 2, 1), strict=True))
        assert len(client.get_inference_statistics().model_stats) >= 18


class TestRepository:
    def test_index(self, client):
        index = client.get_model_repository_index().models
        assert ("credit-default", "2", "READY") in [(m.name, m.version, m.state) for m in index]

    def test_unload_and_load(self, client):
        client.unload_model("hr-candidate")
        assert not client.is_model_ready("hr-candidate")
        states = {m.name: m.state for m in client.get_model_repository_index().models}
        assert states["hr-candidate"] == "UNAVAILABLE"
        client.load_model("hr-candidate")
        assert client.is_model_ready("hr-candidate")
        with pytest.raises(InferenceServerException) as caught:
            client.load_model("nobody")
        assert caught.value.status() == "StatusCode.NOT_FOUND"

    def test_a_configuration_from_the_caller_is_refused(self, client):
        with pytest.raises(InferenceServerException) as caught:
            client.load_model("scores", config='{"max_batch_size": 1}')
        assert "parameter 'config' is not supported" in caught.value.message()
