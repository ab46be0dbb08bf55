import Foundation
import Testing

@testable import DatagramTunnel

@Suite(.timeLimit(.minutes(1))) struct TunnelSocketTests {
    private func open(
        _ make: (@escaping TunnelSocket.Receiver) async throws -> TunnelSocket
    ) async throws -> (TunnelSocket, AsyncStream<String>.Iterator) {
        let (stream, feed) = AsyncStream.makeStream(of: String.self)
        let socket = try await make { feed.yield($0) }
        return (socket, stream.makeAsyncIterator())
    }

    @Test func datagramsGoBothWaysUnchanged() async throws {
        var (listener, heard) = try await open { try await TunnelSocket.listening(receive: $0) }
        let port = listener.port
        var (caller, answered) = try await open {
            try await TunnelSocket.connecting(toHost: "127.0.0.1", port: port, receive: $0)
        }
        let question = Data((0..<1_372).map { UInt8(truncatingIfNeeded: $0) }).base64EncodedString()
        #expect(caller.send(base64: question))
        #expect(await heard.next(isolation: #isolation) == question)
        #expect(listener.send(base64: "Bw=="))
        #expect(await answered.next(isolation: #isolation) == "Bw==")
        caller.close()
        listener.close()
    }

    /// An engine that takes another socket is followed.
    @Test func theLatestSenderIsThePeer() async throws {
        var (listener, heard) = try await open { try await TunnelSocket.listening(receive: $0) }
        let port = listener.port
        for text in ["AQ==", "Ag=="] {
            var (caller, answered) = try await open {
                try await TunnelSocket.connecting(toHost: "127.0.0.1", port: port, receive: $0)
            }
            #expect(caller.send(base64: text))
            #expect(await heard.next(isolation: #isolation) == text)
            #expect(listener.send(base64: text))
            #expect(await answered.next(isolation: #isolation) == text)
            caller.close()
        }
        listener.close()
    }

    @Test func withoutAPeerNothingIsSent() async throws {
        let (listener, _) = try await open { try await TunnelSocket.listening(receive: $0) }
        #expect(listener.send(base64: "AQ=="))
        listener.close()
        #expect(listener.send(base64: "AQ=="))
    }

    @Test(arguments: ["A", "AQ=", "A===", "Bw==Bw==", "-_8=", " Bw==", "Bw==\n", "ä"])
    func whatIsNotBase64IsRefused(_ text: String) async throws {
        let (listener, _) = try await open { try await TunnelSocket.listening(receive: $0) }
        #expect(!listener.send(base64: text))
        listener.close()
    }
}
