import VigieProtos
import VigieRPC

/// What Triton has and Vigie has not: shared memory, and settings of logs and traces at run time.
/// Questions about regions, and forgetting them, are answered truthfully (there are none), since
/// clients ask and clear at their start as a matter of routine; everything else is UNIMPLEMENTED.
enum NotHere {
    private typealias Service = Inference.GRPCInferenceService

    static func install(on handler: RPCHandler) {
        handler.unary(Service.SystemSharedMemoryStatus.self) { _, _, _ in }
        handler.unary(Service.CudaSharedMemoryStatus.self) { _, _, _ in }
        handler.unary(Service.SystemSharedMemoryUnregister.self) { _, _, _ in }
        handler.unary(Service.CudaSharedMemoryUnregister.self) { _, _, _ in }
        handler.unary(Service.SystemSharedMemoryRegister.self) { _, _, _ throws(RPCStatus) in
            throw sharedMemory
        }
        handler.unary(Service.CudaSharedMemoryRegister.self) { _, _, _ throws(RPCStatus) in
            throw sharedMemory
        }
        handler.unary(Service.TraceSetting.self) { _, _, _ throws(RPCStatus) in
            throw RPCStatus(
                .unimplemented, "traces are configured where the server is started, not by calls")
        }
        handler.unary(Service.LogSettings.self) { _, _, _ throws(RPCStatus) in
            throw RPCStatus(
                .unimplemented, "logs are configured where the server is started, not by calls")
        }
    }

    private static var sharedMemory: RPCStatus {
        RPCStatus(
            .unimplemented,
            "there is no shared memory here: a client and a pod seldom share a machine; send tensors "
                + "in raw_input_contents")
    }
}
