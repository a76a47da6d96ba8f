"""The .proto files as the generator sees them: every type by its full name, with its Swift name,
its comment, and whether it can contain itself or text."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from . import names


class Type:
    """A message or an enum."""

    def __init__(self, proto, full_name, swift_name, file, path):
        self.proto = proto
        self.full_name = full_name
        self.swift = swift_name
        self.file = file
        self.path = path
        self.c = names.c_type(full_name)
        self.c_function = names.c_function(full_name)

    @property
    def is_map_entry(self):
        return hasattr(self.proto, "options") and getattr(self.proto.options, "map_entry", False)


class Schema:
    def __init__(self, files):
        self.files = files
        self.types = {}
        self.comments = {}
        for file in files:
            self.comments[file.name] = {
                tuple(place.path): (place.leading_comments or place.trailing_comments)
                for place in file.source_code_info.location
            }
            space = names.namespace(file.package)
            for index, message in enumerate(file.message_type):
                self._add_message(message, file.package, space, file, (4, index))
            for index, enum in enumerate(file.enum_type):
                self._add(enum, file.package, space, file, (5, index), "Enum")
        self.cyclic = self._find_cyclic()
        self.needs_check = self._find_needing_check()

    def _add(self, proto, outer, swift_outer, file, path, kind):
        full_name = f"{outer}.{proto.name}"
        swift = f"{swift_outer}.{names.type_name(proto.name, kind)}"
        self.types["." + full_name] = Type(proto, full_name, swift, file, path)
        return full_name, swift

    def _add_message(self, message, outer, swift_outer, file, path):
        full_name, swift = self._add(message, outer, swift_outer, file, path, "Message")
        for index, nested in enumerate(message.nested_type):
            self._add_message(nested, full_name, swift, file, path + (3, index))
        for index, enum in enumerate(message.enum_type):
            self._add(enum, full_name, swift, file, path + (4, index), "Enum")

    def messages(self):
        return {name: t for name, t in self.types.items() if hasattr(t.proto, "field")}

    def comment(self, file, path):
        return self.comments[file.name].get(tuple(path), "").strip("\n")

    def _inner(self, type_):
        return [f.type_name for f in type_.proto.field if f.type == Field.TYPE_MESSAGE]

    def _reachable(self, name):
        seen, todo = set(), [name]
        while todo:
            for inner in self._inner(self.types[todo.pop()]):
                if inner not in seen:
                    seen.add(inner)
                    todo.append(inner)
        return seen

    def _find_cyclic(self):
        return {name for name in self.messages() if name in self._reachable(name)}

    def _find_needing_check(self):
        """Types that hold text, or can nest without bound, somewhere within."""
        needing = set()
        for name in self.messages():
            within = self._reachable(name) | {name}
            has_text = any(
                f.type == Field.TYPE_STRING for w in within for f in self.types[w].proto.field
            )
            if has_text or within & self.cyclic:
                needing.add(name)
        return needing
