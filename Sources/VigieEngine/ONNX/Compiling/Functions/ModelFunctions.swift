import VigieProtos

/// A function that a model brings with it: nodes that are compiled in place of each node that names
/// it (ONNX IR, "Model Local Functions").
struct ModelFunction {
    let proto: Onnx.FunctionProto
    let opsets: Opsets
    /// Attributes that a call may give; those with a value have it as default.
    let attributes: [String: Onnx.AttributeProto?]
}

/// A model's own functions, by what identifies them: domain, name and overload.
struct ModelFunctions {
    private struct Key: Hashable {
        let domain: String
        let name: String
        let overload: String

        init(_ domain: Text, _ name: Text, _ overload: Text) {
            self.domain = domain == "ai.onnx" ? "" : String(domain)
            self.name = String(name)
            self.overload = String(overload)
        }
    }

    private var functions: [Key: ModelFunction] = [:]

    init(_ model: Onnx.ModelProto) throws(LoadError) {
        guard model.functions.count <= ONNXLimits.functionsMax else {
            throw LoadError(
                .limit,
                "\(model.functions.count) functions, \(ONNXLimits.functionsMax) are the most")
        }
        for proto in model.functions {
            let place = "function '\(proto.name)' of '\(proto.domain)'"
            guard !proto.name.isEmpty else { throw LoadError(.corrupt, "\(place) has no name") }
            let key = Key(proto.domain, proto.name, proto.overload)
            let function = ModelFunction(
                proto: proto, opsets: try Opsets(proto.opsetImport),
                attributes: try Self.attributes(proto, place))
            guard functions.updateValue(function, forKey: key) == nil else {
                throw LoadError(.corrupt, "\(place) is there twice")
            }
        }
    }

    private static func attributes(
        _ proto: Onnx.FunctionProto, _ place: String
    ) throws(LoadError) -> [String: Onnx.AttributeProto?] {
        var attributes: [String: Onnx.AttributeProto?] = [:]
        for name in proto.attribute { attributes.updateValue(nil, forKey: String(name)) }
        for value in proto.attributeProto {
            guard value.refAttrName.isEmpty else {
                throw LoadError(.corrupt, "\(place): the default of '\(value.name)' has no value")
            }
            attributes.updateValue(value, forKey: String(value.name))
        }
        guard attributes.count == proto.attribute.count + proto.attributeProto.count else {
            throw LoadError(.corrupt, "\(place): an attribute is listed twice")
        }
        return attributes
    }

    /// The function that a node calls, if it calls one.
    subscript(node: Onnx.NodeProto) -> ModelFunction? {
        functions.isEmpty ? nil : functions[Key(node.domain, node.opType, node.overload)]
    }
}
