import VigieLoad
import VigieRPC
import VigieTransport

/// Makes a plan of the settings: reads files, asks the server what models take, encodes requests.
struct PlanBuilder {
    let command: RunCommand
    private let address: SocketAddress
    private let tls: TLSContext?
    private let signatures: SignatureSource

    init(_ command: RunCommand) throws(LoadError) {
        self.command = command
        do throws(SocketAddress.Failure) {
            address = try SocketAddress.parse(command.target.target)
        } catch { throw LoadError("--target: \(error)") }
        tls = try Self.tls(command.target)
        signatures = SignatureSource(
            address: address, tls: tls, authority: command.target.authority)
    }

    private static func tls(_ options: TargetOptions) throws(LoadError) -> TLSContext? {
        guard options.tls || options.tlsCa != nil || options.tlsCert != nil else { return nil }
        let host = options.target.split(separator: ":").dropLast().joined(separator: ":")
        let configuration = TLSConfiguration(
            certificateFile: options.tlsCert, keyFile: options.tlsKey,
            authorityFile: options.tlsCa,
            serverName: options.tlsServerName
                ?? host.filter { $0 != "[" && $0 != "]" })
        do throws(TLSError) { return try TLSContext.client(configuration) } catch {
            throw LoadError("TLS: \(error)")
        }
    }

    /// The whole plan, by the settings' own arrivals.
    func plan() throws(LoadError) -> LoadPlan {
        if let file = command.arrivals.replay { return try replay(file) }
        let entries = try command.requests.entries()
        var targets: [LoadTarget] = []
        for entry in entries { targets.append(try target(entry)) }
        let seconds = command.arrivals.seconds
        let loop: LoadPlan.Loop =
            try command.arrivals.profile().map {
                .open(ArrivalSchedule($0, spacing: command.arrivals.spacing))
            } ?? .closed(seconds: seconds)
        return try configured(
            LoadPlan(
                loop: loop, seconds: seconds, targets: targets,
                order: MixOrder(weights: entries.map(\.weight), seed: command.arrivals.seed),
                address: address))
    }

    private func replay(_ file: String) throws(LoadError) -> LoadPlan {
        let recording = try Recording(
            File.read(file, option: "--replay"), name: file, speed: command.arrivals.speed)
        if recording.withoutValues > 0 {
            Terminal.error(
                "note: \(recording.withoutValues) decisions of \(file) are left out: the log holds no values\n"
            )
        }
        let script = try Script(recording) { (entry) throws(LoadError) in
            try signatures.signature(entry)
        }
        let last = Double(script.offsets.last ?? 0) / 1e9
        let seconds = min(command.arrivals.duration?.seconds ?? last + 0.001, last + 0.001)
        let within = script.offsets.filter { Double($0) / 1e9 < seconds }
        guard seconds <= ArrivalOptions.durationMax else {
            throw LoadError("--replay: \(file) lasts \(seconds) s, over 24 h: give --speed")
        }
        var plan = LoadPlan(
            loop: .open(ArrivalSchedule(recorded: within)), seconds: seconds,
            targets: script.targets, order: MixOrder(weights: [1], seed: 0), address: address)
        plan.script = script.steps
        return try configured(plan)
    }

    private func configured(_ plan: LoadPlan) throws(LoadError) -> LoadPlan {
        var plan = plan
        let options = command.target
        plan.tls = tls
        plan.authority = options.authority
        plan.connections = options.connections
        plan.streams = options.streams
        plan.workers = options.workers
        plan.timeout = options.timeout?.duration
        plan.drain = command.arrivals.drain.duration
        plan.connection.connectTimeout = options.connectTimeout.duration
        plan.connection.http2.streamWindowBytes = Int32(options.streamWindow.bytes)
        plan.requestsPerConnection = options.requestsPerConnection
        plan.requestsPerStream = options.requestsPerStream
        plan.slowConnections = options.slowConnections
        plan.readDelay = options.readDelay.duration
        plan.tolerance = Tolerance(
            absolute: command.requests.tolerance, relative: command.requests.relativeTolerance)
        plan.checksConsistency = command.requests.consistency
        plan.samplesMax = command.requests.showWrong
        plan.metadata = try metadata(options.metadata)
        return plan
    }

    /// HTTP's own and the call's, which a server answers a second one of with a reset.
    private static let reserved: Set = [
        "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection",
        "te", "transfer-encoding", "upgrade",
    ]

    private func metadata(_ texts: [String]) throws(LoadError) -> Metadata {
        var metadata = Metadata()
        for text in texts {
            guard let colon = text.firstIndex(of: ":") else {
                throw LoadError("--metadata '\(text)': expected KEY:VALUE")
            }
            let key = String(text[..<colon]).lowercased()
            let value = String(text[text.index(after: colon)...].drop { $0 == " " })
            guard Metadata.isValidKey(key), !Self.reserved.contains(key) else {
                throw LoadError("--metadata '\(text)': '\(key)' is no key that gRPC allows")
            }
            guard key.hasSuffix("-bin") else {
                guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), value.last != " "
                else {
                    throw LoadError(
                        "--metadata '\(text)': the value must be printable ASCII without a space at "
                            + "its end; a -bin key takes any bytes")
                }
                metadata.add(key, value)
                continue
            }
            guard let bytes = Base64.decode(Array(value.utf8)) else {
                throw LoadError("--metadata '\(text)': the value of a -bin key is base 64")
            }
            metadata.add(key, bytes: bytes)
        }
        return metadata
    }

    // MARK: Requests

    private func target(_ entry: MixEntry) throws(LoadError) -> LoadTarget {
        let options = command.requests
        let seed = command.arrivals.seed
        guard entry.method.needsModel else {
            return LoadTarget(
                entry,
                requests: RequestEncoder.pings(
                    min(options.rowCount, max(1, (64 << 20) / max(options.payload.bytes, 1))),
                    payloadBytes: options.payload.bytes, seed: seed))
        }
        let signature = try signatures.signature(entry)
        let rows = try self.rows(entry, signature)
        let encoder = RequestEncoder(entry, signature)
        var requests: [PreparedRequest] = []
        if entry.method == .score {
            for (index, row) in rows.enumerated() {
                requests.append(try encoder.score(row, index: index))
            }
        } else {
            let batch = options.batch
            for start in stride(from: 0, to: rows.count, by: batch) {
                // The last batch is filled up from the beginning, so that all have one size.
                let some = (start..<start + batch).map { rows[$0 % rows.count] }
                requests.append(try encoder.infer(some, index: start))
            }
        }
        return LoadTarget(entry, requests: requests, signature: signature)
    }

    private func rows(
        _ entry: MixEntry, _ signature: ModelSignature
    ) throws(LoadError) -> [Row] {
        let options = command.requests
        let prefix = entry.model + "="
        let named = options.rows.last { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        if let file = named.map(String.init) ?? options.rows.last(where: { !$0.contains("=") }) {
            return try RowFile.read(File.read(file, option: "--rows"), name: file)
        }
        let seed = command.arrivals.seed
        return entry.method == .score
            ? try SyntheticRows.applications(signature, count: options.rowCount, seed: seed)
            : try SyntheticRows.tensors(
                signature, count: options.rowCount, range: options.range(), seed: seed)
    }
}
