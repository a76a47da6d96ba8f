import CNghttp2

/// Header fields laid out once, as nghttp2 takes them, so that sending them again copies and
/// allocates nothing. Made at start-up, never freed: copies of it cost nothing either.
package struct PreparedHeaders: @unchecked Sendable {
    // Written in init only; neither they nor the bytes they point to are ever freed.
    let fields: UnsafeMutablePointer<nghttp2_nv>
    let count: Int

    package init(_ list: [HeaderField]) {
        fields = .allocate(capacity: max(list.count, 1))
        count = list.count
        for (index, field) in list.enumerated() {
            fields[index] = nghttp2_nv(
                name: Self.immortal(Array(field.name.utf8)), value: Self.immortal(field.value),
                namelen: field.name.utf8.count, valuelen: field.value.count,
                flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
                    | UInt8(NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
        }
    }

    private static func immortal(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 1)
        copy.initialize(repeating: 0, count: bytes.count + 1)
        copy.update(from: bytes, count: bytes.count)
        return copy
    }
}

/// Header fields laid out once for many answers, and freed when nobody needs them any more: nghttp2
/// copies them, into its session's own memory.
package final class SharedHeaders: @unchecked Sendable {
    package let list: [HeaderField]
    // Written in init only.
    private let bytes: UnsafeMutablePointer<UInt8>
    fileprivate let fields: UnsafeMutablePointer<nghttp2_nv>

    package init(_ list: [HeaderField]) {
        self.list = list
        let size = list.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        bytes = .allocate(capacity: max(size, 1))
        fields = .allocate(capacity: max(list.count, 1))
        var next = bytes
        for (index, field) in list.enumerated() {
            let name = next
            for byte in field.name.utf8 {
                next.initialize(to: byte)
                next += 1
            }
            let value = next
            for byte in field.value {
                next.initialize(to: byte)
                next += 1
            }
            fields[index] = nghttp2_nv(
                name: name, value: value, namelen: field.name.utf8.count,
                valuelen: field.value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
        }
    }

    deinit {
        bytes.deallocate()
        fields.deallocate()
    }
}

/// What a stream sends as header or trailer block.
package enum OutgoingHeaders {
    /// Blocks of many answers: nghttp2 copies them.
    case shared(SharedHeaders)
    /// The common blocks: nothing is copied.
    case prepared(PreparedHeaders)
    /// Fields of this call only; nghttp2 copies them.
    case fields([HeaderField])

    /// Lends the fields as nghttp2 takes them, for the length of `body`.
    func withFields<R>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
        switch self {
        case .shared(let headers):
            return withExtendedLifetime(headers) { body(headers.fields, headers.list.count) }
        case .prepared(let headers): return body(headers.fields, headers.count)
        case .fields(let list):
            // One block for all names and values; nghttp2 reads it before `body` returns.
            let size = list.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(size, 1)) { bytes in
                withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: max(list.count, 1)) {
                    fields in
                    var next = bytes.baseAddress!
                    func place(_ source: some Collection<UInt8>) -> UnsafeMutablePointer<UInt8> {
                        defer { next += source.count }
                        for (offset, byte) in source.enumerated() { next[offset] = byte }
                        return next
                    }
                    for (index, field) in list.enumerated() {
                        let name = place(field.name.utf8)
                        let value = place(field.value)
                        fields.initializeElement(
                            at: index,
                            to: nghttp2_nv(
                                name: name, value: value, namelen: field.name.utf8.count,
                                valuelen: field.value.count, flags: 0))
                    }
                    return body(UnsafePointer(fields.baseAddress!), list.count)
                }
            }
        }
    }
}
