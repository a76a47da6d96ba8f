import VigieTelemetry

/// What a server's loops and connections report.
package struct TransportMetrics: MetricSource {
    private let server: HTTPServer
    private let limits: ServerLimits
    private let isTLS: Bool

    package init(_ server: HTTPServer, limits: ServerLimits, isTLS: Bool) {
        self.server = server
        self.limits = limits
        self.isTLS = isTLS
    }

    package func metricFamilies() -> [MetricFamily] {
        loops() + connections() + http2() + (isTLS ? tls() : [])
    }

    private func byLoop(_ value: (EventLoop) -> Double) -> [Metric] {
        server.loops.map { Metric(value($0), [MetricLabel("loop", String($0.index))]) }
    }

    private func loops() -> [MetricFamily] {
        let now = MonotonicTime.now().nanoseconds
        return [
            MetricFamily(
                .counter, "vigie_loop_busy_seconds", unit: "seconds",
                help: "Time that a loop worked rather than waited; its rate is the utilisation.",
                metrics: byLoop { Double($0.counters.busyNanoseconds.current) / 1e9 }),
            MetricFamily(
                .gauge, "vigie_loop_utilization_ratio", unit: "ratio",
                help: "Share of the last second that a loop worked.",
                metrics: byLoop { $0.counters.utilization(now: now) }),
            MetricFamily(
                .gauge, "vigie_loop_longest_round_seconds", unit: "seconds",
                help: "Longest time in the last seconds that a loop did not look at its sockets.",
                metrics: byLoop { Double($0.counters.longestRound) / 1e9 }),
            MetricFamily(
                .counter, "vigie_loop_rounds", help: "Times that a loop woke up.",
                metrics: byLoop { Double($0.counters.rounds.current) }),
            MetricFamily(
                .counter, "vigie_loop_events", help: "Socket events that a loop was given.",
                metrics: byLoop { Double($0.counters.events.current) }),
        ]
    }

    private func connections() -> [MetricFamily] {
        let counters = server.counters
        return [
            MetricFamily(
                .gauge, "vigie_connections_open", help: "Connections that are open.",
                metrics: [Metric(Double(counters.open))]),
            MetricFamily(
                .gauge, "vigie_connections_limit", help: "Connections that may be open.",
                metrics: [Metric(Double(limits.maxConnections))]),
            MetricFamily(
                .counter, "vigie_connections_accepted", help: "Connections that were let in.",
                metrics: [Metric(counters.accepted)]),
            MetricFamily(
                .counter, "vigie_connections_refused",
                help: "Connections that were turned away because of the limit.",
                metrics: [Metric(counters.refused)]),
            MetricFamily(
                .counter, "vigie_connections_shed",
                help:
                    "Times that a connection was closed or left waiting for want of a descriptor.",
                metrics: [Metric(counters.shed)]),
            MetricFamily(
                .counter, "vigie_connections_closed", help: "Connections that ended, by reason.",
                metrics: counters.closed.map {
                    Metric($0.count, [MetricLabel("reason", $0.label)])
                }),
        ]
    }

    private func http2() -> [MetricFamily] {
        func counter(
            _ name: String, unit: String = "", help: String,
            _ value: (ConnectionTraffic) -> UInt64
        ) -> MetricFamily {
            MetricFamily(
                .counter, name, unit: unit, help: help,
                metrics: byLoop { Double(value($0.traffic)) })
        }
        return [
            counter(
                "vigie_network_received_bytes", unit: "bytes", help: "Bytes read from sockets."
            ) { $0.receivedBytes.current },
            counter(
                "vigie_network_sent_bytes", unit: "bytes", help: "Bytes written to sockets."
            ) { $0.sentBytes.current },
            counter("vigie_http2_streams", help: "Requests that peers began.") {
                $0.streams.current
            },
            MetricFamily(
                .gauge, "vigie_http2_streams_open", help: "Streams that are open.",
                metrics: byLoop { Double($0.traffic.openStreams.current) }),
            counter("vigie_http2_streams_refused", help: "Requests refused when they came.") {
                $0.refusedStreams.current
            },
            MetricFamily(
                .counter, "vigie_http2_resets", help: "Streams that were reset, by who did it.",
                metrics: byDirection({ $0.resetsReceived.current }, { $0.resetsSent.current })),
            MetricFamily(
                .counter, "vigie_http2_goaways", help: "GOAWAY frames, by who sent them.",
                metrics: byDirection({ $0.goAwaysReceived.current }, { $0.goAwaysSent.current })),
            counter("vigie_http2_pings", help: "PING frames of peers.") { $0.pings.current },
            counter(
                "vigie_http2_cheap_frames",
                help: "SETTINGS, PRIORITY and empty DATA frames of peers, which floods are made of."
            ) { $0.cheapFrames.current },
            counter(
                "vigie_http2_oversized_headers",
                help: "Requests whose header list was far over the limit."
            ) { $0.oversizedHeaders.current },
            MetricFamily(
                .counter, "vigie_http2_stalls",
                help: "Times that a socket took no more, or a stream was held back by its peer.",
                metrics: server.loops.flatMap { loop in
                    [
                        Metric(
                            loop.traffic.socketStalls.current,
                            [
                                MetricLabel("loop", String(loop.index)),
                                MetricLabel("kind", "socket"),
                            ]),
                        Metric(
                            loop.traffic.streamStalls.current,
                            [
                                MetricLabel("loop", String(loop.index)),
                                MetricLabel("kind", "stream"),
                            ]),
                    ]
                }),
        ]
    }

    private func byDirection(
        _ received: (ConnectionTraffic) -> UInt64, _ sent: (ConnectionTraffic) -> UInt64
    ) -> [Metric] {
        server.loops.flatMap { loop in
            let label = MetricLabel("loop", String(loop.index))
            return [
                Metric(received(loop.traffic), [label, MetricLabel("direction", "received")]),
                Metric(sent(loop.traffic), [label, MetricLabel("direction", "sent")]),
            ]
        }
    }

    private func tls() -> [MetricFamily] {
        func sum(_ value: (ConnectionTraffic) -> UInt64) -> UInt64 {
            server.loops.reduce(0) { $0 &+ value($1.traffic) }
        }
        return [
            MetricFamily(
                .counter, "vigie_tls_handshakes", help: "TLS handshakes that succeeded.",
                metrics: ConnectionTraffic.TLSVersion.allCases.flatMap { version in
                    [false, true].map { isResumed in
                        Metric(
                            sum { $0.handshakes(version, isResumed: isResumed) },
                            [
                                MetricLabel("tls_version", version.label),
                                MetricLabel("resumed", isResumed ? "true" : "false"),
                            ])
                    }
                }),
            MetricFamily(
                .counter, "vigie_tls_handshakes_failed", help: "TLS handshakes that failed.",
                metrics: [Metric(sum { $0.failedHandshakes.current })]),
        ]
    }
}
