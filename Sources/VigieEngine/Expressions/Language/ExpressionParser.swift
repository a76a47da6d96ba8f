/// From an expression's text to its tree. The grammar is in GRAMMAR.md beside this file.
///
/// Recursive descent, one function a rule; recursion is bounded by
/// ``ExpressionLimits/depthMax``, time and memory by the text's length.
struct ExpressionParser {
    private let text: [UInt8]
    private let tokens: [Token]
    private var next = 0
    private var depth = 0
    private var nodes = 0

    /// Reads one whole expression.
    static func parse(_ text: String) throws(ExpressionError) -> ExpressionNode {
        let bytes = Array(text.utf8)
        var parser = ExpressionParser(text: bytes, tokens: try Lexer.tokens(bytes))
        let node = try parser.expression()
        guard parser.token.kind == .end else {
            var problem = "expected an operator or the end, not \(parser.token.description)"
            if case .name(let name, isQuoted: false) = parser.token.kind {
                problem += Keyword.suggestion(for: name)
            }
            throw parser.fail(problem)
        }
        return node
    }

    private init(text: [UInt8], tokens: [Token]) {
        self.text = text
        self.tokens = tokens
    }

    // MARK: Words

    private var token: Token { tokens[next] }

    private func fail(_ problem: String, at place: Range<Int>? = nil) -> ExpressionError {
        ExpressionError(problem, in: text, at: place ?? token.place)
    }

    /// The last word is the end, which is never passed.
    private mutating func advance() { if next + 1 < tokens.count { next += 1 } }

    private mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func take(_ keyword: Keyword) -> Bool {
        guard isAt(keyword) else { return false }
        advance()
        return true
    }

    private func isAt(_ keyword: Keyword) -> Bool {
        token.kind == .name(keyword.rawValue, isQuoted: false)
    }

    private mutating func expect(_ symbol: Token.Symbol, _ why: String) throws(ExpressionError) {
        guard take(symbol) else {
            throw fail("expected '\(symbol.rawValue)' \(why), not \(token.description)")
        }
    }

    private mutating func expect(_ keyword: Keyword, _ why: String) throws(ExpressionError) {
        guard take(keyword) else {
            throw fail("expected '\(keyword.rawValue)' \(why), not \(token.description)")
        }
    }

    // MARK: Nodes

    private mutating func node(
        _ kind: ExpressionNode.Kind, from start: Int, over children: ExpressionNode...
    ) throws(ExpressionError) -> ExpressionNode {
        try node(kind, from: start, over: children)
    }

    private mutating func node(
        _ kind: ExpressionNode.Kind, from start: Int, over children: [ExpressionNode]
    ) throws(ExpressionError) -> ExpressionNode {
        let end = next > 0 ? tokens[next - 1].place.upperBound : start
        let place = start..<max(start, end)
        let depth = 1 + (children.map(\.depth).max() ?? 0)
        nodes += 1
        guard depth <= ExpressionLimits.depthMax, nodes <= ExpressionLimits.nodesMax else {
            let what =
                nodes > ExpressionLimits.nodesMax
                ? "more than \(ExpressionLimits.nodesMax) operations"
                : "operations within each other deeper than \(ExpressionLimits.depthMax)"
            throw ExpressionError(
                "\(what); give parts names with \"let\", or values a list", in: text, at: place,
                isLimit: true)
        }
        return ExpressionNode(kind: kind, place: place, depth: depth)
    }

    /// One level of the reader's own recursion.
    private mutating func nested(
        _ read: (inout ExpressionParser) throws(ExpressionError) -> ExpressionNode
    ) throws(ExpressionError) -> ExpressionNode {
        guard depth < ExpressionLimits.depthMax else {
            throw ExpressionError(
                "nested deeper than \(ExpressionLimits.depthMax)", in: text, at: token.place,
                isLimit: true)
        }
        depth += 1
        defer { depth -= 1 }
        return try read(&self)
    }

    // MARK: Rules of the grammar

    private mutating func expression() throws(ExpressionError) -> ExpressionNode {
        try nested { (parser) throws(ExpressionError) in try parser.conditional() }
    }

