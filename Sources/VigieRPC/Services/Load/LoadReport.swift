import VigieProtos

/// How busy a server is, as gRPC's clients are told that share their calls out by it (gRFC A51 and A58:
/// weighted round robin).
package struct LoadReport: Sendable, Equatable {
    /// Processor time over what the process may use, 0 … 1, or above.
    package var cpu = 0.0
    /// Memory over what the process may use, 0 … 1.
    package var memory = 0.0
    /// Use of what bounds the server, 0 … 1; above under overload. Clients prefer it to ``cpu``.
    package var application = 0.0
    /// Answers a second.
    package var callsPerSecond = 0.0
    /// Failed calls a second.
    package var errorsPerSecond = 0.0
    /// Use of other resources by name, 0 … 1.
    package var utilization: [(name: String, value: Double)] = []

    package init() {}

    package static func == (left: LoadReport, right: LoadReport) -> Bool {
        left.cpu == right.cpu && left.memory == right.memory
            && left.application == right.application
            && left.callsPerSecond == right.callsPerSecond
            && left.errorsPerSecond == right.errorsPerSecond
            && left.utilization.elementsEqual(right.utilization, by: ==)
    }

    /// Writes it as `xds.data.orca.v3.OrcaLoadReport`.
    func write(to message: XdsDataOrcaV3.OrcaLoadReport) {
        message.cpuUtilization = cpu
        message.memUtilization = memory
        message.applicationUtilization = application
        message.rpsFractional = callsPerSecond
        message.eps = errorsPerSecond
        for (name, value) in utilization { message.addUtilization(key: name, value: value) }
    }
}

/// Who knows how busy a server is.
package protocol LoadReporter: Sendable {
    /// The load of late. Called on loops, a few times a second: it must not wait for anything.
    func report() -> LoadReport
}
