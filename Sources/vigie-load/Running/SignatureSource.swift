import Glibc
import Synchronization
import VigieLoad
import VigieRPC
import VigieTransport

/// Asks the server what models take, before the run.
struct SignatureSource {
    private let address: SocketAddress
    private let options: ChannelOptions

    init(address: SocketAddress, tls: TLSContext?, authority: String?) {
        self.address = address
        var options = ChannelOptions()
        options.tls = tls
        options.authority = authority
        options.connection.connectTimeout = .seconds(10)
        self.options = options
    }

    /// Blocks until the answer is there.
    func signature(_ entry: MixEntry) throws(LoadError) -> ModelSignature {
        let bell: Doorbell
        let client: RPCClient
        do throws(SystemError) {
            bell = try Doorbell()
            client = try RPCClient(to: address, options: options)
        } catch { throw LoadError("the system refuses: \(error)") }
        let box = ResultBox()
        let (model, version) = (entry.model, entry.version)
        Task {
            do throws(LoadError) {
                box.put(
                    .success(
                        try await ModelSignature.ask(client, model: model, version: version)))
            } catch { box.put(.failure(error)) }
            bell.ring()
        }
        while true {
            if let answer = box.take() { return try answer.get() }
            bell.wait(until: .never)
        }
    }

    private final class ResultBox: Sendable {
        private let value = Mutex<Result<ModelSignature, LoadError>?>(nil)
        func put(_ result: Result<ModelSignature, LoadError>) { value.withLock { $0 = result } }
        func take() -> Result<ModelSignature, LoadError>? { value.withLock { $0 } }
    }
}
