"""Names: from .proto to Swift, and to the C that protoc-c writes."""

KEYWORDS = set(
    """
    associatedtype class deinit enum extension fileprivate func import init inout internal let open
    operator private precedencegroup protocol public rethrows static struct subscript typealias var
    break case catch continue default defer do else fallthrough for guard if in repeat return throw
    switch where while Any as await false is nil self Self super throws true try
    """.split()
)

# Type names that Swift reserves, or that generated code uses itself.
RESERVED_TYPES = {
    "Type",
    "Protocol",
    "Any",
    "Self",
    "Message",
    "Text",
    "Bytes",
    "Repeated",
    "Arena",
}


def parts(name):
    return [part for part in name.split("_") if part]


def upper_camel(name):
    return "".join(part[:1].upper() + part[1:] for part in parts(name))


def lower_camel(name):
    first, *rest = parts(name)
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


def escaped(identifier):
    """The identifier where it is declared or used as a member."""
    return f"`{identifier}`" if identifier in KEYWORDS else identifier


def namespace(package):
    """grpc.reflection.v1alpha -> GrpcReflectionV1Alpha, vigie.v1 -> VigieV1."""
    out = ""
    for part in package.split("."):
        out += upper_camel(part)
    for stage in ("alpha", "beta"):
        head, found, tail = out.rpartition(stage)
        if found and not tail and head[-1:].isdigit():
            out = head + stage.capitalize()
    return out


def type_name(name, kind):
    return name + kind if name in RESERVED_TYPES else name


def upper_snake(camel):
    """DecisionKind -> DECISION_KIND, the prefix that enum values often carry."""
    out = ""
    for index, char in enumerate(camel):
        if char.isupper() and index > 0 and not camel[index - 1].isupper():
            out += "_"
        out += char.upper()
    return out


def enum_case(value, enum):
    """DECISION_APPROVE of Decision -> approve; the prefix goes only when all values have it."""
    prefix = upper_snake(enum.name) + "_"
    name = value.name
    if all(v.name.startswith(prefix) for v in enum.value):
        name = name[len(prefix) :]
    name = lower_camel(name.lower())
    if name[0].isdigit():
        name = "_" + name
    return name


# What protoc-c (1.4) makes of names: c_helpers.cc, FullNameToC and FullNameToLower.


def c_camel(name):
    out, next_upper = "", True
    for char in name:
        if char == "_":
            next_upper = True
        elif next_upper:
            out += char.upper()
            next_upper = False
        else:
            out += char
    return out


def c_lower(name):
    out, was_upper = "", True
    for char in name:
        if char.isupper() and not was_upper:
            out += "_"
        was_upper = char.isupper()
        out += char.lower()
    return out


def c_type(full_name):
    return "__".join(c_camel(part) for part in full_name.split("."))


def c_function(full_name):
    return "__".join(c_lower(part) for part in full_name.split("."))


C_KEYWORDS = set(
    """
    and and_eq asm auto bitand bitor bool break case catch char class compl const const_cast continue
    default delete do double dynamic_cast else enum explicit extern false float for friend goto if
    inline int long mutable namespace new not not_eq operator or or_eq private protected public
    register reinterpret_cast return short signed sizeof static static_cast struct switch template
    this throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
    while xor xor_eq
    """.split()
)


def c_field(name):
    lower = name.lower()
    return lower + "_" if lower in C_KEYWORDS else lower
