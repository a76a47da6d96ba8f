import TestRandom

@testable import VigieEngine

/// A compiled expression over the inputs of ``ExpressionWriter``, and rows for it.
struct ExpressionSample {
    let node: ExpressionNode
    let type: ValueType
    private let program: ExpressionProgram
    private let memory: ExpressionMemory
    private let result: Int
    private let registers: [(name: String, register: Int, type: ValueType)]

    static let lists: [String: [ListMember]] = ["risky": [.text("FR"), .text("aé"), .text("x")]]

    static let inputs: [(String, ValueType)] = [
        ("x", .number), ("y", .number), ("card.count_1h", .integer), ("flag", .boolean),
        ("is new", .boolean), ("country", .text), ("name", .text), ("now", .timestamp),
    ]

    init(_ text: String) throws {
        var builder = ProgramBuilder()
        registers = Self.inputs.compactMap { name, type in
            builder.addInput(name, type).map { (name, $0, type) }
        }
        for (name, members) in Self.lists {
            if let list = ValueList(members) { _ = builder.addList(list, named: name) }
        }
        node = try ExpressionParser.parse(text)
        let typed = try builder.check(node, text)
        type = typed.type
        _ = builder.define("\u{1}result", typed)
        result = builder.scope.values["\u{1}result"]?.register ?? 0
        program = builder.finish() ?? ExpressionProgram()
        memory = ExpressionMemory(program, ruleCount: 0)
    }

    func run(_ values: [String: ReferenceValue]) -> ReferenceValue {
        memory.beginRow()
        for (name, register, type) in registers {
            switch values[name] ?? .missing {
            case .missing:
                if type == .text {
                    memory.texts[register] = .missing
                } else {
                    memory.scalars[register] = .nan
                }
            case .number(let value): memory.scalars[register] = value
            case .boolean(let value): memory.scalars[register] = value ? 1 : 0
            case .text(let text): memory.texts[register] = memory.arena.append(Array(text.utf8))
            }
        }
        Interpreter.run(program, memory)
        if type == .text {
            let range = memory.texts[result]
            guard !range.isMissing else { return .missing }
            return .text(String(decoding: memory.arena.bytes[range.bounds], as: UTF8.self))
        }
        let value = memory.scalars[result]
        if value.isNaN { return .missing }
        return type == .boolean ? .boolean(value == 1) : .number(value)
    }

    static func row(_ random: inout SplitMix) -> [String: ReferenceValue] {
        let numbers: [ReferenceValue] = [
            .missing, .number(0), .number(-3), .number(2.5), .number(1e300), .number(-.infinity),
            .number(7), .number(.leastNonzeroMagnitude),
        ]
        let texts: [ReferenceValue] = [
            .missing, .text("FR"), .text("é"), .text("aé"), .text("É"), .text("f"),
        ]
        let booleans: [ReferenceValue] = [.missing, .boolean(true), .boolean(false)]
        func pick(_ choices: [ReferenceValue]) -> ReferenceValue {
            choices[Int(random.next() % UInt64(choices.count))]
        }
        return [
            "x": pick(numbers), "y": pick(numbers), "card.count_1h": pick(numbers),
            "flag": pick(booleans), "is new": pick(booleans), "country": pick(texts),
            "name": pick(texts),
        ]
    }
}
