/// A JSON text, or a UBJSON one, in memory.
///
/// An array that holds numbers and nothing else is ``numbers(_:)``, eight bytes an element: model
/// files are made of these.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    /// Empty, or with at least one element that is no number.
    case array([JSONValue])
    /// Never empty.
    case numbers([Double])
    /// As ``numbers(_:)``, still in the file's form: only from readers that are asked for it.
    case packed(PackedNumbers)
    case object(JSONObject)
}

extension JSONValue {
    /// The truth value; nil for any other kind.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number; nil for any other kind.
    public var double: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The number, if it is a whole one that a `Double` holds exactly.
    public var integer: Int? {
        if case .number(let value) = self { Int(exactly: value) } else { nil }
    }

    /// A whole number, or one in a string, as XGBoost writes its parameters.
    var wholeNumber: Int? {
        switch self {
        case .number(let value): Int(exactly: value)
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// The text; nil for any other kind.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The object; nil for any other kind.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The elements of any array.
    public var array: [JSONValue]? {
        switch self {
        case .array(let values): values
        case .numbers(let values): values.map { .number($0) }
        case .packed(let packed): packed.doubles.map { .number($0) }
        default: nil
        }
    }

    /// The elements of an array that holds numbers only, or nothing.
    public var numbers: [Double]? {
        switch self {
        case .numbers(let values): values
        case .packed(let packed): packed.doubles
        case .array(let values) where values.isEmpty: []
        default: nil
        }
    }

    /// The elements of an array that holds strings only, or nothing.
    public var strings: [String]? {
        guard case .array(let values) = self else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(values.count)
        for value in values {
            guard case .string(let string) = value else { return nil }
            strings.append(string)
        }
        return strings
    }

    /// The member of an object; nil when there is none or this is no object.
    public subscript(key: String) -> JSONValue? { object?[key] }

    /// What kind of value this is, for messages: "a number".
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array, .numbers, .packed: "an array"
        case .object: "an object"
        }
    }
}
