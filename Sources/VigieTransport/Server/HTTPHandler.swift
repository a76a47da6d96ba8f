/// What a server does with requests: one handler a loop, used on that loop's thread only.
open class HTTPHandler {
    /// A handler that refuses everything.
    public init() {}

    /// An object for a new request; nil refuses the request in a way that is safe to retry.
    open func makeStream() -> HTTPStream? { nil }
    /// The stream has ended; it may be given out again.
    open func recycle(_ stream: HTTPStream) {}
    /// A connection ended. `reason` is for logs and counters.
    package func connectionClosed(_ reason: CloseReason) {}
}
