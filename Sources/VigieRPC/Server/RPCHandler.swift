import VigieProtos
import VigieTransport

/// The gRPC server of one loop: its methods, its interceptors, and the calls it uses again.
///
/// Adding a service takes three steps. Write it in a .proto file below Protos/:
///
///     service Greeter { rpc Greet(GreetRequest) returns (GreetResponse); }
///
/// run `Protos/generate.sh`, and register a handler by the method's name; it reads and writes typed
/// fields, and throws the status of a call that fails:
///
///     handler.unary(VigieV1.Greeter.Greet.self) { request, response, call throws(RPCStatus) in
///         guard !request.name.isEmpty else {
///             throw .invalidArgument(fieldViolations: [.init("name", "must not be empty")])
///         }
///         response.setGreeting("Hello, \(request.name)")
///     }
///
/// Reflection lists the service from then on.
package final class RPCHandler: HTTPHandler, RoundEndTarget {
    package let loop: EventLoop
    package let limits: RPCLimits
    let table = MethodTable()
    /// Sees every call's beginning and end, for traces and logs; nil hands traces on and no more.
    package var observer: CallObserver? {
        didSet { watching = observer.map { .passUnretained($0) } }
    }
    /// The same for hot paths.
    private(set) var watching: Unmanaged<CallObserver>?
    private(set) var interceptors: [any ServerInterceptor] = []
    private var pool: [ServerCall] = []
    private var watched: [ServerCall] = []
    var admission: LoopAdmission?
    /// Whether the process may use more memory; nil: nobody watches that. Set before the loop runs.
    package var memory: MemoryPressure?
    private let shortOfMemory: [PreparedRefusal]
    private let unread: [PreparedRefusal]
    /// What answers say of the server's load; nil for nothing.
    var loadTrailer: LoadTrailer?

    /// Where inline calls decode and answer, one after the other: memory that stays in the cache.
    let arena = Arena(retainedBytes: RPCHandler.retainedArenaBytes)
    private var arenas: [Arena] = []
    private static let retainedArenaBytes = 64 * 1024
    private static let pooledArenas = 64

    /// What the loop has counted, for metrics.
    package let counters: RPCCounters
    /// Calls whose handlers have begun and whose streams are open.
    package internal(set) var activeCalls = 0 {
        didSet { counters.active.set(UInt64(truncatingIfNeeded: activeCalls)) }
    }
    /// Deferred answers that are being worked on, of cancelled calls too.
    package internal(set) var deferredCalls = 0 {
        didSet { counters.deferred.set(UInt64(truncatingIfNeeded: deferredCalls)) }
    }
    /// Bytes of requests that are not complete.
    package internal(set) var bufferedBytes = 0 {
        didSet { counters.buffered.set(UInt64(truncatingIfNeeded: bufferedBytes)) }
    }

    package init(loop: EventLoop, limits: RPCLimits = RPCLimits()) {
        self.loop = loop
        self.limits = limits
        let counters = RPCCounters(loop: loop.index)
        self.counters = counters
        shortOfMemory = PreparedRefusal.spread(
            .memory, "the server has used the memory that it may use",
            retryAfter: limits.shedRetryAfter)
        unread = PreparedRefusal.spread(
            .unread,
            "over \(limits.maxUnreadBytes) bytes of answers wait to be read on this connection",
            retryAfter: limits.shedRetryAfter)
        admission = limits.adaptiveConcurrency.map {
            LoopAdmission(loop, $0, retryAfter: limits.shedRetryAfter, counters)
        }
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

    /// Lets `interceptor` see all calls, after those added before.
    package func add(_ interceptor: any ServerInterceptor) { interceptors.append(interceptor) }

    func add(_ method: ServerMethod) {
        precondition(
            !table.methods.contains { $0.path == method.path },
            "\(method.path) is registered twice")
        table.insert(method)
        counters.add(method.path, method.counters)
    }

    /// How a call is turned away while there is no memory for more.
    @inline(__always)
    var memoryRefusal: PreparedRefusal? {
        guard let memory, memory.isHigh else { return nil }
        return shortOfMemory[activeCalls % shortOfMemory.count]
    }

    /// How a call is turned away whose connection has `bytes` of answers that are not taken.
    @inline(__always)
    func unreadRefusal(_ bytes: Int) -> PreparedRefusal? {
        guard bytes > limits.maxUnreadBytes else { return nil }
        return unread[activeCalls % unread.count]
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

    // MARK: Memory

    func takeArena() -> Arena {
        arenas.popLast() ?? Arena(retainedBytes: Self.retainedArenaBytes)
    }

    func giveBack(_ arena: Arena) {
        arena.reset()
        if arenas.count < Self.pooledArenas { arenas.append(arena) }
    }

    // MARK: Time

    /// Looks after `call` if it outlives this round of the loop.
    func watch(_ call: ServerCall) {
        guard !call.isWatched else { return }
        call.isWatched = true
        if watched.isEmpty { loop.atRoundEnd(self) }
        watched.append(call)
    }

    package func roundEnded() {
        for call in watched {
            call.isWatched = false
            // The object may serve another call than the one that asked: that one is looked after.
            if call.isOpen { call.outlivedRound() }
        }
        watched.removeAll(keepingCapacity: true)
    }
}
