import VigieEngine
import VigieProtos
import VigieRegistry

extension Inference.ModelConfig {
    /// Tells how a version is served, as Triton's `config.pbtxt` would say it. There is no such file:
    /// all of it follows from the artifact and the manifest.
    func describe(_ served: ServedVersion, versions: Int, loops: Int, _ limits: ServiceLimits) {
        let model = served.model
        name = served.name
        setPlatform(model.platform)
        backend = "vigie"
        mutableVersionPolicy().mutableLatest().numVersions = UInt32(versions)
        maxBatchSize = served.hasRows ? Int32(clamping: limits.maxBatchRows) : 0
        for tensor in served.inputs {
            let message = addInput()
            message.name = tensor.name
            message.dataType = tensor.type.configType
            message.optional = tensor.isOptional
            let dims = Self.dims(tensor, served)
            message.setDims(dims.isEmpty ? [1] : dims)
            // A scalar a row: Triton's notation is a dimension of 1 that is reshaped away.
            if dims.isEmpty { message.mutableReshape() }
        }
        for tensor in served.outputs {
            let message = addOutput()
            message.name = tensor.name
            message.dataType = tensor.type.configType
            let dims = Self.dims(tensor, served)
            message.setDims(dims.isEmpty ? [1] : dims)
            if dims.isEmpty { message.mutableReshape() }
        }
        let group = addInstanceGroup()
        group.setName("\(model.name)_0")
        group.kind = .cpu
        group.count = Int32(clamping: loops)
        setDefaultModelFilename(model.manifest.entry)
        for (key, value) in model.properties {
            addParameters(key: key).setStringValue(value)
        }
    }

    /// The extents of a row; all extents for a model that does not count rows.
    private static func dims(_ tensor: ServedTensor, _ served: ServedVersion) -> [Int64] {
        tensor.extents.dropFirst(served.hasRows && tensor.hasRows ? 1 : 0).map(Int64.init)
    }
}
