import Synchronization
import VigieProtos
import VigieTransport

/// A call with a stream on at least one side, for programs: any thread and task may use it, one task
/// at a time for each direction.
///
///     let call = client.stream(VigieV1.CreditScoring.ScoreApplications.self)
///     try await call.send { $0.setApplicantId("a-1") }
///     try await call.finishSending()
///     while let points = try await call.next({ $0.points }) { … }
///
/// Let go of, it is cancelled.
package final class RPCStream<Method: RPCMethod>: Sendable {
    // Keeps the loop running for as long as somebody may wait for it.
    private let client: RPCClient
    private let core: StreamCore<Method>
    private var loop: EventLoop { client.loop }

    init(_ client: RPCClient, _ options: CallOptions) {
        self.client = client
        let core = StreamCore<Method>()
        self.core = core
        client.loop.execute { [box = client.box] in core.start(box.channel, options) }
    }

    deinit { cancel() }

    /// Sends one request; waits while the server has no room for more.
    /// - Parameter compressed: false sends this one as it is, whatever encoding the options name.
    /// - Throws: the call's status when it has ended.
    package func send(
        compressed: Bool = true, _ fill: @escaping @Sendable (Method.Request) -> Void
    ) async throws(RPCStatus) {
        let ended = await onLoop { core, resume in core.send(compressed, fill, resume) }
        if let ended { throw ended }
    }

    /// No more requests follow.
    package func finishSending() async throws(RPCStatus) {
        let ended = await onLoop { core, resume in core.finishSending(resume) }
        if let ended { throw ended }
    }

    /// The next response, as `read` makes it; nil when the call has ended well.
    /// - Throws: the status that the call ended with otherwise.
    package func next<Value: Sendable>(
        _ read: @escaping @Sendable (Method.Response) -> Value
    ) async throws(RPCStatus) -> Value? {
        let next: Result<Value?, RPCStatus> = await onLoop { core, resume in
            core.next { message in
                switch message {
                case .success(let response): resume(.success(response.map(read)))
                case .failure(let status): resume(.failure(status))
                }
            }
        }
        return try next.get()
    }

    /// The response's first metadata, when they are there.
    package var initialMetadata: Metadata {
        get async { await onLoop { core, resume in resume(core.initialMetadata) } }
    }

    /// The metadata that came with the status, when the call has ended.
    package var trailingMetadata: Metadata {
        get async { await onLoop { core, resume in resume(core.trailingMetadata) } }
    }

    /// Ends the call at once.
    package func cancel() {
        loop.execute { [core] in core.cancel() }
    }

    private func onLoop<Value: Sendable>(
        _ body:
            @escaping @Sendable (StreamCore<Method>, @escaping @Sendable (Value) -> Void) -> Void
    ) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Value, Never>) in
                loop.execute { [core] in body(core) { continuation.resume(returning: $0) } }
            }
        } onCancel: {
            cancel()
        }
    }
}

/// The loop's half of an ``RPCStream``.
final class StreamCore<Method: RPCMethod>: ClientCallDelegate, @unchecked Sendable {
    // Sendable, because closures for the loop name it; used on the loop's thread only.
    private var call: ClientCall!
    private var status: RPCStatus?
    /// Messages that came before anybody asked for them.
    private var queue: [[UInt8]] = []
    private var queuedBytes = 0
    private var reader: ((Result<Method.Response?, RPCStatus>) -> Void)?
    private var writer: (@Sendable (RPCStatus?) -> Void)?
    private let arena = Arena(retainedBytes: 64 * 1024)

    /// Bytes of unread responses over which the server is asked to wait.
    private static var queuedBytesMax: Int { 256 * 1024 }

    func start(_ channel: RPCChannel, _ options: CallOptions) {
        call = ClientCall(
            channel, path: Method.path.description, options: options, delegate: self)
        call.start()
    }

    var initialMetadata: Metadata { call.initialMetadata }
    var trailingMetadata: Metadata { call.trailingMetadata }

    func cancel() { call.cancel() }

    // MARK: Requests

    func send(
        _ compressed: Bool, _ fill: (Method.Request) -> Void,
        _ done: @escaping @Sendable (RPCStatus?) -> Void
    ) {
        if let status { return done(status) }
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let request = Method.Request(in: arena)
        fill(request)
        call.send(request, compressed: compressed)
        if status != nil || call.isWritable { done(status) } else { writer = done }
    }

    func finishSending(_ done: @escaping @Sendable (RPCStatus?) -> Void) {
        call.finishSending()
        // Half a call that has ended well needs no end.
        done(status?.code == .ok ? nil : status)
    }

    func becameWritable(_ call: ClientCall) {
        let writer = writer
        self.writer = nil
        writer?(nil)
    }

    // MARK: Responses

    func next(_ done: @escaping (Result<Method.Response?, RPCStatus>) -> Void) {
        guard queue.isEmpty else {
            let message = queue.removeFirst()
            queuedBytes -= message.count
            deliver(message.span.bytes, done)
            if queuedBytes < Self.queuedBytesMax / 2 { call.resume() }
            return
        }
        if let status { return done(status.code == .ok ? .success(nil) : .failure(status)) }
        reader = done
    }

    func received(_ message: RawSpan, _ call: ClientCall) {
        if let reader {
            self.reader = nil
            return deliver(message, reader)
        }
        queue.append(message.withUnsafeBytes { Array($0) })
        queuedBytes += message.byteCount
        if queuedBytes >= Self.queuedBytesMax { call.pause() }
    }

    private func deliver(
        _ message: RawSpan, _ reader: (Result<Method.Response?, RPCStatus>) -> Void
    ) {
        arena.reset()
        do throws(DecodeError) {
            reader(.success(try Method.Response(decoding: message, in: arena)))
        } catch {
            let failure = RPCStatus(
                .internal, "cannot read \(Method.Response.protoName): \(error)")
            status = status ?? failure
            call.cancel()
            reader(.failure(failure))
        }
    }

    func ended(_ status: RPCStatus, _ call: ClientCall) {
        var status = status
        status.trailers = call.trailingMetadata
        if self.status == nil { self.status = status }
        let final = self.status ?? status
        let (reader, writer) = (reader, writer)
        self.reader = nil
        self.writer = nil
        reader?(final.code == .ok ? .success(nil) : .failure(final))
        writer?(final)
    }
}
