/// One HTTP header or trailer that is sent; the name is lower case (RFC 9113 §8.2.1).
package struct HeaderField: Sendable, Equatable {
    package let name: String
    package let value: [UInt8]

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = Array(value.utf8)
    }

    package init(_ name: String, bytes: [UInt8]) {
        self.name = name
        value = bytes
    }
}
