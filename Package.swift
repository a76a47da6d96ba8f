// swift-tools-version: 6.1
import PackageDescription

/// Settings of every Swift target: lifetimes for spans, and existentials that are spelt out.
let strict: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// The serving path: checked arithmetic and bounds stay on; dynamic exclusivity checks, which only
/// repeat what the one-thread-per-loop design guarantees, are compiled out in release builds.
let serving: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "vigie",
    products: [
        .executable(name: "vigie", targets: ["vigie"]),
        .executable(name: "vigie-load", targets: ["vigie-load"]),
        .library(name: "VigieRPC", targets: ["VigieRPC", "VigieProtos", "VigieTransport"]),
        .library(name: "VigieEngine", targets: ["VigieEngine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C libraries of the system: module maps only.
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(
            name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // C of our own: Linux calls that Swift's Glibc module lacks, and generated protobuf-c code.
        .target(name: "CVigieSys"),
        .target(name: "CVigieProtos", dependencies: ["CProtobufC"]),
        // The floors of the house; imports go down only.
        .target(
            name: "VigieProtos", dependencies: ["CVigieProtos", "CProtobufC"],
            swiftSettings: serving),
        // A leaf that all may import: counters and histograms, and how a scrape is answered.
        .target(
            name: "VigieTelemetry", dependencies: ["VigieProtos"], exclude: ["METRICS.md"],
            swiftSettings: serving),
        .target(name: "VigieCrypto", dependencies: ["COpenSSL"], swiftSettings: strict),
        // HTTP to what stands around a pod: object stores, trackers, the Kubernetes API.
        .target(name: "VigieHTTP", dependencies: ["CCurl"], swiftSettings: strict),
        .target(
            name: "VigieTransport",
            dependencies: ["VigieTelemetry", "CNghttp2", "COpenSSL", "CVigieSys"],
            swiftSettings: serving),
        .target(
            name: "VigieRPC",
            dependencies: ["VigieTransport", "VigieTelemetry", "VigieProtos", "CZlib"],
            swiftSettings: serving),
        .target(name: "CVigieKernels", cSettings: [.unsafeFlags(["-O3"])]),
        .target(
            name: "VigieEngine", dependencies: ["VigieProtos", "CVigieKernels"],
            exclude: ["Expressions/Language/GRAMMAR.md", "ONNX/OPERATORS.md"],
            swiftSettings: serving),
        .target(
            name: "VigieRegistry",
            dependencies: [
                "VigieEngine", "VigieCrypto", "VigieHTTP", "VigieTelemetry", "CVigieSys",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        // Which version answers whom: the specification, its state, and how one becomes the other.
        .target(
            name: "VigieRollouts",
            dependencies: ["VigieRegistry", "VigieEngine", "VigieTelemetry"],
            exclude: ["ROLLOUTS.md"], swiftSettings: strict),
        // Which version answers: rollouts compiled for the loops, where they come from, and the guard.
        .target(
            name: "VigieRouting",
            dependencies: [
                "VigieRollouts", "VigieRegistry", "VigieEngine", "VigieTelemetry", "VigieTransport",
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: serving),
        // The Kubernetes API: who and where, lists and watches, leases, events; and rollouts from there.
        .target(
            name: "VigieKubernetes",
            dependencies: [
                "VigieHTTP", "VigieRouting", "VigieRollouts", "VigieRegistry", "VigieEngine",
                "VigieTelemetry", "VigieTransport",
            ], swiftSettings: strict),
        // Walks the steps of rollouts: from what pods and Prometheus say to what is written and told.
        .target(
            name: "VigieController",
            dependencies: [
                "VigieKubernetes", "VigieHTTP", "VigieRouting", "VigieRollouts", "VigieRegistry",
                "VigieEngine", "VigieTelemetry", "VigieTransport",
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: strict),
        // One record a decision: chained, and written to files and databases.
        .target(
            name: "VigieDecisions",
            dependencies: [
                "VigieRegistry", "VigieEngine", "VigieCrypto", "VigieTelemetry", "VigieTransport",
                "CPostgreSQL", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: serving),
        .target(
            name: "VigieServices",
            dependencies: [
                "VigieDecisions", "VigieRouting", "VigieRollouts",
                "VigieRPC", "VigieTransport", "VigieRegistry", "VigieEngine", "VigieTelemetry",
                "VigieProtos",
            ],
            swiftSettings: serving),
        // What programs read from people: quantities, settings from files and variables, signals.
        .target(
            name: "VigieCommandLine",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "vigie",
            dependencies: [
                "VigieCommandLine", "VigieController", "VigieKubernetes", "VigieHTTP",
                "VigieRouting", "VigieRollouts",
                "VigieServices", "VigieDecisions", "VigieRegistry", "VigieRPC", "VigieTransport",
                "VigieTelemetry", "VigieEngine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // The load generator: what it does, and its command line.
        .target(
            name: "VigieLoad",
            dependencies: [
                "VigieCommandLine", "VigieRPC", "VigieTransport", "VigieTelemetry", "VigieProtos",
                "VigieEngine", "CVigieSys",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: serving),
        .executableTarget(
            name: "vigie-load",
            dependencies: [
                "VigieCommandLine", "VigieLoad", "VigieTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // gRPC's own interoperability service, for real third-party clients to try.
        .executableTarget(
            name: "vigie-interop",
            dependencies: ["VigieRPC", "VigieTelemetry", "VigieProtos", "VigieTransport"],
            path: "Tests/InteropServer",
            swiftSettings: strict),
        // Models made for tests, and a server of them for third-party clients to try.
        .target(
            name: "TestArtifacts", dependencies: ["VigieRegistry", "VigieServices"],
            path: "Tests/TestArtifacts", swiftSettings: strict),
        .executableTarget(
            name: "vigie-fixtures",
            dependencies: [
                "TestArtifacts", "VigieServices", "VigieRegistry", "VigieRPC", "VigieTransport",
                "VigieEngine",
            ], path: "Tests/FixtureServer",
            swiftSettings: strict),
        // The transport alone, for protocol, limit, TLS and chaos tests written in Python.
        .target(
            name: "TransportTestKit", dependencies: ["VigieTransport"],
            path: "Tests/TransportTestKit", swiftSettings: serving),
        .executableTarget(
            name: "vigie-transport-server", dependencies: ["TransportTestKit", "VigieTransport"],
            path: "Tests/TransportServer", swiftSettings: serving),
        // What a model costs in the engine alone.
        .executableTarget(
            name: "vigie-bench-engine", dependencies: ["VigieEngine"], path: "loadtest/engine",
            swiftSettings: strict),
        // What counting costs a request.
        .executableTarget(
            name: "vigie-bench-telemetry",
            dependencies: ["VigieServices", "VigieRPC", "VigieTelemetry", "VigieTransport"],
            path: "loadtest/telemetry", swiftSettings: strict),
        // What choosing a version costs a request.
        .executableTarget(
            name: "vigie-bench-routing",
            dependencies: ["VigieRouting", "VigieRollouts", "VigieTelemetry"],
            path: "loadtest/routing", swiftSettings: strict),
        // Numbers that a seed determines.
        .target(name: "TestRandom", path: "Tests/TestRandom", swiftSettings: strict),
        .testTarget(
            name: "VigieCommandLineTests",
            dependencies: [
                "VigieCommandLine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "VigieTelemetryTests", dependencies: ["VigieTelemetry", "VigieProtos"]),
        .testTarget(name: "VigieProtosTests", dependencies: ["VigieProtos"]),
        .testTarget(
            name: "VigieTransportTests", dependencies: ["VigieTransport", "TransportTestKit"]),
        .testTarget(
            name: "VigieRPCTests", dependencies: ["VigieRPC", "VigieTelemetry", "TestRandom"]),
        .testTarget(
            name: "VigieEngineTests",
            dependencies: ["VigieEngine", "VigieProtos", "CVigieKernels", "TestRandom"]),
        .testTarget(
            name: "VigieLoadTests",
            dependencies: [
                "VigieLoad", "VigieTransport",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        // HTTP servers that do as a test tells them.
        .target(name: "HTTPTestKit", path: "Tests/HTTPTestKit", swiftSettings: strict),
        .testTarget(name: "VigieHTTPTests", dependencies: ["VigieHTTP", "HTTPTestKit"]),
        .testTarget(
            name: "VigieControllerTests",
            dependencies: [
                "VigieController", "VigieKubernetes", "VigieRollouts", "VigieEngine", "VigieHTTP",
                "VigieTelemetry", "HTTPTestKit",
            ]),
        .testTarget(
            name: "VigieKubernetesTests",
            dependencies: [
                "VigieKubernetes", "VigieRollouts", "VigieRouting", "VigieEngine", "VigieHTTP",
                "HTTPTestKit",
            ]),
        .testTarget(name: "VigieCryptoTests", dependencies: ["VigieCrypto"]),
        .testTarget(
            name: "VigieRegistryTests",
            dependencies: [
                "VigieRegistry", "VigieEngine", "VigieCrypto", "VigieHTTP", "TestRandom",
            ]),
        // Plans of rollouts, as tests of the router and of what serves change them.
        .target(
            name: "RoutingTestKit", dependencies: ["VigieRouting", "VigieRollouts"],
            path: "Tests/RoutingTestKit", swiftSettings: strict),
        .testTarget(
            name: "VigieRoutingTests",
            dependencies: [
                "VigieRouting", "VigieRollouts", "VigieTelemetry", "VigieEngine", "RoutingTestKit",
                "TestRandom",
            ]),
        .testTarget(
            name: "VigieRolloutsTests",
            dependencies: [
                "VigieRollouts", "VigieRegistry", "VigieEngine", "VigieTelemetry", "TestRandom",
            ]),
        .testTarget(
            name: "VigieDecisionsTests",
            dependencies: ["VigieDecisions", "VigieCrypto", "VigieEngine", "VigieRegistry"]),
        .testTarget(
            name: "VigieServicesTests",
            dependencies: ["VigieServices", "RoutingTestKit", "TestArtifacts", "TestRandom"]),
    ],
    swiftLanguageModes: [.v6]
)
