"""Prophet's own files behind a pod; its answers come from Tests/Fixtures/make_prophet.py."""

import json

import numpy
import pytest
import tritonclient.grpc as triton
from harness import ROOT
from tritonclient.utils import np_to_triton_dtype

FIXTURES = ROOT / "Tests/Fixtures/prophet"
CASES = {c["name"]: c for c in json.loads((FIXTURES / "cases.json").read_text())["cases"]}
# vigie-pipelines' file of a country's holidays, Prophet's own unchanged, and named inputs.
SERVED = ["holidays", "whole", "regressors", "logistic"]


@pytest.fixture(scope="module")
def client(serve):
    client = triton.InferenceServerClient(
        serve({f"cash-{name}": FIXTURES / f"{name}.json" for name in SERVED})
    )
    yield client
    client.close()


def tensors(client, name: str, case: dict) -> list[triton.InferInput]:
    types = {i.name: i.datatype for i in client.get_model_metadata(f"cash-{name}").inputs}
    kinds = {"INT64": numpy.int64, "FP64": numpy.float64, "BOOL": bool}
    made = []
    for column, values in case["inputs"].items():
        array = numpy.array(values, dtype=kinds[types[column]])
        made.append(triton.InferInput(column, [len(array)], np_to_triton_dtype(array.dtype)))
        made[-1].set_data_from_numpy(array)
    return made


@pytest.mark.parametrize("name", SERVED)
def test_forecasts_are_prophets(client, name):
    case = CASES[name]
    answer = client.infer(f"cash-{name}", tensors(client, name, case))
    for output, expected in case["expected"].items():
        numpy.testing.assert_allclose(
            answer.as_numpy(output), expected, rtol=1e-9, atol=1e-9, err_msg=output
        )
    assert (answer.as_numpy("yhat_lower") < answer.as_numpy("yhat")).all()
    assert (answer.as_numpy("yhat") < answer.as_numpy("yhat_upper")).all()


def test_the_same_request_has_the_same_interval(client):
    inputs = tensors(client, "whole", CASES["whole"])
    first, second = (client.infer("cash-whole", inputs).as_numpy("yhat_upper") for _ in range(2))
    assert first.tobytes() == second.tobytes()
