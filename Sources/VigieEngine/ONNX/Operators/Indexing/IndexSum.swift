/// An equation of Einsum: which dimension of each operand every letter names, and which letters are
/// left in the result.
struct IndexSum {
    /// The letters, those of the result first.
    let letters: [Character]
    let resultRank: Int
    /// By operand: the number of the letter of each dimension.
    let operands: [[Int]]

    static let lettersMax = 16

    init(_ equation: String, _ count: Int, _ node: NodeBuilder) throws(LoadError) {
        let sides = equation.filter { $0 != " " }.split(
            separator: "->", omittingEmptySubsequences: false)
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
        guard sides.count <= 2, terms.count == count,
            sides.allSatisfy({ side in side.allSatisfy { $0 == "," || ($0.isASCII && $0.isLetter) }
            })
        else { throw node.unsupported("the equation '\(equation)' of \(count) operands") }
        var result: [Character]
        if sides.count == 2 {
            result = Array(sides[1])
        } else {
            // Letters that occur once, in alphabetical order.
            let all = terms.joined()
            result = Set(all).filter { letter in all.filter { $0 == letter }.count == 1 }.sorted()
        }
        resultRank = result.count
        guard Set(result).count == result.count, resultRank <= TensorShape.rankMax else {
            throw node.corrupt("the equation '\(equation)' names a dimension of its result twice")
        }
        for letter in terms.joined() where !result.contains(letter) { result.append(letter) }
        guard result.count <= Self.lettersMax,
            result.prefix(resultRank).allSatisfy({ terms.joined().contains($0) }),
            terms.allSatisfy({ $0.count <= TensorShape.rankMax })
        else { throw node.unsupported("the equation '\(equation)'") }
        letters = result
        operands = terms.map { term in term.map { result.firstIndex(of: $0) ?? 0 } }
    }
}
