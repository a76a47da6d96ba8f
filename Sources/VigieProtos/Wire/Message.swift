public import CVigieProtos

/// Where an arena's fields are. Only message handles use it.
public typealias ArenaPointer = UnsafeMutablePointer<ArenaState>

/// A protobuf message: a handle of two pointers to a protobuf-c structure in an arena. Handles are
/// free to copy; all copies speak of the same message. A handle is valid until its arena is reset,
/// does not keep the arena alive, and stays on the arena's thread.
public protocol Message: RepeatedElement, BitwiseCopyable, SendableMetatype
where Slot == UnsafeMutablePointer<Storage>? {
    /// protobuf-c's structure.
    associatedtype Storage

    /// The message's full name: "vigie.v1.PingRequest".
    static var protoName: String { get }

    static var _descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }
    /// Whether the wire has to be looked at before protobuf-c sees it: the type has strings, or
    /// can contain itself.
    static var _needsWireCheck: Bool { get }
    static func _initialize(_ storage: UnsafeMutablePointer<Storage>)

    var _raw: UnsafeMutablePointer<Storage> { get }
    var _arena: ArenaPointer { get }
    init(_raw: UnsafeMutablePointer<Storage>, _arena: ArenaPointer)
}

extension Message {
    /// A new empty message in `arena`.
    @inlinable
    public init(in arena: Arena) {
        self.init(_in: arena.state)
    }

    @inlinable
    init(_in arena: ArenaPointer) {
        let raw = arena.pointee.take(MemoryLayout<Storage>.size)
            .assumingMemoryBound(to: Storage.self)
        Self._initialize(raw)
        self.init(_raw: raw, _arena: arena)
    }

    /// The message that an element of protobuf-c's array points to.
    @inlinable
    public init(_slot: UnsafeMutablePointer<Storage>?, _arena: ArenaPointer) {
        // protobuf-c's arrays of messages have no nil.
        if let _slot {
            self.init(_raw: _slot, _arena: _arena)
        } else {
            self.init(_in: _arena)
        }
    }

    /// The message that `bytes` encode, in `arena`. The bytes are copied.
    ///
    /// Refused are: bytes that are not such a message, strings that are not UTF-8 or contain NUL,
    /// messages in messages over `DecodeError.depthMax` levels deep, and messages that take more
    /// memory than the arena's limit. Unknown fields are kept and encoded again.
    @inlinable
    public init(decoding bytes: RawSpan, in arena: Arena) throws(DecodeError) {
        let state = arena.state
        let raw = try bytes.withUnsafeBytes {
            (buffer) throws(DecodeError) -> UnsafeMutablePointer<Storage> in
            let descriptor = Self._descriptor
            if Self._needsWireCheck { try checkWire(buffer, descriptor) }
            let message = protobuf_c_message_unpack(
                descriptor,
                UnsafeMutableRawPointer(state).assumingMemoryBound(
                    to: ProtobufCAllocator.self),
                buffer.count, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
            guard let message else {
                throw explainFailure(buffer, descriptor, state)
            }
            return UnsafeMutableRawPointer(message).assumingMemoryBound(to: Storage.self)
        }
        self.init(_raw: raw, _arena: state)
    }

    @inlinable var _base: UnsafeMutablePointer<ProtobufCMessage> {
        UnsafeMutableRawPointer(_raw).assumingMemoryBound(to: ProtobufCMessage.self)
    }

    /// How many bytes `encode(into:)` writes. Computed on each call.
    @inlinable public var encodedByteCount: Int {
        protobuf_c_message_get_packed_size(_base)
    }

    /// Encodes the message at the start of `buffer` and returns the number of bytes written.
    ///
    /// - Parameter buffer: at least `encodedByteCount` bytes; that is not checked in release builds.
    @inlinable @discardableResult
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        assert(buffer.count >= encodedByteCount, "the buffer is too small for the message")
        guard let start = buffer.baseAddress else { return 0 }
        return protobuf_c_message_pack(_base, start.assumingMemoryBound(to: UInt8.self))
    }

    /// The encoded message in an array of its own: for tests and rare paths.
    public func encodedBytes() -> [UInt8] {
        let size = encodedByteCount
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = encode(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// A copy of the message in `arena`, unknown fields included; how a message outlives a reset.
    public func copied(to arena: Arena) throws(DecodeError) -> Self {
        let bytes = encodedBytes()
        return try Self(decoding: bytes.span.bytes, in: arena)
    }
}