    private mutating func conditional() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        if take(.if) {
            let condition = try expression()
            try expect(.then, "after the condition")
            let yes = try expression()
            try expect(.else, "after the value of 'then'")
            let no = try expression()
            return try node(
                .conditional(condition, then: yes, else: no), from: start,
                over: condition, yes, no)
        }
        let condition = try disjunction()
        guard take(.question) else { return condition }
        let yes = try expression()
        try expect(.colon, "between the two values of '?'")
        let no = try expression()
        return try node(
            .conditional(condition, then: yes, else: no), from: start, over: condition, yes, no)
    }

    private mutating func disjunction() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        var left = try conjunction()
        while take(.or) {
            let right = try conjunction()
            left = try node(.binary(.or, left, right), from: start, over: left, right)
        }
        return left
    }

    private mutating func conjunction() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        var left = try negation()
        while take(.and) {
            let right = try negation()
            left = try node(.binary(.and, left, right), from: start, over: left, right)
        }
        return left
    }

    private mutating func negation() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        guard take(.not) else { return try comparison() }
        let operand = try nested { (parser) throws(ExpressionError) in try parser.negation() }
        return try node(.unary(.not, operand), from: start, over: operand)
    }

    private static let comparisons: [Token.Symbol: BinaryOperator] = [
        .equal: .equal, .notEqual: .notEqual, .less: .less, .lessOrEqual: .lessOrEqual,
        .greater: .greater, .greaterOrEqual: .greaterOrEqual,
    ]

    private mutating func comparison() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        let left = try sum()
        if case .symbol(let symbol) = token.kind, let comparison = Self.comparisons[symbol] {
            advance()
            let right = try sum()
            if case .symbol(let symbol) = token.kind, Self.comparisons[symbol] != nil {
                throw fail("comparisons do not chain: use 'between', or 'and'")
            }
            return try node(.binary(comparison, left, right), from: start, over: left, right)
        }
        if take(.is) {
            let isNegated = take(.not)
            try expect(.missing, "after 'is'")
            let test = try node(.isMissing(left), from: start, over: left)
            return isNegated ? try node(.unary(.not, test), from: start, over: test) : test
        }
        let isNegated = take(.not)
        var test: ExpressionNode
        if take(.in) {
            let list = try list()
            test = try node(.isIn(left, list), from: start, over: left)
        } else if take(.between) {
            let low = try sum()
            try expect(.and, "between the bounds of 'between'")
            let high = try sum()
            test = try node(
                .between(left, low: low, high: high), from: start, over: left, low, high)
        } else if isNegated {
            throw fail("expected 'in' or 'between' after 'not', not \(token.description)")
        } else {
            return left
        }
        if isNegated { test = try node(.unary(.not, test), from: start, over: test) }
        return test
    }

    private mutating func sum() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        var left = try product()
        while true {
            let operation: BinaryOperator
            if take(.plus) {
                operation = .add
            } else if take(.minus) {
                operation = .subtract
            } else {
                return left
            }
            let right = try product()
            left = try node(.binary(operation, left, right), from: start, over: left, right)
        }
    }

    private mutating func product() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        var left = try sign()
        while true {
            let operation: BinaryOperator
            if take(.times) {
                operation = .multiply
            } else if take(.divide) {
                operation = .divide
            } else if take(.remainder) {
                operation = .remainder
            } else {
                return left
            }
            let right = try sign()
            left = try node(.binary(operation, left, right), from: start, over: left, right)
        }
    }

    private mutating func sign() throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        guard take(.minus) else { return try primary() }
        let operand = try nested { (parser) throws(ExpressionError) in try parser.sign() }
        return try node(.unary(.negate, operand), from: start, over: operand)
    }

    private mutating func primary() throws(ExpressionError) -> ExpressionNode {
        let first = token
        let start = first.place.lowerBound
        switch first.kind {
        case .number(let value, let isInteger):
            advance()
            return try node(.number(value, isInteger: isInteger), from: start)
        case .duration(let milliseconds):
            advance()
            return try node(.duration(milliseconds), from: start)
        case .text(let text):
            advance()
            return try node(.text(text), from: start)
        case .symbol(.openParenthesis):
            advance()
            let inner = try expression()
            try expect(.closeParenthesis, "to close '('")
            return inner
        case .name(let name, let isQuoted): return try named(name, isQuoted: isQuoted)
        case .symbol, .end: throw fail("expected a value, not \(first.description)")
        }
    }

    private mutating func named(
        _ name: String, isQuoted: Bool
    ) throws(ExpressionError) -> ExpressionNode {
        let start = token.place.lowerBound
        if !isQuoted {
            switch Keyword(rawValue: name) {
            case .true, .false:
                advance()
                return try node(.boolean(name == "true"), from: start)
            case .missing: throw fail("'missing' is asked for with 'is missing'")
            case .some:
                throw fail(
                    "expected a value, not '\(name)', which is a word of the language; an input of "
                        + "that name is written `\(name)`")
            case nil: break
            }
        }
        advance()
        guard !isQuoted, take(.openParenthesis) else { return try node(.name(name), from: start) }
        var arguments: [ExpressionNode] = []
        if !take(.closeParenthesis) {
            repeat { arguments.append(try expression()) } while take(.comma)
            try expect(.closeParenthesis, "or ',' after an argument of '\(name)'")
        }
        return try node(.call(name, arguments), from: start, over: arguments)
    }

    // MARK: Lists

    private mutating func list() throws(ExpressionError) -> ExpressionNode.List {
        if case .name(let name, _) = token.kind {
            let place = token.place
            advance()
            return .named(name, place: place)
        }
        try expect(.openBracket, "or a list's name after 'in'")
        var members: [ListMember] = []
        repeat {
            members.append(try listMember())
            nodes += 1
        } while take(.comma)
        try expect(.closeBracket, "or ',' after an element of a list")
        return .inline(members)
    }

    private mutating func listMember() throws(ExpressionError) -> ListMember {
        if case .text(let text) = token.kind {
            advance()
            return .text(text)
        }
        let start = token.place.lowerBound
        let low = try listNumber()
        guard take(.range) else { return .range(low, low) }
        let high = try listNumber()
        guard low <= high else {
            let end = tokens[next - 1].place.upperBound
            throw fail("the range's lower end is above its upper end", at: start..<end)
        }
        return .range(low, high)
    }

    private mutating func listNumber() throws(ExpressionError) -> Double {
        let isNegative = take(.minus)
        guard case .number(let value, _) = token.kind else {
            throw fail("expected a text or a number in a list, not \(token.description)")
        }
        advance()
        return isNegative ? -value : value
    }
}
