/// Sees every call of a server: authentication, logs, metrics. One instance a loop.
package protocol ServerInterceptor: AnyObject {
    /// The call's headers are here and its method is known; throwing ends it before any handler.
    func began(_ call: ServerCall) throws(RPCStatus)
    /// The call has ended, for whatever reason. `elapsed` runs from its headers.
    func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration)
}

extension ServerInterceptor {
    package func began(_ call: ServerCall) throws(RPCStatus) {}
    package func ended(_ call: ServerCall, _ status: RPCStatus, elapsed: Duration) {}
}
