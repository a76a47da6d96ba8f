import Testing
import VigieProtos

@testable import VigieEngine

/// Functions that a model brings with it, where they are wrong; where they are right, the pack of
/// networks has them.
@Suite struct ONNXFunctionTests {
    private typealias Model = ONNXRefusalTests.Model

    /// A model whose graph calls `bank.f`, and that function: from "a" to "b", attribute "slope".
    private static func model(
        _ body: (Model, Onnx.FunctionProto) -> Void
    ) -> (model: Model, call: Onnx.NodeProto) {
        let model = Model()
        let set = model.model.addOpsetImport()
        set.setDomain("bank")
        set.version = 1
        let function = model.model.addFunctions()
        function.setDomain("bank")
        function.setName("f")
        for (domain, version) in [("", Int64(17)), ("bank", 1)] {
            let entry = function.addOpsetImport()
            entry.setDomain(domain)
            entry.version = version
        }
        function.appendInput(Text(copying: "a", in: model.arena))
        function.appendOutput(Text(copying: "b", in: model.arena))
        function.appendAttribute(Text(copying: "slope", in: model.arena))
        body(model, function)
        let call = model.node("f", ["x"], domain: "bank")
        return (model.output(), call)
    }

    private static func node(
        _ model: Model, _ function: Onnx.FunctionProto, _ op: String, _ input: String,
        _ output: String, domain: String = ""
    ) -> Onnx.NodeProto {
        let node = function.addNode()
        node.setOpType(op)
        node.setDomain(domain)
        node.appendInput(Text(copying: input, in: model.arena))
        node.appendOutput(Text(copying: output, in: model.arena))
        return node
    }

    @Test func a_function_that_calls_itself_is_refused() {
        let (model, _) = Self.model { _ = Self.node($0, $1, "f", "a", "b", domain: "bank") }
        let error = model.refusal()
        #expect(error.reason == .limit && error.message.contains("nested calls of functions"))
    }

    @Test func a_function_sees_nothing_of_the_graph_around_its_call() {
        let (model, _) = Self.model { _ = Self.node($0, $1, "Abs", "x", "b") }
        #expect(model.refusal().message.contains("(node number 0 of function 'f'): input 'x'"))
    }

    @Test func a_function_must_compute_its_outputs() {
        let (model, _) = Self.model { _ = Self.node($0, $1, "Abs", "a", "c") }
        #expect(model.refusal().message.contains("no node of its function computes 'b'"))
    }

    @Test func attributes_that_a_function_does_not_have_are_refused() {
        let (model, call) = Self.model { _ = Self.node($0, $1, "Abs", "a", "b") }
        let attribute = call.addAttribute()
        attribute.setName("slop")
        attribute.type = .float
        attribute.f = 1
        #expect(model.refusal().message.contains("its function has no attribute 'slop'"))
    }

    @Test func references_to_no_attribute_of_the_function_are_refused() {
        let (model, _) = Self.model { model, function in
            let attribute = Self.node(model, function, "LeakyRelu", "a", "b").addAttribute()
            attribute.setName("alpha")
            attribute.setRefAttrName("alpha")
        }
        #expect(model.refusal().message.contains("attribute 'alpha' refers to 'alpha'"))
    }

    @Test func calls_that_double_again_and_again_end_with_a_limit() {
        // f0 has sixteen nodes, each next one calls the one before it sixteen times.
        let (model, _) = Self.model { model, function in
            var last = "a"
            for index in 0..<16 {
                _ = Self.node(
                    model, function, "f6", last, index == 15 ? "b" : "t\(index)", domain: "bank")
                last = "t\(index)"
            }
        }
        for level in 0..<7 {
            let function = model.model.addFunctions()
            function.setDomain("bank")
            function.setName("f\(level)")
            for (domain, version) in [("", Int64(17)), ("bank", 1)] {
                let entry = function.addOpsetImport()
                entry.setDomain(domain)
                entry.version = version
            }
            function.appendInput(Text(copying: "a", in: model.arena))
            function.appendOutput(Text(copying: "b", in: model.arena))
            var last = "a"
            for index in 0..<16 {
                let next = index == 15 ? "b" : "t\(index)"
                _ = Self.node(
                    model, function, level == 0 ? "Abs" : "f\(level - 1)", last, next,
                    domain: level == 0 ? "" : "bank")
                last = next
            }
        }
        let error = model.refusal()
        #expect(error.reason == .limit && error.message.contains("nodes are the most"))
    }
}
