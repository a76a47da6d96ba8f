/// From `rules.json` to a ``RuleSet``, one function a part. Expressions are not read yet.
enum RuleSetReader {
    static func read(_ bytes: [UInt8]) throws(LoadError) -> RuleSet {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        let root = ModelField(path: "", value: value)
        try root.checkFormat("vigie-rules")
        try root.checkKeys([
            "format", "formatVersion", "description", "policy", "inputs", "lists", "let", "base",
            "rules", "bands", "default", "tests",
        ])
        let fallback = try readFallback(root.optional("default"))
        var set = RuleSet(
            policy: try root["policy"].choice(RuleSet.Policy.self), inputs: [], lists: [],
            definitions: [], base: try root.optional("base").map(readScore) ?? .number(0),
            rules: [], bands: [], fallback: fallback, tests: [])
        for field in try root["inputs"].elements(max: RuleLimits.namesMax) {
            set.inputs.append(try InputReader.read(field))
        }
        if let lists = try root.optional("lists") { set.lists = try readLists(lists) }
        if let definitions = try root.optional("let") {
            for (name, field) in try definitions.members(max: RuleLimits.namesMax) {
                try field.checkName(name)
                set.definitions.append(.init(name: name, expression: try field.string))
            }
        }
        for field in try root["rules"].elements(max: RuleLimits.rulesMax) {
            set.rules.append(try readRule(field))
        }
        if let bands = try root.optional("bands") { set.bands = try BandReader.read(bands) }
        for (index, field) in try (root.optional("tests")?.elements(max: RuleLimits.testsMax) ?? [])
            .enumerated()
        {
            set.tests.append(try readTest(field, index))
        }
        return set
    }

    private static func readScore(_ field: ModelField) throws(LoadError) -> RuleSet.Score {
        if let text = field.value.string { return .expression(text) }
        guard field.value.double != nil else {
            throw field.fail("expected a number, or an expression in a string")
        }
        return .number(try field.double)
    }

    private static func readFallback(_ field: ModelField?) throws(LoadError) -> RuleSet.Band {
        var band = RuleSet.Band(name: "", from: -.infinity, below: .infinity, decision: "")
        guard let field else { return band }
        try field.checkKeys(["band", "decision", "reason"])
        band.name = try field.optional("band")?.text(bytesMax: RuleLimits.nameBytesMax) ?? ""
        band.decision =
            try field.optional("decision")?.text(bytesMax: RuleLimits.nameBytesMax) ?? ""
        band.reason = try field.optional("reason").map(readReason)
        return band
    }

    static func readReason(_ field: ModelField) throws(LoadError) -> RuleSet.Reason {
        try field.checkKeys(["code", "text"])
        return RuleSet.Reason(
            code: try field["code"].text(bytesMax: RuleLimits.nameBytesMax),
            text: try field.optional("text")?.text(bytesMax: RuleLimits.textBytesMax) ?? "")
    }

    private static func readRule(_ field: ModelField) throws(LoadError) -> RuleSet.Rule {
        try field.checkKeys([
            "id", "description", "when", "score", "decision", "reason", "priority", "enabled",
            "tags", "from", "until",
        ])
        let id = try field["id"]
        let name = try id.string
        let isPlain = name.utf8.allSatisfy { byte in
            byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte &- 0x30 < 10 || byte == 0x5F
                || byte == 0x2D || byte == 0x2E || byte == 0x3A
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 128, name != "base" else {
            throw id.fail("expected 1 to 128 letters, digits, '_', '-', '.', ':', and not 'base'")
        }
        var tags: [String] = []
        for tag in try field.optional("tags")?.elements(max: 64) ?? [] {
            tags.append(try tag.text(bytesMax: RuleLimits.nameBytesMax))
        }
        let enabled = try field.optional("enabled")
        guard enabled == nil || enabled?.value.bool != nil else {
            throw field.fail("'enabled' is true or false")
        }
        let priority = try field.optional("priority")?.integer ?? 0
        let from = try field.optional("from").map(readTime)
        let until = try field.optional("until").map(readTime)
        if let from, let until, from >= until { throw field.fail("'from' is not before 'until'") }
        return RuleSet.Rule(
            id: name, when: try field["when"].string,
            score: try field.optional("score").map(readScore) ?? .number(0),
            decision: try field.optional("decision")?.text(bytesMax: RuleLimits.nameBytesMax),
            reason: try field.optional("reason").map(readReason), priority: priority,
            isEnabled: enabled?.value.bool ?? true, tags: tags, from: from, until: until)
    }

    private static func readTime(_ field: ModelField) throws(LoadError) -> Double {
        guard let time = Timestamp.milliseconds(try field.string) else {
            throw field.fail("expected a time of RFC 3339: \"2026-01-31T08:00:00Z\"")
        }
        return time
    }

    private static func readLists(_ field: ModelField) throws(LoadError) -> [RuleSet.NamedList] {
        var lists: [RuleSet.NamedList] = []
        var bytes = 0
        for (name, list) in try field.members(max: RuleLimits.listsMax) {
            try list.checkName(name)
            var members: [ListMember] = []
            for element in try list.elements(max: ExpressionLimits.listMembersMax) {
                let member = try readMember(element)
                if case .text(let text) = member { bytes += text.utf8.count }
                members.append(member)
            }
            guard bytes <= RuleLimits.listBytesMax else {
                throw field.fail("more than \(RuleLimits.listBytesMax) bytes of texts", .limit)
            }
            guard let values = ValueList(members) else {
                throw list.fail("holds texts and numbers: expected one or the other")
            }
            lists.append(.init(name: name, values: values))
        }
        return lists
    }

    private static func readMember(_ field: ModelField) throws(LoadError) -> ListMember {
        if let text = field.value.string { return .text(text) }
        if field.value.object != nil {
            try field.checkKeys(["from", "to"])
            let low = try field["from"].double
            let high = try field["to"].double
            guard low <= high else { throw field.fail("'from' is above 'to'") }
            return .range(low, high)
        }
        guard field.value.double != nil else {
            throw field.fail("expected a text, a number, or {\"from\": …, \"to\": …}")
        }
        let value = try field.double
        return .range(value, value)
    }

    private static func readTest(_ field: ModelField, _ index: Int) throws(LoadError) -> RuleTest {
        try field.checkKeys(["name", "given", "expect"])
        var test = RuleTest(
            name: try field.optional("name")?.text(bytesMax: RuleLimits.textBytesMax)
                ?? "tests[\(index)]", given: [:])
        for (name, value) in try field["given"].members(max: RuleLimits.namesMax) {
            test.given[name] = value.value
        }
        let expect = try field["expect"]
        try expect.checkKeys(["score", "band", "decision", "fired", "unknown"])
        test.score = try expect.optional("score")?.double
        test.band = try expect.optional("band")?.string
        test.decision = try expect.optional("decision")?.string
        test.fired = try expect.optional("fired")?.strings
        test.unknown = try expect.optional("unknown")?.strings
        return test
    }
}
