import ControlWire
import Daemon
import Testing
import VoiceRelay
import VoiceTestSupport
import VoiceWire

@testable import ControlServer

/// What a voice socket hears when its control connection ends: from the daemon, over UDP.
@Suite(.timeLimit(.minutes(1))) struct VoiceGoodbyeTests {
    @Test func stoppingServerSaysSo() async throws {
        try await withVoice { socket, _, server in
            await server.stop()
            let reason = try socket.goodbye()
            #expect(reason == .serverStopping)
        }
    }

    @Test func whoIsRemovedForOffencesIsToldSo() async throws {
        try await withVoice { socket, connection, _ in
            for _ in 0..<10 { try await connection.send("not JSON") }
            let reason = try socket.goodbye()
            #expect(reason == .removed)
        }
    }

    private func withVoice(
        _ body: (VoiceSocketClient, TestConnection, RunningDaemon) async throws -> Void
    ) async throws {
        let allowUnsealed = { (configuration: inout DaemonConfiguration) in configuration.voice.allowsUnsealed = true }
        try await withServer(allowUnsealed) { server in
            try await TestConnection.open(port: server.controlPort) { connection in
                try await connection.register("ann")
                try await connection.send(#"{"message_type":{"Join":{"room_id":1}}}"#)
                try await connection.send(#"{"message_type":{"VoiceConnect":{"room_id":1,"user_id":1}}}"#)
                let answer = try await connection.message {
                    if case .voiceConnectionEstablished = $0 { true } else { false }
                }
                guard case .voiceConnectionEstablished(let grant) = answer else {
                    Issue.record("no voice")
                    return
                }
                try await body(VoiceSocketClient(grant), connection, server)
            }
        }
    }
}
