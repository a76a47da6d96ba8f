"""What Triton's Python backend calls with the requests of a batch."""

from __future__ import annotations

import numpy
import predictor as peer
import triton_python_backend_utils as triton


class TritonPythonModel:
    """Triton looks for this name."""

    def initialize(self, args: dict[str, str]) -> None:
        self._predictor = peer.Predictor()

    def execute(self, requests: list) -> list:
        """One answer for each request; their rows are scored together."""
        rows = [
            triton.get_input_tensor_by_name(request, peer.INPUT).as_numpy() for request in requests
        ]
        together = rows[0] if len(rows) == 1 else numpy.concatenate(rows)
        scores = self._predictor.scores(together)
        answers = []
        first = 0
        for part in rows:
            mine = scores[first : first + len(part)]
            first += len(part)
            answers.append(triton.InferenceResponse([triton.Tensor(peer.OUTPUT, mine)]))
        return answers
