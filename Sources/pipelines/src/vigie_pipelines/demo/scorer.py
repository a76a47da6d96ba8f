"""vigie.v1.CreditScoring through grpcio, knowing nothing but what the pod's reflection tells."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVICE = "vigie.v1.CreditScoring"

FeatureValue: TypeAlias = float | int | str | bool | None


class Scorer:
    """One channel to one pod. Safe for many threads."""

    def __init__(self, address: str) -> None:
        """Connects, and reads the service's messages from the pod itself."""
        # A channel of its own a scorer: grpcio would share one connection between equal channels.
        self.channel = grpc.insecure_channel(
            address, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        service = pool.FindServiceByName(SERVICE)
        unary = service.methods_by_name["ScoreApplication"]
        self.request_class = GetMessageClass(unary.input_type)
        response_class = GetMessageClass(unary.output_type)
        decision = unary.output_type.fields_by_name["decision"].enum_type
        self.decisions = {
            value.number: value.name.removeprefix("DECISION_") for value in decision.values
        }
        self.score = self.channel.unary_unary(
            f"/{SERVICE}/ScoreApplication",
            request_serializer=self.request_class.SerializeToString,
            response_deserializer=response_class.FromString,
        )
        self.score_many = self.channel.stream_stream(
            f"/{SERVICE}/ScoreApplications",
            request_serializer=self.request_class.SerializeToString,
            response_deserializer=response_class.FromString,
        )

    def request(self, request_id: str, features: Mapping[str, FeatureValue], model: str) -> Any:  # noqa: ANN401
        """A ScoreApplicationRequest; missing values are left out."""
        request = self.request_class(request_id=request_id, model=model)
        for name, value in features.items():
            if value is None or (isinstance(value, float) and math.isnan(value)):
                continue
            member = request.features[name]
            if isinstance(value, bool):
                member.flag = value
            elif isinstance(value, str):
                member.text = value
            else:
                member.number = value
        return request

    def close(self) -> None:
        """Ends the connection."""
        self.channel.close()
