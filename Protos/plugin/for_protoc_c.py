"""Copies a FileDescriptorSet without what protoc-c should not see: for_protoc_c.py IN OUT

Services (protobuf-c has an RPC of its own), optimize_for (it drops names), and deprecation marks
(the handles would be full of warnings).
"""

import sys

from google.protobuf.descriptor_pb2 import FileDescriptorSet

with open(sys.argv[1], "rb") as source:
    files = FileDescriptorSet.FromString(source.read())
for file in files.file:
    file.ClearField("service")
    file.options.ClearField("optimize_for")
    for message in file.message_type:
        for field in message.field:
            field.options.ClearField("deprecated")
with open(sys.argv[2], "wb") as target:
    target.write(files.SerializeToString(deterministic=True))
