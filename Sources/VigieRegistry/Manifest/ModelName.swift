/// The rules for names and versions, which are folder names: `registry/<name>/<version>`.
package enum ModelName {
    /// Bytes of a model's name.
    package static let bytesMax = 128

    /// Whether `name` matches `[a-z0-9][a-z0-9._-]{0,127}` and is no folder that is ignored.
    package static func isValid(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= bytesMax else { return false }
        guard isLowerOrDigit(first) else { return false }
        return bytes.allSatisfy {
            isLowerOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "-")
        }
    }

    /// What ``isValid(_:)`` wants, for messages.
    package static let rule =
        "at most 128 lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit"

    /// The version that a folder's name stands for: a decimal integer from 1 on, no leading zeros,
    /// at most 2^53 so that JSON can hold it; nil when it is none.
    package static func version(_ folder: String) -> Int? {
        let bytes = folder.utf8
        guard let first = bytes.first, first != UInt8(ascii: "0"), bytes.count <= 16 else {
            return nil
        }
        guard bytes.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        guard let version = Int(folder), version <= 1 << 53 else { return nil }
        return version
    }

    /// Whether a folder or file is none of ours: hidden, or being written under a name for that.
    package static func isIgnored(_ name: String) -> Bool {
        name.isEmpty || name.hasPrefix(".") || name.hasSuffix(".tmp") || name.hasSuffix(".partial")
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
}
