/// A protobuf enum: a number with names. A number that this build has no name for is kept.
public protocol ProtoEnum: RawRepresentable, RepeatedElement, Hashable, Sendable,
    CustomStringConvertible
where RawValue == Int32 {
    /// The enum's full name: "vigie.v1.Decision".
    static var protoName: String { get }

    /// The value's name in the .proto file: "DECISION_APPROVE"; nil when it has none.
    var protoName: String? { get }

    init(rawValue: Int32)
}

extension ProtoEnum {
    /// The name, or the number.
    public var description: String { protoName ?? String(rawValue) }
}
