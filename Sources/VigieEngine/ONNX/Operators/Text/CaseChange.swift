/// What becomes of letters.
enum CaseChange: String, CaseIterable {
    case none = "NONE"
    case lower = "LOWER"
    case upper = "UPPER"
}

/// Changes the case of text, code point by code point and alike for all languages, as C's towlower
/// does: letters whose other case is several letters stay.
final class CaseChanger: Sendable {
    let change: CaseChange
    /// The other case of the code points that European languages are written with.
    private let table: FlatArray<UInt32>

    init(_ change: CaseChange) {
        self.change = change
        table = FlatArray((0..<0x250).map { Self.changed($0, change) })
    }

    private static func changed(_ code: UInt32, _ change: CaseChange) -> UInt32 {
        guard let scalar = Unicode.Scalar(code) else { return code }
        let mapping: String
        switch change {
        case .none: return code
        case .lower:
            // The dotted capital I is the one letter whose lower case is two code points.
            if code == 0x130 { return 0x69 }
            mapping = scalar.properties.lowercaseMapping
        case .upper: mapping = scalar.properties.uppercaseMapping
        }
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return code }
        return first.value
    }

    /// Calls `emit` with the bytes of `text` in the other case; false for text that is not UTF-8.
    @inline(__always)
    func apply(_ text: UnsafeRawBufferPointer, _ emit: (UInt8) -> Void) -> Bool {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                emit(UInt8(truncatingIfNeeded: table.base[Int(byte)]))
                index += 1
                continue
            }
            guard let (code, length) = UTF8Reader.decode(text, at: index) else { return false }
            index += length
            let other =
                code < 0x250 ? table.base[Int(code)] : Self.changed(code, change)
            UTF8Reader.encode(other, emit)
        }
        return true
    }

    /// The text in the other case, for tables that are made at load.
    func apply(_ text: String) -> String {
        var bytes: [UInt8] = []
        let isText = Array(text.utf8).withUnsafeBytes { apply($0) { bytes.append($0) } }
        return isText ? String(decoding: bytes, as: UTF8.self) : text
    }
}
