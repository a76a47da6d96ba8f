import VigieProtos

/// What a node is compiled in: the model's graph, or a call of one of its functions.
struct Frame {
    let opsets: Opsets
    /// The function that is called, for messages; empty for the model's graph.
    var function = ""
    /// What the call gives for the function's attributes, defaults among them.
    var arguments: [String: Onnx.AttributeProto] = [:]
    /// Attributes that the function has.
    var parameters: Set<String> = []
    /// Inputs of the function that the call leaves out.
    var absent: Set<Text> = []
    /// Calls that the function is inside of.
    var depth = 0

    /// An attribute's value: its own, or what the call gives for the function's attribute that it
    /// refers to; nil when the call gives nothing.
    func value(
        _ attribute: Onnx.AttributeProto, _ place: String
    ) throws(LoadError) -> Onnx.AttributeProto? {
        guard !attribute.refAttrName.isEmpty else { return attribute }
        let name = String(attribute.refAttrName)
        guard parameters.contains(name) else {
            throw LoadError(
                .corrupt,
                "\(place): attribute '\(attribute.name)' refers to '\(name)', which is no attribute"
                    + " of a function around it")
        }
        return arguments[name]
    }
}
