import Glibc

/// What RFC 9113 §8 demands of one request's fields and body; a request that breaks it is malformed, and
/// its stream is reset.
///
/// nghttp2 has the same rules, and a server's session does without them: they took a sixth of its time,
/// and most of what they look at is known to be in order once it has been compared with what gRPC sends.
struct RequestRules {
    private var seen: Seen = []
    private var contentLength: Int64 = -1
    private var bodyBytes: Int64 = 0

    private struct Seen: OptionSet {
        let rawValue: UInt16

        static let authority = Seen(rawValue: 1)
        static let method = Seen(rawValue: 2)
        static let path = Seen(rawValue: 4)
        static let scheme = Seen(rawValue: 8)
        static let host = Seen(rawValue: 16)
        /// A field that is not a pseudo-header: none of those may follow (§8.3).
        static let regular = Seen(rawValue: 32)
        static let connect = Seen(rawValue: 64)
        static let options = Seen(rawValue: 128)
        static let pathIsAbsolute = Seen(rawValue: 256)
        static let pathIsAsterisk = Seen(rawValue: 512)
        static let schemeIsHTTP = Seen(rawValue: 1024)
    }

    enum Verdict {
        case taken
        /// A name or value that cannot be: as nghttp2, and those who must live with the world's clients, the
        /// field is left out and the request goes on.
        case ignored
        case malformed
    }

    /// Judges one field.
    /// - Parameter isTrailer: it comes after the body, where pseudo-headers must not be (§8.1).
    @inline(__always)
    mutating func field(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, isTrailer: Bool
    ) -> Verdict {
        if name.first == 0x3A {
            return !isTrailer && pseudo(name, value) ? .taken : .malformed
        }
        seen.insert(.regular)
        guard FieldCharacters.isName(name) else {
            return FieldCharacters.hasUpperCase(name) ? .malformed : .ignored
        }
        guard FieldCharacters.isValue(value) else { return .ignored }
        switch name.count {
        case 2, 4, 7, 10, 14, 16, 17: return special(name, value)
        default: return .taken
        }
    }

    private mutating func pseudo(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Bool {
        guard !seen.contains(.regular), !value.isEmpty else { return false }
        switch name.count {
        case 5 where name.equals(":path"):
            guard first(.path), FieldCharacters.isPath(value) else { return false }
            if value[0] == 0x2F {
                seen.insert(.pathIsAbsolute)
            } else if value.count == 1, value[0] == 0x2A {
                seen.insert(.pathIsAsterisk)
            }
            return true
        case 7 where name.equals(":method"):
            guard first(.method) else { return false }
            if value.equals("POST") { return true }
            if value.equals("CONNECT") { seen.insert(.connect) }
            if value.equals("OPTIONS") { seen.insert(.options) }
            return FieldCharacters.isMethod(value)
        case 7 where name.equals(":scheme"):
            guard first(.scheme) else { return false }
            if value.equals("http") || value.equals("https") {
                seen.insert(.schemeIsHTTP)
                return true
            }
            guard FieldCharacters.isScheme(value) else { return false }
            let lower = String(decoding: value, as: UTF8.self).lowercased()
            if lower == "http" || lower == "https" { seen.insert(.schemeIsHTTP) }
            return true
        case 10 where name.equals(":authority"):
            return first(.authority) && FieldCharacters.isAuthority(value)
        default: return false
        }
    }

    @inline(__always)
    private mutating func first(_ field: Seen) -> Bool { seen.insert(field).inserted }

    /// Fields that HTTP/2 forbids or that say what the body must be.
    private mutating func special(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Verdict {
        switch name.count {
        case 2 where name.equals("te"):
            return value.equals("trailers") || isTrailers(value) ? .taken : .malformed
        case 4 where name.equals("host"):
            guard FieldCharacters.isAuthority(value) else { return .ignored }
            return !value.isEmpty && first(.host) ? .taken : .malformed
        case 14 where name.equals("content-length"):
            guard contentLength < 0, let length = Self.number(value) else { return .malformed }
            contentLength = length
            return .taken
        case 7 where name.equals("upgrade"), 10 where name.equals("connection"),
            10 where name.equals("keep-alive"), 16 where name.equals("proxy-connection"),
            17 where name.equals("transfer-encoding"):
            return .malformed
        default: return .taken
        }
    }

    private func isTrailers(_ value: UnsafeRawBufferPointer) -> Bool {
        String(decoding: value, as: UTF8.self).lowercased() == "trailers"
    }

    private static func number(_ value: UnsafeRawBufferPointer) -> Int64? {
        var number: Int64 = 0
        for byte in value {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(Int64(byte & 15))
            if overflow || carried { return nil }
            number = sum
        }
        return value.isEmpty ? nil : number
    }

    /// Whether the header block had what a request must have (§8.3.1, §8.5).
    @inline(__always)
    mutating func headersEnded() -> Bool {
        let required: Seen = [.method, .path, .scheme]
        if seen.contains(.connect) {
            contentLength = -1
            return seen.isDisjoint(with: [.scheme, .path]) && seen.contains(.authority)
        }
        guard seen.isSuperset(of: required), !seen.isDisjoint(with: [.authority, .host]) else {
            return false
        }
        return !seen.contains(.schemeIsHTTP) || seen.contains(.pathIsAbsolute)
            || seen.isSuperset(of: [.options, .pathIsAsterisk])
    }

    /// Part of the body came: it may not be longer than was said (§8.1.1).
    @inline(__always)
    mutating func body(_ count: Int) -> Bool {
        bodyBytes &+= Int64(count)
        return contentLength < 0 || bodyBytes <= contentLength
    }

    /// The peer has ended: the body may not be shorter either.
    @inline(__always)
    var isWhole: Bool { contentLength < 0 || bodyBytes == contentLength }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    fileprivate func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && memcmp(baseAddress!, text.utf8Start, count) == 0
    }
}
