import ControlWire
import Daemon
import NIOCore
import NIOSSL
import Synchronization
import TestSupport
import Testing

@testable import ControlServer

@Suite(.timeLimit(.minutes(1))) struct TLSSessionTests {
    private func context(_ versions: (TLSVersion, TLSVersion)) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = versions.0
        configuration.maximumTLSVersion = versions.1
        return try NIOSSLContext(configuration: configuration)
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func sameMessagesGoThroughTLSOnTheSamePort(_ version: TLSVersion) async throws {
        let tls = try context((version, version))
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort, tls: tls) { client in
                try await client.register("ann")
                try await client.send(#"{"message_type":{"Join":{"room_id":1,"password":null}},"request_id":1}"#)
                _ = try await client.message { if case .roomMessage = $0 { true } else { false } }
                try await client.send(#"{"message_type":{"VoiceConnect":{"room_id":1,"user_id":1}},"request_id":2}"#)
                guard case .voiceConnectionEstablished(let grant) = try await client.message() else {
                    Issue.record("no voice")
                    return
                }
                #expect(grant.udpPort == server.voicePort)
                #expect(grant.clientKey?.count == 64)
            }
        }
    }

    @Test func olderTLSIsRefused() async throws {
        let tls = try context((.tlsv1, .tlsv11))
        try await withServer { server in
            _ = await #expect(throws: (any Error).self) {
                try await TestConnection.open(port: server.controlPort, tls: tls) { client in
                    try await client.send(#"{"message_type":"Ping"}"#)
                    guard try await client.line() != nil else { throw CancellationError() }
                }
            }
        }
    }

    /// What the server prints is what a client sees.
    @Test func fingerprintIsTheCertificates() async throws {
        let identity = try TemporaryFolder()
        let made = try ServerIdentity.loadOrCreate(directory: identity.path, names: ["voice.example"])
        let again = try ServerIdentity.loadOrCreate(directory: identity.path, names: [])
        #expect(made.fingerprint == again.fingerprint)
        let certificate = try NIOSSLCertificate.fromPEMFile(identity.file("certificate.pem"))
        #expect(ServerIdentity.fingerprint(try #require(certificate.first).toDERBytes()) == made.fingerprint)
        #expect(made.fingerprint.count == 32 * 3 - 1)
    }

    @Test func plaintextPeerOfATLSPortIsNotHurtByItsNeighbours() async throws {
        let tls = try context((.tlsv12, .tlsv13))
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort, tls: tls) { encrypted in
                try await TestConnection.open(port: server.controlPort) { plain in
                    for client in [encrypted, plain] {
                        try await client.send(#"{"message_type":"Ping","request_id":9}"#)
                        #expect(try await client.message() == .pong)
                    }
                }
            }
        }
    }
}
