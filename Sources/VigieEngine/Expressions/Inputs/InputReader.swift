/// The declaration of an input, in rule files and pipelines:
///
///     {"name": "card.count_1h", "type": "integer", "missing": "allow", "unit": "payments",
///      "description": "…", "values": ["…"]}
///
/// `type` is "number" unless it is given; `missing` is "reject" or "allow". `values`, of a text, are
/// all that there are.
enum InputReader {
    static func read(_ field: ModelField) throws(LoadError) -> InputDeclaration {
        try field.checkKeys(["name", "type", "missing", "values", "unit", "description"])
        let name = try field["name"].text(bytesMax: RuleLimits.nameBytesMax)
        try field.checkName(name)
        let type = try field.optional("type")?.choice(ValueType.self) ?? .number
        var values: [String] = []
        if let list = try field.optional("values") {
            guard type == .text else { throw list.fail("only a text has values") }
            var seen: Set<[UInt8]> = []
            for value in try list.elements(max: RuleLimits.listsMax) {
                let text = try value.text(bytesMax: RuleLimits.nameBytesMax)
                guard seen.insert(Array(text.utf8)).inserted else {
                    throw value.fail("'\(text)' appears twice")
                }
                values.append(text)
            }
        }
        return InputDeclaration(
            name: name, type: type,
            allowsMissing: try field.optional("missing")?.choice(Feature.Missing.self) == .allow,
            values: values,
            unit: try field.optional("unit")?.text(bytesMax: RuleLimits.textBytesMax) ?? "",
            description: try field.optional("description")?
                .text(bytesMax: RuleLimits.textBytesMax) ?? "")
    }
}
