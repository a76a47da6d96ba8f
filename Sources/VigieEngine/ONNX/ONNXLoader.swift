import VigieProtos

/// Reads, checks and compiles an ONNX file.
enum ONNXLoader {
    static func load(_ source: ArtifactSource) throws(LoadError) -> ONNXArtifact {
        do throws(LoadError) {
            let program = try compile(source.bytes)
            let trial = try Trial(program)
            return try finish(program, trial, source)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
    }

    private static func compile(_ bytes: [UInt8]) throws(LoadError) -> Program {
        let arena = Arena(limit: ONNXLimits.decodedBytesMax(fileBytes: bytes.count))
        return try withExtendedLifetime(arena) { () throws(LoadError) -> Program in
            let model: Onnx.ModelProto
            do throws(DecodeError) {
                model = try Onnx.ModelProto(decoding: bytes.span.bytes, in: arena)
            } catch {
                if case .limit = error.reason { throw LoadError(.limit, error.description) }
                throw LoadError(.corrupt, "no ONNX file: \(error.description)")
            }
            guard (1...Int64(ONNXLimits.irVersionMax)).contains(model.irVersion) else {
                throw LoadError(
                    model.irVersion > 0 ? .unsupported : .corrupt,
                    "IR version \(model.irVersion); supported are 1 to \(ONNXLimits.irVersionMax)")
            }
            guard let graph = model.graph else { throw LoadError(.corrupt, "it has no graph") }
            let compiler = GraphCompiler(
                try Opsets(model.opsetImport), try ModelFunctions(model))
            return try compiler.compile(graph)
        }
    }

    private static func finish(
        _ program: Program, _ trial: Trial, _ source: ArtifactSource
    ) throws(LoadError) -> ONNXArtifact {
        let fast = program.optimized()
        if source.explanation == .reconstruction {
            guard let signature = source.signature ?? DerivedSignature.make(program) else {
                throw LoadError(
                    .signature, "reconstruction needs an input that is a matrix of rows")
            }
            let scorer = try ReconstructionScorer(program, trial, signature)
            return ONNXArtifact(fast, signature, nil, scorer)
        }
        let rows = try RowScorer.make(program, fast, trial, source.signature, source.meanTerms)
        let artifact = ONNXArtifact(fast, rows.signature, rows.scorer)
        guard source.signature == nil, artifact.scoresRows,
            let stricter = DerivedSignature.withoutPadding(artifact)
                ?? DerivedSignature.withoutFatalMissing(artifact)
        else { return artifact }
        let checked = try RowScorer.make(program, fast, trial, stricter, source.meanTerms)
        return ONNXArtifact(fast, checked.signature, checked.scorer)
    }
}
