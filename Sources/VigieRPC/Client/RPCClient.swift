import Synchronization
import VigieProtos
import VigieTransport

/// A client for programs: async, typed, usable from any thread and task.
///
///     let client = try RPCClient(to: .parse("127.0.0.1:8500"))
///     let echo = try await client.unary(VigieV1.Diagnostics.Ping.self) { request in
///         request.setPayload(bytes.span.bytes)
///     } response: { response in
///         Array(response.payload)
///     }
///
/// Messages live in arenas of the client's loop, so closures fill and read them there and hand on
/// values of the program's own. Closures run on the loop: they must not block. Cancelling the task
/// cancels the call.
package final class RPCClient: Sendable {
    package let loop: EventLoop
    private let thread: LoopThread?
    let box: ChannelBox

    /// The channel is touched on its loop only; the box lets other threads name it to that loop.
    final class ChannelBox: @unchecked Sendable {
        let channel: RPCChannel
        init(_ channel: RPCChannel) { self.channel = channel }
    }

    /// A client with a loop and a thread of its own.
    package convenience init(
        to address: SocketAddress, options: ChannelOptions = ChannelOptions()
    ) throws(SystemError) {
        let loop = try EventLoop()
        let thread = try LoopThread(loop: loop, name: "rpc-client")
        self.init(to: address, loop: loop, thread: thread, options: options)
    }

    /// A client on a loop that runs already.
    package convenience init(
        to address: SocketAddress, loop: EventLoop, options: ChannelOptions = ChannelOptions()
    ) {
        self.init(to: address, loop: loop, thread: nil, options: options)
    }

    private init(
        to address: SocketAddress, loop: EventLoop, thread: LoopThread?, options: ChannelOptions
    ) {
        self.loop = loop
        self.thread = thread
        box = ChannelBox(RPCChannel(to: address, loop: loop, options: options))
    }

    // Calls keep their client, so nobody waits for this loop any more.
    deinit {
        close()
        if thread != nil { loop.stop() }
    }

    /// Ends the connection; calls that run, and later ones, fail. Called by itself when the client,
    /// and its streams, have been let go.
    package func close() {
        loop.execute { [box] in box.channel.close() }
    }

    // MARK: Calls

    /// A call with one request and one response.
    /// - Throws: the status that the call ended with, details and trailing metadata included.
    package func unary<Method: RPCMethod, Value: Sendable>(
        _ method: Method.Type, options: CallOptions = CallOptions(),
        request fill: @escaping @Sendable (Method.Request) -> Void,
        response read: @escaping @Sendable (Method.Response) throws(RPCStatus) -> Value
    ) async throws(RPCStatus) -> Value {
        try await reply(method, options: options, request: fill, response: read).value
    }

    /// The same, with the response's metadata.
    package func reply<Method: RPCMethod, Value: Sendable>(
        _ method: Method.Type, options: CallOptions = CallOptions(),
        request fill: @escaping @Sendable (Method.Request) -> Void,
        response read: @escaping @Sendable (Method.Response) throws(RPCStatus) -> Value
    ) async throws(RPCStatus) -> RPCReply<Value> {
        let handle = CancelHandle(loop)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation {
                (continuation: CheckedContinuation<Result<RPCReply<Value>, RPCStatus>, Never>) in
                loop.execute { [box] in
                    let unary = UnaryCall(box.channel, method, options: options)
                    handle.set(unary.call)
                    unary.start(fill) { [unowned unary] outcome in
                        handle.set(nil)
                        continuation.resume(
                            returning: Self.read(outcome, unary.call, read))
                    }
                    handle.cancelIfAsked()
                }
            }
        } onCancel: {
            handle.cancel()
        }
        return try result.get()
    }

    private static func read<Response, Value>(
        _ outcome: Result<Response, RPCStatus>, _ call: ClientCall,
        _ read: (Response) throws(RPCStatus) -> Value
    ) -> Result<RPCReply<Value>, RPCStatus> {
        do throws(RPCStatus) {
            return .success(
                RPCReply(
                    value: try read(try outcome.get()), initialMetadata: call.initialMetadata,
                    trailingMetadata: call.trailingMetadata,
                    wasCompressed: call.messageWasCompressed))
        } catch { return .failure(error) }
    }

    /// Begins a call with a stream on at least one side.
    package func stream<Method: RPCMethod>(
        _ method: Method.Type, options: CallOptions = CallOptions()
    ) -> RPCStream<Method> {
        RPCStream(self, options)
    }
}

/// A response with its metadata.
package struct RPCReply<Value: Sendable>: Sendable {
    package let value: Value
    package let initialMetadata: Metadata
    package let trailingMetadata: Metadata
    /// Whether the response came compressed.
    package let wasCompressed: Bool
}

/// Lets a task's cancellation reach its call, wherever the call is in its making.
final class CancelHandle: @unchecked Sendable {
    private let loop: EventLoop
    // On the loop only.
    private var call: ClientCall?
    private let isAsked = Atomic<Bool>(false)

    init(_ loop: EventLoop) { self.loop = loop }

    func set(_ call: ClientCall?) { self.call = call }

    func cancelIfAsked() {
        if isAsked.load(ordering: .acquiring) { call?.cancel() }
    }

    func cancel() {
        isAsked.store(true, ordering: .releasing)
        loop.execute { self.call?.cancel() }
    }
}
