"""Compares Protos/inference with the descriptors that tritonclient[grpc] was compiled from.

    python -m venv /tmp/triton && /tmp/triton/bin/pip install 'tritonclient[grpc]'
    /tmp/triton/bin/python Protos/compare_with_tritonclient.py

Every message, field, enum value and method that we have must be Triton's, with the same number, type
and label; and every method and message of its service must be ours. It fails with a list of
differences.
"""

import pathlib
import subprocess
import sys
import tempfile

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from tritonclient.grpc import model_config_pb2, service_pb2

PROTOS = pathlib.Path(__file__).resolve().parent

# Ours alone: the Open Inference Protocol has it, Triton does not.
OIP_ONLY = {
    "field ModelMetadataResponse.properties",
    "message ModelMetadataResponse.PropertiesEntry",
    "field ModelMetadataResponse.PropertiesEntry.key",
    "field ModelMetadataResponse.PropertiesEntry.value",
}


def facts(files):
    """What each name means on the wire."""
    found = {}

    def enum(proto, outer):
        for value in proto.value:
            found[f"value {outer}{proto.name}.{value.name}"] = value.number

    def message(proto, outer):
        name = f"{outer}{proto.name}"
        found[f"message {name}"] = proto.options.map_entry
        for field in proto.field:
            oneof = (
                proto.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
            )
            found[f"field {name}.{field.name}"] = (
                field.number,
                field.type,
                field.label,
                field.type_name,
                oneof,
            )
        for nested in proto.nested_type:
            message(nested, name + ".")
        for nested in proto.enum_type:
            enum(nested, name + ".")

    for file in files:
        for proto in file.message_type:
            message(proto, "")
        for proto in file.enum_type:
            enum(proto, "")
        for service in file.service:
            for method in service.method:
                found[f"method {service.name}.{method.name}"] = (
                    method.input_type,
                    method.output_type,
                    method.client_streaming,
                    method.server_streaming,
                )
    return found


def ours():
    with tempfile.NamedTemporaryFile() as out:
        files = ["inference/grpc_service.proto", "inference/model_config.proto"]
        command = ["protoc", "-I.", f"--descriptor_set_out={out.name}", *files]
        subprocess.run(command, cwd=PROTOS, check=True)
        return facts(FileDescriptorSet.FromString(out.read()).file)


def tritons():
    files = []
    for module in (service_pb2, model_config_pb2):
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        files.append(file)
    return facts(files), facts(files[:1])


def main():
    own, (all_theirs, service_theirs) = ours(), tritons()
    wrong = [
        f"{name}: ours {value}, Triton's {all_theirs.get(name, 'absent')}"
        for name, value in own.items()
        if name not in OIP_ONLY and all_theirs.get(name) != value
    ]
    wrong += [f"{name}: missing here" for name in service_theirs if name not in own]
    print("\n".join(wrong) or f"all {len(own)} names agree with Triton's")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
