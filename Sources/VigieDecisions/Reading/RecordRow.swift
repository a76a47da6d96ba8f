import VigieEngine

/// One row of a record, whose request may have had many.
package struct RecordRow {
    /// From 0.
    package let index: Int
    /// Its part of the outputs, by name; of an application its figures.
    package let outputs: [(name: String, values: [JSONValue])]
    /// Its part of the inputs, by name, where the log holds them.
    package let inputs: [(name: String, values: [JSONValue])]

    /// Nil when the record has no such row.
    package init?(_ stored: StoredRecord, _ index: Int) {
        guard let fields = stored.fields, let count = fields["rows"]?.integer,
            (0..<count).contains(index)
        else { return nil }
        self.index = index
        if let tensors = fields["outputs"]?.array {
            outputs = tensors.compactMap { Self.part($0, count, index) }
        } else {
            outputs = ["score", "probabilityOfDefault", "points", "decision"].compactMap { name in
                fields[name].map { (name, [$0]) }
            }
        }
        let side = stored.side.flatMap { try? JSONParser.parse($0) }
        if let tensors = side?["inputs"]?.array {
            inputs = tensors.compactMap { Self.part($0, count, index) }
        } else {
            inputs = side?["values"]?.object?.members.map { ($0.key, [$0.value]) } ?? []
        }
    }

    /// The row's elements of a tensor; all of one whose first extent is not that of rows.
    private static func part(
        _ tensor: JSONValue, _ rows: Int, _ index: Int
    ) -> (name: String, values: [JSONValue])? {
        guard let name = tensor["name"]?.string, let data = tensor["data"]?.array else {
            return nil
        }
        guard tensor["shape"]?.array?.first?.integer == rows, data.count % rows == 0 else {
            return (name, data)
        }
        let width = data.count / rows
        return (name, Array(data[index * width..<(index + 1) * width]))
    }

    /// `{"row":2,"outputs":{"label":[1]},"inputs":{"x":[1,2]}}`.
    package var json: String {
        func object(_ parts: [(name: String, values: [JSONValue])]) -> String {
            let members = parts.map { part in
                "\(JSONWriter.string(part.name)):[\(part.values.map(Self.text).joined(separator: ","))]"
            }
            return "{\(members.joined(separator: ","))}"
        }
        return "{\"row\":\(index),\"outputs\":\(object(outputs)),\"inputs\":\(object(inputs))}"
    }

    /// The same for people.
    package var text: String {
        func list(_ parts: [(name: String, values: [JSONValue])]) -> String {
            parts.map { "\($0.name)=\($0.values.map(Self.text).joined(separator: ","))" }
                .joined(separator: " ")
        }
        let asked = inputs.isEmpty ? "" : "  from \(list(inputs))"
        return "row \(index): \(list(outputs))\(asked)"
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): JSONWriter.number(number)
        case .string(let text): JSONWriter.string(text)
        case .object(let bytes): "{\"hex\":\(JSONWriter.string(bytes["hex"]?.string ?? ""))}"
        default: JSONWriter.text(value)
        }
    }
}
