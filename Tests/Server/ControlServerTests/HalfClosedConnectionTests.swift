import ControlWire
import Daemon
import Testing

/// `printf … | nc` shuts down its writing side at once and still wants its answers.
@Suite(.timeLimit(.minutes(1))) struct HalfClosedConnectionTests {
    @Test func answersComeAfterTheClientHasFinishedWriting() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send(#"{"message_type":{"Register":{"username":"ann","password":"password"}}}"#)
                try await client.send(#"{"message_type":"ListRooms"}"#)
                client.finishWriting()
                guard case .authSuccess = try await client.message(), case .userListUpdate = try await client.message(),
                    case .roomList = try await client.message()
                else {
                    Issue.record("not answered")
                    return
                }
                #expect(try await client.line() == nil)
            }
        }
    }
}
