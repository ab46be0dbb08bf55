import Rooms
import TestSupport
import Testing
import VoiceRelay

@testable import ControlServer

@Suite(.timeLimit(.minutes(1))) struct BlankLineTests {
    @Test func blankLinesAtTheBurstPassAndOnePastWaits() async throws {
        let directory = try TemporaryFolder()
        let (services, relay) = try await LineFuzzTests.services(directory)
        var configuration = ControlServerConfiguration()
        configuration.messageRate = RateLimit(burst: 3, interval: .seconds(1))
        let state = ConnectionState(
            configuration, address: ClientAddress(numeric: "127.0.0.1"), counters: services.counters)
        let peer = MemberSession.Peer(connection: ConnectionID(rawValue: 1), address: "127.0.0.1", isEncrypted: true)
        let session = MemberSession(services, peer: peer, outbox: state.outbox)
        let connection = ControlConnection(session: session, state: state, counters: services.counters) {}
        await connection.receive(Array("\n \n\r\n".utf8))
        #expect(services.counters[.messageRateLimited] == 0)
        await connection.receive(Array("\n".utf8))
        #expect(services.counters[.messageRateLimited] == 1)
        #expect(services.counters[.lineReceived] == 0)
        await relay.stop()
    }
}
