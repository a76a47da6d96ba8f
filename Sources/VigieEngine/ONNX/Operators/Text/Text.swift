/// Operators on text, of ai.onnx and of ONNX Runtime's own set.
extension OperatorTable {
    static let text: [String: Builder] = [
        "StringNormalizer": { (node) throws(LoadError) in try stringNormalizer(node) },
        "TfIdfVectorizer": { (node) throws(LoadError) in try tfIdf(node) },
        "StringConcat": { (node) throws(LoadError) in
            let (a, b) = (try node.input(0, [.string]), try node.input(1, [.string]))
            let output = try node.output(0, .string)
            node.add(StringConcatStep(node.place, a, b, output), [a, b], [output])
        },
        "StringSplit": { (node) throws(LoadError) in
            let delimiter = try node.string("delimiter") ?? ""
            let splitsMax = try node.int("maxsplit")
            let input = try node.input(0, [.string])
            let outputs = [try node.output(0, .string), try node.output(1, .int64)]
            let step = StringSplitStep(
                node.place, Array(delimiter.utf8), splitsMax ?? .max, input, outputs)
            node.add(step, [input], outputs)
        },
        "RegexFullMatch": { (node) throws(LoadError) in
            guard let text = try node.string("pattern") else {
                throw node.corrupt("attribute 'pattern' is missing")
            }
            let pattern = try pattern(node, text)
            let input = try node.input(0, [.string])
            let output = try node.output(0, .bool)
            node.add(FullMatchStep(node.place, pattern, input, output), [input], [output])
        },
    ]

    static func tokenizer(_ node: NodeBuilder) throws(LoadError) {
        let mark = (try node.int("mark") ?? 0) != 0
        let padding = try node.string("pad_value") ?? ""
        let shortest = try node.int("mincharnum") ?? 1
        guard shortest > 0 else { throw node.corrupt("mincharnum is \(shortest)") }
        let separators = try node.strings("separators")
        let expression = try node.string("tokenexp")
        let kind: Tokens.Kind
        if let expression {
            guard separators == nil else { throw node.corrupt("both separators and tokenexp") }
            kind = expression == "." ? .characters : .pattern(try pattern(node, expression))
        } else if let separators, !separators.isEmpty {
            if separators == [""] {
                kind = .characters
            } else {
                guard separators.allSatisfy({ !$0.isEmpty }), separators.count <= 64 else {
                    throw node.corrupt("its separators are empty or more than 64")
                }
                // One after the other splits what the one before has left: in the end, wherever
                // any of them matches. Those that overlap others are the exception.
                var patterns: [Pattern] = []
                for separator in separators { patterns.append(try pattern(node, separator)) }
                kind = .separators(patterns)
            }
        } else {
            throw node.corrupt("it has neither separators nor tokenexp")
        }
        let input = try node.input(0, [.string])
        let output = try node.output(0, .string)
        let tokens = Tokens(kind: kind, shortest: shortest)
        let step = TokenizerStep(node.place, tokens, mark, padding, input, output)
        node.add(step, [input], [output])
    }

    private static func pattern(_ node: NodeBuilder, _ text: String) throws(LoadError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw node.unsupported("the pattern '\(text.prefix(100))': \(error.message)")
        }
    }

    private static func stringNormalizer(_ node: NodeBuilder) throws(LoadError) {
        let change = try node.choice("case_change_action", CaseChange.none)
        let isCaseSensitive = (try node.int("is_case_sensitive") ?? 0) != 0
        let stopWords = try node.strings("stopwords") ?? []
        // Case is changed by code point, as Unicode has it for all languages.
        node.ignore("locale")
        let input = try node.input(0, [.string])
        let output = try node.output(0, .string)
        let step = StringNormalizerStep(
            node.place, change, isCaseSensitive: isCaseSensitive, stopWords, input, output)
        node.add(step, [input], [output])
    }

    private static func tfIdf(_ node: NodeBuilder) throws(LoadError) {
        guard let mode = try node.string("mode").flatMap(NGramMode.init) else {
            throw node.corrupt("mode is missing or unknown")
        }
        let integers = try node.ints("pool_int64s")
        let strings = try node.strings("pool_strings")
        let pool: NGramPool
        switch (integers, strings) {
        case (nil, let strings?): pool = .strings(strings)
        case (let integers?, nil): pool = .integers(integers.map { Int64($0) })
        default: throw node.corrupt("it needs one of pool_strings and pool_int64s")
        }
        let table = try NGramTable(
            node, pool, counts: try node.ints("ngram_counts") ?? [],
            columns: try node.ints("ngram_indexes") ?? [], weights: try node.floats("weights"))
        let lengths = (try node.int("min_gram_length") ?? 1, try node.int("max_gram_length") ?? 1)
        guard lengths.0 >= 1, lengths.0 <= lengths.1 else {
            throw node.corrupt("n-grams of \(lengths.0) to \(lengths.1) words")
        }
        let skips = try node.int("max_skip_count") ?? 0
        guard (0...NGramTable.skipsMax).contains(skips) else {
            throw node.corrupt("\(skips) skipped words")
        }
        let input = try node.input(0, table.isText ? [.string] : [.int64, .int32])
        let output = try node.output(0, .float32)
        let step = TfIdfStep(
            node.place, table, mode, lengths.0...lengths.1, skips, input, output)
        node.add(step, [input], [output])
    }
}
