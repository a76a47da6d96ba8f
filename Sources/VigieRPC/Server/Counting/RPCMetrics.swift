import VigieTelemetry

/// What the servers of all loops report: gRPC's own metrics by the names of gRFC A66, and the limits
/// of this server.
package struct RPCMetrics: MetricSource {
    private let loops: [RPCCounters]
    private let maxConcurrentCalls: Int

    /// - Parameters:
    ///   - loops: of the handlers, in the order of their loops.
    ///   - limits: those of all handlers.
    package init(_ loops: [RPCCounters], limits: RPCLimits) {
        self.loops = loops
        maxConcurrentCalls = limits.maxConcurrentCalls
    }

    package func metricFamilies() -> [MetricFamily] {
        var started: [Metric] = []
        var durations: [Metric] = []
        var sent: [Metric] = []
        var received: [Metric] = []
        for (name, counters) in methods() {
            let method = MetricLabel("grpc_method", name)
            started.append(Metric(counters.reduce(0) { $0 &+ $1.started.current }, [method]))
            for status in StatusCode.allCases {
                let outcomes = counters.compactMap { $0.current(status) }
                guard !outcomes.isEmpty else { continue }
                let labels = [method, MetricLabel("grpc_status", status.name)]
                var duration = HistogramSnapshot(outcomes.map(\.duration))
                for outcome in outcomes { outcome.exemplars.add(to: &duration) }
                durations.append(Metric(duration, labels))
                sent.append(
                    Metric(HistogramSnapshot(outcomes.map(\.sent), scale: .size), labels))
                received.append(
                    Metric(HistogramSnapshot(outcomes.map(\.received), scale: .size), labels))
            }
        }
        return [
            MetricFamily(
                .counter, "grpc_server_call_started",
                help: "Calls whose headers have come.", metrics: started),
            MetricFamily(
                .histogram, "grpc_server_call_duration_seconds", unit: "seconds",
                help: "From a call's headers to its status.", metrics: durations),
            MetricFamily(
                .histogram, "grpc_server_call_sent_total_compressed_message_size_bytes",
                unit: "bytes", help: "Response messages of a call, as they went.", metrics: sent),
            MetricFamily(
                .histogram, "grpc_server_call_rcvd_total_compressed_message_size_bytes",
                unit: "bytes", help: "Request messages of a call, as they came.",
                metrics: received),
        ] + states()
    }

    /// By name as A66 has it, without the slash in front; the same method of all loops together.
    private func methods() -> [(name: String, counters: [MethodCounters])] {
        var found: [(name: String, counters: [MethodCounters])] = []
        for (index, loop) in loops.enumerated() {
            for (place, method) in loop.all.enumerated() {
                // Every loop registers the same methods in the same order.
                if index == 0 {
                    found.append((String(method.path.dropFirst()), [method.counters]))
                } else if place < found.count {
                    found[place].counters.append(method.counters)
                }
            }
        }
        found.append(("other", loops.map(\.unknownMethods)))
        return found
    }

    private func states() -> [MetricFamily] {
        func gauge(
            _ name: String, unit: String = "", help: String,
            _ value: (RPCCounters) -> UInt64
        ) -> MetricFamily {
            MetricFamily(
                .gauge, name, unit: unit, help: help,
                metrics: loops.map { Metric(value($0), [MetricLabel("loop", String($0.loop))]) })
        }
        return [
            gauge("vigie_calls_in_flight", help: "Calls that have begun and not ended.") {
                $0.active.current
            },
            gauge("vigie_calls_deferred", help: "Answers that workers are to give.") {
                $0.deferred.current
            },
            gauge(
                "vigie_request_buffer_bytes", unit: "bytes",
                help: "Bytes of requests that are not complete."
            ) { $0.buffered.current },
            gauge(
                "vigie_loop_call_limit",
                help: "Calls that a loop takes on in one round, so as to answer in time."
            ) { $0.callLimit.current },
            MetricFamily(
                .counter, "vigie_calls_shed",
                help: "Calls that were turned away because of the load, by priority.",
                metrics: CallPriority.allCases.map { priority in
                    Metric(
                        loops.reduce(0) { $0 &+ $1.count(priority) },
                        [MetricLabel("priority", priority.label)])
                }),
            MetricFamily(
                .gauge, "vigie_calls_limit", help: "Calls that may be in flight in all.",
                metrics: [Metric(Double(maxConcurrentCalls * loops.count))]),
            MetricFamily(
                .counter, "vigie_calls_refused",
                help: "Calls that a limit or a deadline ended before a handler answered.",
                metrics: RPCCounters.Refusal.allCases.map { reason in
                    Metric(
                        loops.reduce(0) { $0 &+ $1.count(reason) },
                        [MetricLabel("reason", reason.label)])
                }),
        ]
    }
}
