import VigieRegistry

/// Values that only rollouts have.
extension ManifestNode {
    func duration(_ range: ClosedRange<Duration>) throws(ManifestError) -> Duration {
        guard let text = value.string, let duration = DurationText.parse(text) else {
            throw error("must be \(DurationText.rule)")
        }
        guard range.contains(duration) else {
            let (first, last) = (range.lowerBound, range.upperBound)
            throw error(
                "must be from \(DurationText.text(first)) to \(DurationText.text(last))")
        }
        return duration
    }

    func number(in range: ClosedRange<Double>) throws(ManifestError) -> Double {
        let number = try number()
        guard range.contains(number) else {
            throw error("must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Zero or more.
    func magnitude() throws(ManifestError) -> Double {
        let number = try number()
        guard number >= 0 else { throw error("must be at least 0") }
        return number
    }

    func version() throws(ManifestError) -> Int { try integer(1...1 << 53) }

    /// Not empty, and without control characters.
    func line(bytesMax: Int = RolloutLimits.textBytesMax) throws(ManifestError) -> String {
        let text = try string(bytesMax: bytesMax)
        guard !text.isEmpty else { throw error("must not be empty") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw error("must not contain control characters")
        }
        return text
    }

    /// A name that may stand in a trailer and in a label.
    func label() throws(ManifestError) -> String {
        let name = try line(bytesMax: RolloutLimits.nameBytesMax)
        guard name.utf8.allSatisfy(Self.isLabelByte) else {
            throw error("must have letters, digits, '-', '_' and '.' only")
        }
        return name
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// A key of a call's metadata (gRPC over HTTP/2, "Custom-Metadata"): its values are texts.
    func metadataKey() throws(ManifestError) -> String {
        let key = try line()
        for byte in key.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                continue
            default:
                throw error("must have lower-case letters, digits, '-', '_' and '.' only")
            }
        }
        guard !key.hasPrefix("grpc-") else { throw error("must not begin with 'grpc-'") }
        guard !key.hasSuffix("-bin") else { throw error("must not be binary ('-bin')") }
        return key
    }

    /// The 64 hexadecimal digits after "sha256:".
    func digest() throws(ManifestError) -> String {
        let text = try string(bytesMax: RolloutLimits.textBytesMax)
        let digits = text.dropFirst(VersionReference.digestPrefix.count)
        guard text.hasPrefix(VersionReference.digestPrefix), digits.utf8.count == 64,
            digits.utf8.allSatisfy({ byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            })
        else { throw error(#"must be "sha256:" and 64 lower-case hexadecimal digits"#) }
        return String(digits)
    }
}
