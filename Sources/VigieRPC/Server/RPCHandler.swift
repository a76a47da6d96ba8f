import VigieTransport

/// The gRPC server of one loop: its methods, its interceptors, and the calls it uses again.
package final class RPCHandler: HTTPHandler, RoundEndTarget {
    let loop: EventLoop
    let limits: RPCLimits
    private(set) var table = MethodTable()
    private(set) var interceptors: [any ServerInterceptor] = []
    private var pool: [ServerCall] = []
    private var watched: [(call: ServerCall, generation: UInt64)] = []

    package init(loop: EventLoop, limits: RPCLimits) {
        self.loop = loop
        self.limits = limits
    }

    /// The paths of all methods, in the order of registration.
    package var paths: [String] { table.methods.map(\.path) }
    /// The full names of all services, each once, in the order of registration.
    package var services: [String] {
        var seen: [String] = []
        for method in table.methods where !seen.contains(method.service) {
            seen.append(method.service)
        }
        return seen
    }

    package func add(_ interceptor: any ServerInterceptor) { interceptors.append(interceptor) }

    func add(_ method: ServerMethod) {
        precondition(
            !table.methods.contains { $0.path == method.path },
            "\(method.path) is registered twice")
        table.insert(method)
    }

    // MARK: Transport

    public override func makeStream() -> HTTPStream? {
        pool.popLast() ?? ServerCall(server: self)
    }

    public override func recycle(_ stream: HTTPStream) {
        // Every stream of this handler came from makeStream.
        let call = unsafeDowncast(stream, to: ServerCall.self)
        call.recycle()
        if pool.count < limits.pooledCalls { pool.append(call) }
    }

    // MARK: Time

    func watch(_ call: ServerCall) {
        if watched.isEmpty { loop.atRoundEnd(self) }
        watched.append((call, call.generation))
    }

    package func roundEnded() {
        for (call, generation) in watched
        where call.isOpen && call.generation == generation && !call.isFinished {
            call.scheduleTimer()
        }
        watched.removeAll(keepingCapacity: true)
    }
}
