import VigieTransport

/// Key-value pairs beside a call's messages. Keys are lower case; those that end in `-bin` carry
/// bytes, the others printable ASCII. A key may occur more than once, in order.
package struct Metadata: Sendable, Equatable, Sequence {
    package struct Entry: Sendable, Equatable {
        package let key: String
        /// The value's bytes: decoded for a `-bin` key, as they are for the others.
        package let bytes: [UInt8]

        package var text: String { String(decoding: bytes, as: UTF8.self) }
        package var isBinary: Bool { key.hasSuffix("-bin") }

        /// The bytes on the wire: base 64 for a `-bin` key.
        package var wireBytes: [UInt8] { isBinary ? Base64.encode(bytes) : bytes }
    }

    private var entries: [Entry] = []

    package init() {}

    package init(_ pairs: [(String, String)]) {
        for (key, value) in pairs { add(key, value) }
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    package func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }

    /// The first value of `key`.
    package subscript(key: String) -> String? { entries.first { $0.key == key }?.text }

    /// All values of `key`, in order.
    package func all(_ key: String) -> [[UInt8]] {
        entries.lazy.filter { $0.key == key }.map(\.bytes)
    }

    package mutating func add(_ key: String, _ value: String) {
        entries.append(Entry(key: key, bytes: Array(value.utf8)))
    }

    package mutating func add(_ key: String, bytes: [UInt8]) {
        entries.append(Entry(key: key, bytes: bytes))
    }

    package mutating func append(_ other: Metadata) { entries += other.entries }

    /// Whether `key` may be used: `[0-9a-z_.-]`, not empty, and neither `grpc-` nor a pseudo-header
    /// (grpc/grpc doc/PROTOCOL-HTTP2.md, "Custom-Metadata").
    package static func isValidKey(_ key: String) -> Bool {
        !key.hasPrefix("grpc-") && isHTTPName(key)
    }

    fileprivate static func isHTTPName(_ key: String) -> Bool {
        !key.isEmpty
            && key.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The fields to send; see ``Entry/headerFields``.
    package var headerFields: [HeaderField] { entries.flatMap(\.headerFields) }
}

extension Metadata.Entry {
    /// The field to send, or none if HTTP would not carry it: one such field would make the peer
    /// reset the whole stream.
    package var headerFields: [HeaderField] {
        guard Metadata.isHTTPName(key) else { return [] }
        let bytes = wireBytes
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E }), bytes.first != 0x20,
            bytes.last != 0x20
        else { return [] }
        return [HeaderField(key, bytes: bytes)]
    }
}
