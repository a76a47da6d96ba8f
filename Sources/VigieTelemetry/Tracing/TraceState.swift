/// The header `tracestate`: what vendors on the way have noted, which is handed on as it came
/// (W3C Trace Context, section 3.3). It counts only beside a valid `traceparent`.
package enum TraceState {
    /// Members that a list may have; one with more is dropped whole.
    package static let membersMax = 32
    /// Characters that are handed on; more than the 512 that section 3.3.1.5 asks for, and what a
    /// full list of short members takes.
    package static let bytesMax = 8192

    /// The header's values, in the order in which they came, as one: empty when a member is invalid
    /// or the list is too long. Empty members are left out.
    package static func combined(_ values: [String]) -> String {
        var members: [Substring] = []
        var bytes = 0
        for value in values {
            for part in value.split(separator: ",", omittingEmptySubsequences: false) {
                let member = trimmed(part)
                if member.isEmpty { continue }
                bytes += member.utf8.count + 1
                guard isValid(member), members.count < membersMax, bytes <= bytesMax else {
                    return ""
                }
                members.append(member)
            }
        }
        return members.joined(separator: ",")
    }

    /// `key=value`, each of the characters and lengths that the grammar allows.
    private static func isValid(_ member: Substring) -> Bool {
        guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let value = member.utf8[member.utf8.index(after: equals)...]
        return isKey(Array(member.utf8[..<equals])) && isValue(value)
    }

    /// 1 to 256 characters, or `tenant@system` of up to 241 and 14 (section 3.3.1.3.1). A key may
    /// begin with a digit, as level 2 has it.
    private static func isKey(_ key: [UInt8]) -> Bool {
        guard key.allSatisfy({ isKeyCharacter($0) || $0 == UInt8(ascii: "@") }) else {
            return false
        }
        let parts = key.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard let tenant = parts.first, let first = tenant.first, isLetter(first) || isDigit(first)
        else { return false }
        if parts.count == 1 { return key.count <= 256 }
        guard parts.count == 2, let letter = parts[1].first else { return false }
        return isLetter(letter) && tenant.count <= 241 && parts[1].count <= 14
    }

    /// 1 to 256 printable characters but `,` and `=`; the last is no blank.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        guard (1...256).contains(value.count), value.last != 0x20 else { return false }
        return value.allSatisfy {
            $0 >= 0x20 && $0 <= 0x7E && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
        }
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "/")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func trimmed(_ part: Substring) -> Substring {
        var rest = part
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
