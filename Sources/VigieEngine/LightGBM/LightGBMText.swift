/// A LightGBM model file as lines: the header, a block for each tree, and what stands behind them.
///
///     tree                          what kind of file it is
///     version=v4                    the header: key=value, or a word alone
///     …
///     Tree=0                        the first tree's block
///     num_leaves=31
///     …
///     end of trees
///     …                             importances and parameters, for people
///     pandas_categorical:[["a","b"]]
struct LightGBMText {
    /// Lines of one part, by key; a word alone has an empty value.
    struct Block {
        let name: String
        let line: Int
        var fields: [String: LightGBMField] = [:]

        /// A field that must be there.
        subscript(key: String) -> LightGBMField {
            get throws(LoadError) {
                guard let field = fields[key] else {
                    throw LoadError(.corrupt, "\(name) (line \(line)): '\(key)' is missing")
                }
                return field
            }
        }
    }

    let header: Block
    let trees: [Block]
    /// The line `pandas_categorical`, if there is one.
    let pandasCategories: LightGBMField?

    init(_ bytes: [UInt8]) throws(LoadError) {
        var header = Block(name: "the header", line: 1)
        var trees: [Block] = []
        var pandas: LightGBMField?
        var isAfterTrees = false
        var number = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[rest.startIndex..<end]
            rest = rest[min(end + 1, rest.endIndex)...]
            number += 1
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if number == 1 {
                guard line.elementsEqual("tree".utf8) else {
                    throw LoadError(
                        .corrupt, "no LightGBM text model: the first line must be 'tree'")
                }
            } else if isAfterTrees {
                if let value = Self.value(line, after: "pandas_categorical:") {
                    pandas = LightGBMField(key: "pandas_categorical", bytes: value, line: number)
                }
            } else if line.elementsEqual("end of trees".utf8) {
                isAfterTrees = true
            } else if let index = Self.value(line, after: "Tree=") {
                guard index.elementsEqual("\(trees.count)".utf8) else {
                    throw LoadError(
                        .corrupt, "line \(number): tree \(trees.count) is expected here")
                }
                trees.append(Block(name: "tree \(trees.count)", line: number))
            } else if !line.isEmpty {
                let field = try Self.field(line, number)
                let block = trees.last ?? header
                guard block.fields[field.key] == nil else { throw field.fail("is there twice") }
                if trees.isEmpty {
                    header.fields[field.key] = field
                } else {
                    trees[trees.count - 1].fields[field.key] = field
                }
            }
        }
        guard isAfterTrees else {
            throw LoadError(.corrupt, "the file is cut short: 'end of trees' is missing")
        }
        self.header = header
        self.trees = trees
        pandasCategories = pandas
    }

    private static func field(
        _ line: ArraySlice<UInt8>, _ number: Int
    ) throws(LoadError) -> LightGBMField {
        let end = line.firstIndex(of: UInt8(ascii: "=")) ?? line.endIndex
        guard let key = String(validating: line[line.startIndex..<end], as: UTF8.self),
            key.utf8.count <= 64
        else { throw LoadError(.corrupt, "line \(number): no key=value") }
        return LightGBMField(
            key: key, bytes: line[min(end + 1, line.endIndex)...], line: number)
    }

    private static func value(
        _ line: ArraySlice<UInt8>, after prefix: String
    ) -> ArraySlice<UInt8>? {
        line.starts(with: prefix.utf8) ? line.dropFirst(prefix.utf8.count) : nil
    }
}
