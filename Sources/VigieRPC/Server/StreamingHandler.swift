import VigieProtos

/// Serves one call that streams. Made when the call begins, used on its loop's thread only, let go
/// when the call ends.
package protocol StreamingHandler: AnyObject {
    associatedtype Request: Message
    associatedtype Response: Message

    /// A message of the caller, valid until this returns. Throwing ends the call with that status.
    func received(_ request: Request) throws(RPCStatus)
    /// The caller has sent its last message; after the only one where the request is no stream. A
    /// handler that has answered all calls ``ServerCall/finish(_:)`` here, or later.
    func requestsEnded() throws(RPCStatus)
    /// The caller reads again, after ``ServerCall/isWritable`` was false.
    func writable()
    /// The call ended otherwise than by the handler's own ``ServerCall/finish(_:)``: the caller has
    /// gone, the deadline has passed, a message could not be read or is too large to send, or the
    /// handler threw. Nothing more can be sent.
    func cancelled()
}

extension StreamingHandler {
    package func writable() {}
    package func cancelled() {}
}
