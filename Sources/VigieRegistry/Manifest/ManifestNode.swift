import VigieEngine

/// A JSON value and the way that led to it, which is spelled out only when something is wrong.
package struct ManifestNode {
    package let value: JSONValue
    private let link: Link?

    private final class Link {
        enum Step {
            case key(String)
            case index(Int)
        }
        let parent: Link?
        let step: Step
        init(_ parent: Link?, _ step: Step) {
            self.parent = parent
            self.step = step
        }
    }

    /// The document itself.
    package init(_ value: JSONValue) {
        self.value = value
        link = nil
    }

    private init(_ value: JSONValue, _ parent: Link?, _ step: Link.Step) {
        self.value = value
        link = Link(parent, step)
    }

    /// "signature.features[3].min".
    package var path: String {
        var steps: [Link.Step] = []
        var next = link
        while let link = next {
            steps.append(link.step)
            next = link.parent
        }
        var text = ""
        for step in steps.reversed() {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                // A hostile key must not fill the log.
                let shown = key.utf8.count <= 64 ? key : String(key.prefix(60)) + "…"
                let plain = shown.utf8.allSatisfy { Self.isPlain($0) }
                if !plain {
                    text += "[\"\(shown)\"]"
                } else {
                    text += text.isEmpty ? shown : ".\(shown)"
                }
            }
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// An error at this place.
    package func error(_ problem: String) -> ManifestError { ManifestError(path, problem) }

    private func mismatch(_ expected: String) -> ManifestError {
        error("must be \(expected), not \(value.kindName)")
    }

    // MARK: Objects and arrays

    package func object() throws(ManifestError) -> JSONObject {
        guard let object = value.object else { throw mismatch("an object") }
        return object
    }

    /// The member `key`; nil when it is absent or null.
    package func optional(_ key: String) throws(ManifestError) -> ManifestNode? {
        guard let member = try object()[key], member != .null else { return nil }
        return ManifestNode(member, link, .key(key))
    }

    package func required(_ key: String) throws(ManifestError) -> ManifestNode {
        guard let node = try optional(key) else {
            throw ManifestNode(.null, link, .key(key)).error("is missing")
        }
        return node
    }

    package func members(max: Int) throws(ManifestError) -> [(key: String, node: ManifestNode)] {
        let object = try object()
        guard object.count <= max else { throw error("must have at most \(max) members") }
        return object.members.map { ($0.key, ManifestNode($0.value, link, .key($0.key))) }
    }

    package func elements(max: Int) throws(ManifestError) -> [ManifestNode] {
        guard let array = value.array else { throw mismatch("an array") }
        guard array.count <= max else { throw error("must have at most \(max) elements") }
        return array.enumerated().map { ManifestNode($0.element, link, .index($0.offset)) }
    }

    // MARK: Values

    package func boolean() throws(ManifestError) -> Bool {
        guard let value = value.bool else { throw mismatch("true or false") }
        return value
    }

    package func number() throws(ManifestError) -> Double {
        guard let number = value.double else { throw mismatch("a number") }
        guard number.isFinite else { throw error("must be finite") }
        return number
    }

    package func integer(_ range: ClosedRange<Int>) throws(ManifestError) -> Int {
        let number = try number()
        guard let integer = Int(exactly: number) else { throw error("must be a whole number") }
        guard range.contains(integer) else {
            throw error("must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    package func count() throws(ManifestError) -> Int { try integer(0...1 << 53) }

    package func string(bytesMax: Int) throws(ManifestError) -> String {
        guard let string = value.string else { throw mismatch("a string") }
        guard string.utf8.count <= bytesMax else {
            throw error("must have at most \(bytesMax) bytes")
        }
        return string
    }

    /// A name: not empty, no control characters.
    package func name() throws(ManifestError) -> String {
        let name = try string(bytesMax: ManifestLimits.nameBytesMax)
        guard !name.isEmpty else { throw error("must not be empty") }
        guard !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw error("must not contain control characters")
        }
        return name
    }

    package func text() throws(ManifestError) -> String {
        try string(bytesMax: ManifestLimits.textBytesMax)
    }

    package func numbers(max: Int) throws(ManifestError) -> [Double] {
        guard let numbers = value.numbers else {
            if value.array == nil { throw mismatch("an array of numbers") }
            for element in try elements(max: max) { _ = try element.number() }
            throw error("must be an array of numbers")
        }
        guard numbers.count <= max else { throw error("must have at most \(max) elements") }
        if let index = numbers.firstIndex(where: { !$0.isFinite }) {
            throw ManifestNode(.null, link, .index(index)).error("must be finite")
        }
        return numbers
    }

    package func counts(max: Int) throws(ManifestError) -> [Int] {
        let numbers = try numbers(max: max)
        var counts: [Int] = []
        counts.reserveCapacity(numbers.count)
        for (index, number) in numbers.enumerated() {
            guard let count = Int(exactly: number), count >= 0, count <= 1 << 53 else {
                throw ManifestNode(.null, link, .index(index)).error("must be a count from 0 on")
            }
            counts.append(count)
        }
        return counts
    }

    /// One of an enum's raw values.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type)
        throws(ManifestError) -> Choice where Choice.RawValue == String
    {
        let text = try string(bytesMax: ManifestLimits.nameBytesMax)
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw error("must be one of \(known)")
        }
        return choice
    }
}

extension ManifestNode {
    /// The member `key`, which need not be there: then its value is null.
    package func child(_ key: String) -> ManifestNode {
        ManifestNode(value[key] ?? .null, link, .key(key))
    }

    /// The element at `index`, which need not be there: then its value is null.
    package func child(_ index: Int) -> ManifestNode {
        let elements = value.array ?? []
        let element = elements.indices.contains(index) ? elements[index] : .null
        return ManifestNode(element, link, .index(index))
    }
}
