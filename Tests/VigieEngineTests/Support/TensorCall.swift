import Testing
import VigieEngine

/// A request of named tensors to an artifact, and its answer.
struct TensorCall {
    let artifact: Artifact
    let workspace: Workspace

    init(_ artifact: Artifact) {
        self.artifact = artifact
        workspace = artifact.makeWorkspace()
    }

    private func tensor(_ tensors: [Tensor], _ specs: [TensorSpec], _ name: String) throws -> Tensor
    {
        tensors[try #require(specs.firstIndex { $0.name == name })]
    }

    func set(_ name: String, _ shape: [Int], _ values: [Double]) throws {
        let tensor = try tensor(workspace.inputs, artifact.inputs, name)
        tensor.reshape(TensorShape(shape))
        tensor.withElements(of: Double.self) {
            for index in $0.indices { $0[index] = values[index] }
        }
    }

    func set(_ name: String, _ values: [Int64]) throws {
        let tensor = try tensor(workspace.inputs, artifact.inputs, name)
        tensor.reshape(TensorShape([values.count]))
        tensor.withElements(of: Int64.self) {
            for index in $0.indices { $0[index] = values[index] }
        }
    }

    func set(_ name: String, _ values: [String]) throws {
        let tensor = try tensor(workspace.inputs, artifact.inputs, name)
        tensor.reshape(TensorShape([values.count]))
        for value in values { tensor.appendString(value) }
    }

    func set(_ name: String, flags: [Bool]) throws {
        let tensor = try tensor(workspace.inputs, artifact.inputs, name)
        tensor.reshape(TensorShape([flags.count]))
        tensor.withElements(of: UInt8.self) {
            for index in $0.indices { $0[index] = flags[index] ? 1 : 0 }
        }
    }

    func run() throws { try artifact.run(workspace) }

    func output(_ name: String) throws -> [Double] {
        try tensor(workspace.outputs, artifact.outputs, name).withElements(of: Double.self) {
            Array($0)
        }
    }
}
