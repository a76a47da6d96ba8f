"""The model as a runtime of MLServer: quicker than mlserver-xgboost's, which has a DMatrix made for
each request and predicts by XGBoost."""

from __future__ import annotations

import predictor as peer
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class PeerModel(MLModel):
    """One model; requests are answered one after the other by MLServer's event loop."""

    async def load(self) -> bool:
        self._predictor = peer.Predictor()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = NumpyCodec.decode_input(payload.inputs[0])
        scores = self._predictor.scores(rows)
        return InferenceResponse(
            id=payload.id,
            model_name=self.name,
            model_version=self.version,
            outputs=[NumpyCodec.encode_output(peer.OUTPUT, scores)],
        )
