import Testing
import TransportTestKit

@testable import VigieTransport

@Suite(.timeLimit(.minutes(5)))
struct ClientTLSTests {
    private func withServer(
        asking peer: TLSConfiguration.PeerCertificate = .none,
        _ body: (Certificates, SocketAddress, TestLoop) async throws -> Void
    ) async throws {
        let files = try Certificates()
        try files.authority("bank")
        try files.authority("stranger")
        try files.leaf("server", by: "bank", alternatives: "DNS:localhost,IP:127.0.0.1")
        try files.leaf("client", by: "bank", alternatives: "URI:spiffe://bank/scoring")
        let serverLoop = try TestLoop()
        let clientLoop = try TestLoop()
        let tls = try TLSContext.server(
            TLSConfiguration(
                certificateFile: files.path("server.pem"), keyFile: files.path("server.key"),
                authorityFile: files.path("bank.pem"), peerCertificate: peer))
        let server = try HTTPServer(
            listen: try SocketAddress.parse("127.0.0.1:0"), loops: [serverLoop.loop],
            limits: ServerLimits(), tls: tls, makeHandler: { TestHandler(loop: $0) })
        server.start()
        try await body(files, server.address, clientLoop)
        clientLoop.stop()
        serverLoop.stop()
    }

    private func trusting(_ authority: String, _ name: String, _ files: Certificates) throws
        -> TLSContext
    {
        try TLSContext.client(
            TLSConfiguration(authorityFile: files.path("\(authority).pem"), serverName: name))
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func a_server_with_the_right_name_is_trusted(_ name: String) async throws {
        try await withServer { files, address, loop in
            let client = await Client(address, on: loop, tls: try trusting("bank", name, files))
            #expect(await client.isReady())
            #expect(await client.call("/")?.text == "Hello, world!\n")
            #expect(await client.call("/bytes/3000000")?.body.count == 3_000_000)
            #expect(await client.call("/echo", sending: 1_000_000)?.body.count == 1_000_000)
        }
    }

    @Test(arguments: ["bank.example", "127.0.0.2"])
    func a_server_with_another_name_is_refused(_ name: String) async throws {
        try await withServer { files, address, loop in
            let client = await Client(address, on: loop, tls: try trusting("bank", name, files))
            let reason = await client.closeReason()
            #expect(reason.label == "tls")
            #expect(reason.description.contains("mismatch"))
        }
    }

    @Test func a_server_of_another_authority_is_refused() async throws {
        try await withServer { files, address, loop in
            let client = await Client(
                address, on: loop, tls: try trusting("stranger", "localhost", files))
            let reason = await client.closeReason()
            #expect(reason.label == "tls")
            #expect(reason.description.contains("certificate"))
        }
    }

    @Test func a_client_shows_its_certificate() async throws {
        try await withServer(asking: .required) { files, address, loop in
            let tls = try TLSContext.client(
                TLSConfiguration(
                    certificateFile: files.path("client.pem"), keyFile: files.path("client.key"),
                    authorityFile: files.path("bank.pem"), serverName: "localhost"))
            let client = await Client(address, on: loop, tls: tls)
            #expect(await client.isReady())
            #expect(await client.call("/peer")?.text == "spiffe://bank/scoring\n")
        }
    }

    @Test func a_client_without_a_certificate_is_closed_where_one_is_required() async throws {
        try await withServer(asking: .required) { files, address, loop in
            let client = await Client(
                address, on: loop, tls: try trusting("bank", "localhost", files))
            // TLS 1.3 tells a client after its own handshake is through.
            #expect(await client.closeReason().label == "tls")
        }
    }

    @Test func a_client_must_say_whom_it_expects() throws {
        #expect(throws: TLSError.self) { try TLSContext.client(TLSConfiguration()) }
    }

    @Test func files_that_do_not_fit_are_named() throws {
        let files = try Certificates()
        try files.authority("bank")
        try files.authority("stranger")
        let error = #expect(throws: TLSError.self) {
            try TLSContext.server(
                TLSConfiguration(
                    certificateFile: files.path("bank.pem"), keyFile: files.path("stranger.key")))
        }
        #expect(error?.description.contains("stranger.key") == true)
        let missing = #expect(throws: TLSError.self) {
            try TLSContext.server(
                TLSConfiguration(certificateFile: "/nowhere.pem", keyFile: "/nowhere.key"))
        }
        #expect(missing?.description.contains("/nowhere.pem") == true)
    }
}
