import ControlWire
import Daemon
import Glibc
import NIOCore
import Testing
import VoiceRelay
import VoiceWire

@testable import ControlServer

/// What a voice socket hears when its control connection ends: from the daemon, over UDP.
@Suite(.timeLimit(.minutes(1))) struct VoiceGoodbyeTests {
    @Test func stoppingServerSaysSo() async throws {
        let socket = try VoiceTestSocket()
        try await withVoice(socket) { _, server in await server.stop() }
        #expect(try socket.goodbye() == .serverStopping)
    }

    @Test func whoIsRemovedForOffencesIsToldSo() async throws {
        let socket = try VoiceTestSocket()
        try await withVoice(socket) { connection, _ in
            for _ in 0..<10 { try await connection.send("not JSON") }
            #expect(try socket.goodbye() == .removed)
        }
    }

    private func withVoice(
        _ socket: VoiceTestSocket, _ body: (TestConnection, RunningDaemon) async throws -> Void
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
                try socket.open(grant)
                try await body(connection, server)
            }
        }
    }
}

/// A voice client that says hello, in the clear, and listens.
private final class VoiceTestSocket {
    private struct Failure: Error { let step: String }

    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(step: "socket") }
        // Only a defect ever waits that long. Seconds and microseconds, as in a `timeval`.
        var patience = [20, 0]
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(2 * MemoryLayout<Int>.size))
    }

    deinit { close(descriptor) }

    /// Returns when the relay has welcomed.
    func open(_ grant: VoiceGrant) throws {
        let relay = try SocketAddress(ipAddress: "127.0.0.1", port: Int(grant.udpPort))
        let status = relay.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard status == 0, let voice = grant.voiceID, let room = grant.voiceRoomID else {
            throw Failure(step: "connect")
        }
        let digits = Array(grant.sessionToken)
        let token = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        var datagram = [UInt8](repeating: 0, count: VoiceHeader.byteCount) + token + [1, 2, 3, 4, 5, 6, 7, 8]
        let header = VoiceHeader(
            type: .hello, voice: VoiceID(rawValue: voice), room: VoiceRoomID(rawValue: room),
            payloadByteCount: UInt16(datagram.count - VoiceHeader.byteCount))
        datagram.withUnsafeMutableBytes { header.write(to: $0) }
        guard send(descriptor, datagram, datagram.count, 0) == datagram.count else { throw Failure(step: "send") }
        guard try receive().header.type == .welcome else { throw Failure(step: "welcome") }
    }

    func goodbye() throws -> GoodbyeReason? {
        let (header, body) = try receive()
        guard header.type == .goodbye, let reason = body.first else { throw Failure(step: "goodbye") }
        return GoodbyeReason(rawValue: reason)
    }

    private func receive() throws -> (header: VoiceHeader, body: [UInt8]) {
        var datagram = [UInt8](repeating: 0, count: 2_048)
        let count = recv(descriptor, &datagram, datagram.count, 0)
        guard count > 0 else { throw Failure(step: "receive") }
        guard case .header(let header) = datagram[..<count].withUnsafeBytes({ VoiceHeader.parse($0) }) else {
            throw Failure(step: "parse")
        }
        return (header, Array(datagram[VoiceHeader.byteCount..<count]))
    }
}
