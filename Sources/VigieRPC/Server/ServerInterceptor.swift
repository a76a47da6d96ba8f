/// Sees every call of a server: authentication, logs, metrics. One instance a loop, used on that
/// loop's thread only.
///
/// For each call either ``refused(_:_:)`` is called, or ``began(_:)``, and ``ended(_:_:elapsed:)`` when
/// that has returned. Interceptors are asked in the order in which they were added, so one that
/// logs goes before one that refuses.
package protocol ServerInterceptor: AnyObject {
    /// The call's headers are here and its method is known; throwing ends it before any handler.
    /// ``ServerCall/metadataValue(_:)`` reads a token, ``ServerCall/principal`` keeps who it was.
    func began(_ call: ServerCall) throws(RPCStatus)
    /// The call has ended, for whatever reason. `elapsed` runs from its headers.
    func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration)
    /// The call was turned away before it began: no such method, malformed, or over a limit.
    func refused(_ call: ServerCall, _ status: RPCStatus)
}

extension ServerInterceptor {
    package func began(_ call: ServerCall) throws(RPCStatus) {}
    package func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {}
    package func refused(_ call: ServerCall, _ status: RPCStatus) {}
}
