"""The Swift of one field: property, setters, and what repeated fields and maps add."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from . import names

SCALARS = {
    Field.TYPE_DOUBLE: "Double",
    Field.TYPE_FLOAT: "Float",
    Field.TYPE_INT64: "Int64",
    Field.TYPE_SFIXED64: "Int64",
    Field.TYPE_SINT64: "Int64",
    Field.TYPE_UINT64: "UInt64",
    Field.TYPE_FIXED64: "UInt64",
    Field.TYPE_INT32: "Int32",
    Field.TYPE_SFIXED32: "Int32",
    Field.TYPE_SINT32: "Int32",
    Field.TYPE_UINT32: "UInt32",
    Field.TYPE_FIXED32: "UInt32",
}


class FieldWriter:
    def __init__(self, schema, owner, field, comment):
        self.schema = schema
        self.owner = owner
        self.field = field
        self.comment = comment
        self.kind = field.type
        self.name = names.lower_camel(field.name)
        self.member = names.escaped(self.name)
        self.suffix = names.upper_camel(field.name)
        self.c = names.c_field(field.name)
        self.slot = f"_raw.pointee.{names.escaped(self.c)}"
        self.repeated = field.label == Field.LABEL_REPEATED
        self.target = schema.types.get(field.type_name)
        self.in_oneof = field.HasField("oneof_index")
        if self.in_oneof:
            oneof = owner.proto.oneof_decl[field.oneof_index].name
            self.case = f"_raw.pointee.{names.c_field(oneof)}_case"
        proto2 = owner.file.syntax in ("", "proto2")
        self.has_flag = proto2 and not self.in_oneof and not self.repeated
        if field.HasField("default_value"):
            raise SystemExit(f"{owner.full_name}.{field.name}: default values are not supported")
        if field.proto3_optional:
            raise SystemExit(f"{owner.full_name}.{field.name}: protoc-c 1.4 has no proto3 optional")
        if field.type == Field.TYPE_GROUP:
            raise SystemExit(f"{owner.full_name}.{field.name}: protobuf-c has no groups")

    @property
    def swift(self):
        """The Swift type of one value."""
        if self.kind in SCALARS:
            return SCALARS[self.kind]
        if self.kind == Field.TYPE_BOOL:
            return "Bool"
        if self.kind == Field.TYPE_STRING:
            return "Text"
        if self.kind == Field.TYPE_BYTES:
            return "Bytes"
        return self.target.swift

    @property
    def zero(self):
        if self.kind in SCALARS:
            return "0"
        if self.kind == Field.TYPE_BOOL:
            return "false"
        if self.kind == Field.TYPE_STRING:
            return '""'
        if self.kind == Field.TYPE_BYTES:
            return "Bytes()"
        if self.kind == Field.TYPE_ENUM:
            first = self.target.proto.value[0].number
            return f"{self.swift}(rawValue: {first})"
        return "nil"

    def load(self, slot):
        """The Swift value of what protobuf-c holds in `slot`."""
        if self.kind in SCALARS:
            return slot
        if self.kind == Field.TYPE_BOOL:
            return f"{slot} != 0"
        if self.kind in (Field.TYPE_STRING, Field.TYPE_BYTES):
            return f"{self.swift}({slot})"
        if self.kind == Field.TYPE_ENUM:
            return f"{self.swift}(rawValue: Int32(truncatingIfNeeded: {slot}.rawValue))"
        raise TypeError(f"{self.swift} is a message: see write_message")

    def store(self, value):
        """What protobuf-c holds for the Swift value."""
        if self.kind in SCALARS:
            return value
        if self.kind == Field.TYPE_BOOL:
            return f"{value} ? 1 : 0"
        if self.kind == Field.TYPE_STRING:
            return f"{value}.cString"
        if self.kind == Field.TYPE_BYTES:
            return f"{value}.data"
        if self.kind == Field.TYPE_ENUM:
            c = self.target.c
            return f"{c}(rawValue: .init(truncatingIfNeeded: {value}.rawValue))"
        return f"{value}._raw"

    def write(self, w):
        if self.repeated:
            self.write_repeated(w)
        elif self.kind == Field.TYPE_MESSAGE:
            self.write_message(w)
        else:
            self.write_singular(w)

    def doc(self, w, note=""):
        w.doc(self.comment, f"The field `{self.field.name}`.")
        if note:
            w(f"/// {note}")

    # One value.

    def write_singular(self, w):
        self.doc(w)
        flagged = self.has_flag and self.kind != Field.TYPE_STRING
        has = f"_raw.pointee.has_{self.c}"
        with w.block(f"@inlinable public var {self.member}: {self.swift}"):
            if self.in_oneof:
                with w.block("get"):
                    w(
                        f"guard {self.case}.rawValue == {self.field.number} else {{ return {self.zero} }}"
                    )
                    w(f"return {self.load(self.slot)}")
            else:
                w(f"get {{ {self.load(self.slot)} }}")
            with w.block("nonmutating set"):
                if self.in_oneof:
                    w(f"{self.case} = .init({self.field.number})")
                if flagged:
                    w(f"{has} = 1")
                w(f"{self.slot} = {self.store('newValue')}")
        w()
        if self.has_flag:
            w(f"/// Whether `{self.field.name}` is set.")
            test = f"{has} != 0" if flagged else f"{self.slot} != nil"
            w(f"@inlinable public var has{self.suffix}: Bool {{ {test} }}")
            w()
        if self.kind == Field.TYPE_STRING:
            w(f"/// Sets `{self.field.name}` to a copy of the string; NUL becomes U+FFFD.")
            with w.block(f"@inlinable public func set{self.suffix}(_ value: String)"):
                w(f"self.{self.member} = Text(copying: value, in: _arena)")
            w()
        if self.kind == Field.TYPE_BYTES:
            w(f"/// Sets `{self.field.name}` to a copy of the bytes.")
            with w.block(f"@inlinable public func set{self.suffix}(_ value: RawSpan)"):
                w(
                    f"self.{self.member} = value.withUnsafeBytes {{ Bytes(copying: $0, in: _arena) }}"
                )
            w()
            w(f"/// Sets `{self.field.name}` to `byteCount` bytes that `fill` writes, all of them.")
            with w.block(
                f"@inlinable public func set{self.suffix}(byteCount: Int, "
                "filledBy fill: (UnsafeMutableRawBufferPointer) -> Void)"
            ):
                w(f"self.{self.member} = Bytes(count: byteCount, in: _arena, filledBy: fill)")
            w()

    def write_message(self, w):
        self.doc(w, "Setting it does not copy: the message must be of the same arena.")
        with w.block(f"@inlinable public var {self.member}: {self.swift}?"):
            with w.block("get"):
                if self.in_oneof:
                    w(f"guard {self.case}.rawValue == {self.field.number} else {{ return nil }}")
                # Not Optional.map: Swift 6.3 leaves the handle's second word undefined in the nil
                # that it returns, and takes such a nil for a value in `a.b?.c`.
                w(f"guard let present = {self.slot} else {{ return nil }}")
                w(f"return {self.swift}(_raw: present, _arena: _arena)")
            with w.block("nonmutating set"):
                if self.in_oneof:
                    w(f"{self.case} = .init(newValue == nil ? 0 : {self.field.number})")
                w(f"{self.slot} = newValue?._raw")
        w()
        w(f"/// The message of `{self.field.name}`, made first when there is none.")
        with w.block(
            f"@inlinable @discardableResult public func mutable{self.suffix}() -> {self.swift}"
        ):
            w(f"if let present = self.{self.member} {{ return present }}")
            w(f"let made = {self.swift}(_in: _arena)")
            w(f"self.{self.member} = made")
            w("return made")
        w()

    # Any number of values.

    def write_repeated(self, w):
        array, count = f"&{self.slot}", f"&_raw.pointee.n_{self.c}"
        n = f"_raw.pointee.n_{self.c}"
        self.doc(w)
        with w.block(f"@inlinable public var {self.member}: Repeated<{self.swift}>"):
            w(f"Repeated({self.slot}, {n}, _arena)")
        w()
        w(f"/// Makes room for `count` elements of `{self.field.name}` in all.")
        with w.block(f"@inlinable public func reserve{self.suffix}(_ count: Int)"):
            w(f"reserve({array}, count: {n}, wanted: count, in: _arena)")
        w()
        w(f"/// Removes all elements of `{self.field.name}`.")
        w(f"@inlinable public func clear{self.suffix}() {{ {n} = 0 }}")
        w()
        if self.kind == Field.TYPE_MESSAGE:
            self.write_repeated_message(w, array, count)
            return
        note = " without a copy" if self.kind in (Field.TYPE_STRING, Field.TYPE_BYTES) else ""
        w(f"/// Adds an element to `{self.field.name}`{note}.")
        with w.block(f"@inlinable public func append{self.suffix}(_ value: {self.swift})"):
            w(f"append({self.store('value')}, to: {array}, count: {count}, in: _arena)")
        w()
        if self.kind == Field.TYPE_STRING:
            w(f"/// Adds a copy of the string to `{self.field.name}`; NUL becomes U+FFFD.")
            with w.block(
                f"@_disfavoredOverload @inlinable public func append{self.suffix}(_ value: String)"
            ):
                w(f"append{self.suffix}(Text(copying: value, in: _arena))")
            w()
        if self.kind == Field.TYPE_BYTES:
            w(f"/// Adds a copy of the bytes to `{self.field.name}`.")
            with w.block(f"@inlinable public func append{self.suffix}(_ value: RawSpan)"):
                w(
                    f"append{self.suffix}"
                    "(value.withUnsafeBytes { Bytes(copying: $0, in: _arena) })"
                )
            w()
            w(
                f"/// Adds `byteCount` bytes that `fill` writes, all of them, to `{self.field.name}`."
            )
            with w.block(
                f"@inlinable public func append{self.suffix}(byteCount: Int, "
                "filledBy fill: (UnsafeMutableRawBufferPointer) -> Void)"
            ):
                w(f"append{self.suffix}(Bytes(count: byteCount, in: _arena, filledBy: fill))")
            w()
        if self.kind in SCALARS:
            w(f"/// Replaces `{self.field.name}` by a copy of the elements.")
            with w.block(f"@inlinable public func set{self.suffix}(_ values: Span<{self.swift}>)"):
                with w.block("values.withUnsafeBufferPointer"):
                    w(f"replace({array}, count: {count}, with: $0, in: _arena)")
            w()
            w(f"/// Replaces `{self.field.name}` by the elements.")
            with w.block(
                f"@inlinable public func set{self.suffix}(_ values: some Collection<{self.swift}>)"
            ):
                w(f"{n} = 0")
                w(f"reserve{self.suffix}(values.count)")
                w(f"for value in values {{ append{self.suffix}(value) }}")
            w()
            w(
                f"/// Replaces `{self.field.name}` by `count` elements that `fill` writes, all of them."
            )
            with w.block(
                f"@inlinable public func set{self.suffix}(count: Int, "
                f"filledBy fill: (UnsafeMutableBufferPointer<{self.swift}>) -> Void)"
            ):
                w(f"replace({array}, count: {count}, newCount: count, in: _arena, filledBy: fill)")
            w()

    def write_repeated_message(self, w, array, count):
        w(f"/// Adds `value`, a message of the same arena, to `{self.field.name}` without a copy.")
        with w.block(f"@inlinable public func append{self.suffix}(_ value: {self.swift})"):
            w(f"append(value._raw, to: {array}, count: {count}, in: _arena)")
        w()
        if not self.target.is_map_entry:
            w(f"/// Adds an empty message to `{self.field.name}`.")
            with w.block(
                f"@inlinable @discardableResult public func add{self.suffix}() -> {self.swift}"
            ):
                w(f"let made = {self.swift}(_in: _arena)")
                w(f"append{self.suffix}(made)")
                w("return made")
            w()
            return
        key, value = (FieldWriter(self.schema, self.target, f, "") for f in self.target.proto.field)
        takes_text = key.kind == Field.TYPE_STRING
        for key_type in [key.swift] + (["String"] if takes_text else []):
            disfavored = "@_disfavoredOverload " if key_type == "String" else ""
            key_value = "Text(copying: key, in: _arena)" if key_type == "String" else "key"
            head = f"{disfavored}@inlinable "
            if value.kind == Field.TYPE_MESSAGE:
                w(
                    f"/// Adds a pair with an empty value to `{self.field.name}`, and returns the value."
                )
                with w.block(
                    f"{head}@discardableResult public func add{self.suffix}(key: {key_type})"
                    f" -> {value.swift}"
                ):
                    w(f"let entry = {self.swift}(_in: _arena)")
                    w(f"entry.key = {key_value}")
                    w(f"append{self.suffix}(entry)")
                    w("return entry.value")
            else:
                w(f"/// Adds a pair to `{self.field.name}`; the last pair of a key counts.")
                with w.block(
                    f"{head}public func add{self.suffix}(key: {key_type}, value: {value.swift})"
                ):
                    w(f"let entry = {self.swift}(_in: _arena)")
                    w(f"entry.key = {key_value}")
                    w("entry.value = value")
                    w(f"append{self.suffix}(entry)")
            w()
            if value.kind == Field.TYPE_STRING:
                w(f"/// Adds a pair with a copy of the string to `{self.field.name}`.")
                with w.block(
                    f"@_disfavoredOverload @inlinable public func add{self.suffix}"
                    f"(key: {key_type}, value: String)"
                ):
                    w(f"add{self.suffix}(key: key, value: Text(copying: value, in: _arena))")
                w()

    def write_entry_value(self, w):
        """The value of a map's pair: never nil, since an absent one means an empty message."""
        w("/// The pair's value; made first when the wire had none, which means an empty message.")
        with w.block(f"@inlinable public var {self.member}: {self.swift}"):
            with w.block("get"):
                w(f"if let present = {self.slot} {{")
                w(f"    return {self.swift}(_raw: present, _arena: _arena)")
                w("}")
                w(f"let made = {self.swift}(_in: _arena)")
                w(f"{self.slot} = made._raw")
                w("return made")
            w(f"nonmutating set {{ {self.slot} = newValue._raw }}")
        w()
