"""The Swift of messages, oneofs and enums."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from . import names
from .fields import FieldWriter


def write_enum(w, schema, enum):
    proto = enum.proto
    name = enum.swift.split(".")[-1]
    w.doc(schema.comment(enum.file, enum.path), f"The enum `{enum.full_name}`.")
    with w.block(f"@frozen public struct {name}: ProtoEnum"):
        w("public typealias Slot = " + enum.c)
        w(f'@inlinable public static var protoName: String {{ "{enum.full_name}" }}')
        w("public var rawValue: Int32")
        w("@inlinable public init(rawValue: Int32) { self.rawValue = rawValue }")
        with w.block(f"@inlinable public init(_slot: {enum.c}, _arena: ArenaPointer)"):
            w("rawValue = Int32(truncatingIfNeeded: _slot.rawValue)")
        w()
        for index, value in enumerate(proto.value):
            case = names.escaped(names.enum_case(value, proto))
            w.doc(schema.comment(enum.file, enum.path + (2, index)), f"`{value.name}`.")
            w(f"@inlinable public static var {case}: Self {{ Self(rawValue: {value.number}) }}")
            w()
        with w.block("public var protoName: String?"):
            with w.block("switch rawValue"):
                seen = set()
                for value in proto.value:
                    if value.number not in seen:
                        w(f'case {value.number}: "{value.name}"')
                    seen.add(value.number)
                w("default: nil")
    w()


def write_oneof(w, schema, message, index, fields):
    oneof = message.proto.oneof_decl[index]
    type_name = "OneOf_" + names.upper_camel(oneof.name)
    member = names.escaped(names.lower_camel(oneof.name))
    case = f"_raw.pointee.{names.c_field(oneof.name)}_case"
    doc = schema.comment(message.file, message.path + (8, index))
    w.doc(doc, f"Which of the fields of `{oneof.name}` is set, and to what.")
    with w.block(f"@frozen public enum {type_name}"):
        for field in fields:
            w(f"case {field.member}({field.swift})")
    w()
    w.doc(doc, f"The one field of `{oneof.name}` that is set; nil when none is.")
    with w.block(f"@inlinable public var {member}: {type_name}?"):
        with w.block("get"):
            with w.block(f"switch {case}.rawValue"):
                for field in fields:
                    if field.kind == Field.TYPE_MESSAGE:
                        w(f"case {field.field.number}:")
                        w(f"guard let present = {field.member} else {{ return nil }}")
                        w(f"return .{field.member}(present)")
                    else:
                        loaded = field.load(field.slot)
                        w(f"case {field.field.number}: return .{field.member}({loaded})")
                w("default: return nil")
        with w.block("nonmutating set"):
            with w.block("switch newValue"):
                for field in fields:
                    w(f"case .{field.member}(let value): self.{field.member} = value")
                w(f"case nil: {case} = .init(0)")
    w()


def write_message(w, schema, message):
    proto = message.proto
    name = message.swift.split(".")[-1]
    if message.is_map_entry:
        w("/// One pair of a map.")
        protocol = "MapEntry"
    else:
        w.doc(schema.comment(message.file, message.path), f"The message `{message.full_name}`.")
        protocol = "Message"
    check = "true" if "." + message.full_name in schema.needs_check else "false"
    with w.block(f"@frozen public struct {name}: {protocol}"):
        w(f"public typealias Storage = {message.c}")
        w(f"public typealias Slot = UnsafeMutablePointer<{message.c}>?")
        w(f'@inlinable public static var protoName: String {{ "{message.full_name}" }}')
        w(f"@inlinable public static var _needsWireCheck: Bool {{ {check} }}")
        with w.block(
            "@inlinable public static var _descriptor: UnsafePointer<ProtobufCMessageDescriptor>"
        ):
            w(f"vigie_descriptor_of_{message.c_function}()")
        with w.block(
            f"@inlinable public static func _initialize(_ storage: UnsafeMutablePointer<{message.c}>)"
        ):
            w(f"{message.c_function}__init(storage)")
        w(f"public let _raw: UnsafeMutablePointer<{message.c}>")
        w("public let _arena: ArenaPointer")
        with w.block(
            f"@inlinable public init(_raw: UnsafeMutablePointer<{message.c}>, _arena: ArenaPointer)"
        ):
            w("self._raw = _raw")
            w("self._arena = _arena")
        w()
        fields = [
            FieldWriter(
                schema, message, field, schema.comment(message.file, message.path + (2, index))
            )
            for index, field in enumerate(proto.field)
        ]
        for field in fields:
            if message.is_map_entry and field.name == "value" and field.kind == Field.TYPE_MESSAGE:
                field.write_entry_value(w)
            else:
                field.write(w)
        for index in range(len(proto.oneof_decl)):
            members = [f for f in fields if f.in_oneof and f.field.oneof_index == index]
            write_oneof(w, schema, message, index, members)
        for nested in proto.nested_type:
            write_message(w, schema, schema.types[f".{message.full_name}.{nested.name}"])
        for enum in proto.enum_type:
            write_enum(w, schema, schema.types[f".{message.full_name}.{enum.name}"])
    w()
