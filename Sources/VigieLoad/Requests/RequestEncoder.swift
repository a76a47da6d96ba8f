import VigieProtos

/// Makes requests of rows.
package struct RequestEncoder {
    package let entry: MixEntry
    private let signature: ModelSignature
    private let arena = Arena()

    package init(_ entry: MixEntry, _ signature: ModelSignature) {
        self.entry = entry
        self.signature = signature
    }

    /// Pings, each with another payload.
    package static func pings(
        _ count: Int, payloadBytes: Int, seed: UInt64
    ) -> [PreparedRequest] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let arena = Arena()
            defer { withExtendedLifetime(arena) {} }
            let payload = (0..<payloadBytes).map { _ in UInt8(truncatingIfNeeded: generator.next())
            }
            let request = VigieV1.PingRequest(in: arena)
            request.setPayload(payload.span.bytes)
            return PreparedRequest(
                message: request.encodedBytes(), row: index, id: "ping \(index)")
        }
    }

    /// A request for ScoreApplication.
    package func score(_ row: Row, index: Int) throws(LoadError) -> PreparedRequest {
        arena.reset()
        let names = row.names.isEmpty ? signature.features : row.names
        guard names.count == row.cells.count else {
            throw LoadError(
                "row \(index): \(row.cells.count) values without names, but the model's features are "
                    + (signature.features.isEmpty
                        ? "not known: give rows with names" : "\(signature.features.count)"))
        }
        let request = VigieV1.ScoreApplicationRequest(in: arena)
        let id = "row \(index)"
        request.setRequestId(id)
        request.setModel(entry.model)
        request.setVersion(entry.version)
        for (name, cell) in zip(names, row.cells) {
            let value = request.addFeatures(key: name)
            switch cell {
            case .number(let number):
                if let whole = Int64(exactly: number) {
                    value.integer = whole
                } else {
                    value.number = number
                }
            case .text(let text): value.setText(text)
            case .flag(let flag): value.flag = flag
            case .missing: break
            case .numbers:
                throw LoadError(
                    "row \(index): '\(name)' is an array; ScoreApplication takes single values")
            }
        }
        return PreparedRequest(
            message: request.encodedBytes(), row: index, id: id, expected: row.expected)
    }

    /// A request for ModelInfer (and ModelStreamInfer) with all of `rows` as one batch.
    package func infer(_ rows: [Row], index: Int) throws(LoadError) -> PreparedRequest {
        arena.reset()
        let request = Inference.ModelInferRequest(in: arena)
        let id = "row \(index)"
        request.setModelName(entry.model)
        request.setModelVersion(entry.version)
        request.setId(id)
        for tensor in signature.inputs {
            guard tensor.hasRows || rows.count == 1 else {
                throw LoadError(
                    "input '\(tensor.name)' has the shape \(tensor.shape), which has no rows to batch"
                )
            }
            var contents: [UInt8] = []
            var elements = 0
            for (offset, row) in rows.enumerated() {
                elements += try append(row, index + offset, tensor, to: &contents)
            }
            let input = request.addInputs()
            input.setName(tensor.name)
            input.setDatatype(tensor.datatype.rawValue)
            input.setShape(try shape(tensor, rows.count, elements).map(Int64.init))
            request.appendRawInputContents(Bytes(copying: contents.span.bytes, in: arena))
        }
        return PreparedRequest(
            message: request.encodedBytes(), row: index, id: id, batch: rows.count,
            expected: rows.count == 1 ? rows[0].expected : joined(rows))
    }

    /// Expectations of a batch: of versions that every row has some for.
    private func joined(_ rows: [Row]) -> [String: [Double]] {
        guard let first = rows.first else { return [:] }
        var all: [String: [Double]] = [:]
        for version in first.expected.keys {
            let parts = rows.compactMap { $0.expected[version] }
            if parts.count == rows.count { all[version] = parts.flatMap { $0 } }
        }
        return all
    }

    /// - Returns: how many elements were appended.
    private func append(
        _ row: Row, _ index: Int, _ tensor: ModelSignature.Tensor, to contents: inout [UInt8]
    ) throws(LoadError) -> Int {
        let cells = try self.cells(row, index, tensor)
        if tensor.datatype == .bytes {
            for cell in cells {
                guard case .text(let text) = cell else {
                    throw LoadError("row \(index): input '\(tensor.name)' takes text")
                }
                TensorType.append(text, to: &contents)
            }
            return cells.count
        }
        var count = 0
        for cell in cells {
            guard let numbers = cell.numbers else {
                throw LoadError(
                    "row \(index): input '\(tensor.name)' takes numbers (\(tensor.datatype.rawValue))"
                )
            }
            for number in numbers {
                guard tensor.datatype.append(number, to: &contents) else {
                    throw LoadError(
                        "row \(index): \(number) does not fit input '\(tensor.name)' "
                            + "(\(tensor.datatype.rawValue))")
                }
            }
            count += numbers.count
        }
        if let wanted = tensor.rowElements, count != wanted {
            throw LoadError(
                "row \(index): input '\(tensor.name)' takes \(wanted) values a row, not \(count)")
        }
        return count
    }

    /// The cells that are the tensor's: its own by name, its columns by the features' names, or all.
    private func cells(
        _ row: Row, _ index: Int, _ tensor: ModelSignature.Tensor
    ) throws(LoadError) -> [Row.Cell] {
        if let own = row[tensor.name] { return [own] }
        guard signature.inputs.count == 1 else {
            guard row.names.isEmpty, row.cells.count == signature.inputs.count,
                let place = signature.inputs.firstIndex(of: tensor)
            else { throw LoadError("row \(index): nothing is given for input '\(tensor.name)'") }
            return [row.cells[place]]
        }
        guard !row.names.isEmpty, !signature.features.isEmpty else { return row.cells }
        var cells: [Row.Cell] = []
        for feature in signature.features {
            guard let cell = row[feature] else {
                throw LoadError("row \(index): feature '\(feature)' is missing")
            }
            cells.append(cell)
        }
        return cells
    }

    private func shape(
        _ tensor: ModelSignature.Tensor, _ rows: Int, _ elements: Int
    ) throws(LoadError) -> [Int] {
        var shape = tensor.shape
        if tensor.hasRows { shape[0] = rows }
        let open = shape.indices.filter { shape[$0] < 0 }
        guard open.count <= 1 else {
            throw LoadError(
                "input '\(tensor.name)' has the shape \(tensor.shape): its extents must be known but "
                    + "for rows and one other")
        }
        if let place = open.first {
            let others = shape.reduce(1) { $1 < 0 ? $0 : $0 * $1 }
            shape[place] = others == 0 ? 0 : elements / others
        }
        return shape
    }
}
