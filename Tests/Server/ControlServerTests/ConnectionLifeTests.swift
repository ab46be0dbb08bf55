import ControlWire
import Logging
import TestSupport
import Testing
import VoiceRelay

@testable import ControlServer
@testable import Rooms

/// What a connection held goes with it: handler, servant and session all hold its outbox.
@Suite(.timeLimit(.minutes(1))) struct ConnectionLifeTests {
    private struct Watched { weak var outbox: Outbox? }

    @Test(arguments: [true, false])
    func aClosedConnectionIsDeallocated(serverCloses: Bool) async throws {
        let directory = try TemporaryFolder()
        let (services, relay) = try await LineFuzzTests.services(directory)
        var configuration = ControlServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let server = try await ControlServer.bind(
            Live(configuration), identity: try ServerIdentity.loadOrCreate(directory: directory.path, names: []),
            services: services, logger: Logger(label: "test"))
        async let running: Void = server.run()
        let watched = try await TestConnection.open(port: server.port) { client in
            try await client.send(#"{"message_type":{"Register":{"username":"ann","password":"password"}}}"#)
            guard case .authSuccess = try await client.message() else { throw NotRegistered() }
            let outbox = await services.directory.online.values.first?.values.first?.outbox
            #expect(outbox != nil)
            if serverCloses {
                outbox?.close(.idle)
                while try await client.line() != nil {}
            }
            return Watched(outbox: outbox)
        }
        while watched.outbox != nil { await Task.yield() }
        server.shutDown()
        await running
        await relay.stop()
    }

    private struct NotRegistered: Error {}
}
