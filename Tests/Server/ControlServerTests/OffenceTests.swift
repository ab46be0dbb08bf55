import ControlServer
import ControlWire
import Daemon
import Identifiers
import Rooms
import Testing

/// Real sockets: what happens to connections that do not behave.
@Suite(.timeLimit(.minutes(1))) struct OffenceTests {
    @Test func badLinesAreExplainedAndTheTenthClosesTheConnection() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { client in
                let lines = [
                    ("{", ErrorCode.malformedMessage), (#"{"message_type":"Dance"}"#, .unknownVariant),
                    (#"{"message_type":{"Join":{"room_id":"one"}}}"#, .malformedMessage), ("[]", .malformedMessage),
                    (#"{"message_type":{"Login":{"username":"x"}}}"#, .malformedMessage),
                    (#"{"message_type":"AuthFailure"}"#, .unknownVariant),
                    (String(repeating: "x", count: ControlLine.bytesMax + 1), .lineTooLong),
                    (#"{"message_type":"ListRooms"}"#, .notAuthenticated), ("null", .malformedMessage),
                ]
                for (line, expected) in lines {
                    try await client.send(line)
                    guard case .serverResponse(false, _, let code, nil) = try await client.message() else {
                        Issue.record("\(line.prefix(40)) was not refused")
                        continue
                    }
                    #expect(code == expected, "\(line.prefix(40))")
                }
                try await client.send("tenth")
                _ = try await client.message()
                guard case .serverResponse(false, _, .notPermitted, nil) = try await client.message() else {
                    Issue.record("no farewell")
                    return
                }
                #expect(try await client.line() == nil)
            }
            #expect(server.counters[.offenderClosed] == 1)
            #expect(server.counters[.lineTooLong] == 1)
            #expect(server.counters[.variantUnknown] == 2)
            #expect(server.counters[.messageMalformed] == 6)
        }
    }

    @Test func refusedRequestIsNamedByItsNumber() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { client in
                for line in [
                    #"{"message_type":"Dance","request_id":31}"#, #"{"message_type":{"Join":{}},"request_id":31}"#,
                ] {
                    try await client.send(line)
                    let answer = try #require(try await client.line())
                    #expect(try ControlLine.decode(Array(answer.utf8)).requestID == 31)
                }
            }
        }
    }

    @Test func neitherTLSNorJSONIsToldSo() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send("GET / HTTP/1.1")
                guard case .serverResponse(false, _, .malformedMessage, nil) = try await client.message() else {
                    Issue.record("no answer")
                    return
                }
                #expect(try await client.line() == nil)
            }
            #expect(server.counters[.protocolUnknown] == 1)
        }
    }

    @Test func whoDoesNotLogInIsToldAndClosed() async throws {
        let change = { (configuration: inout DaemonConfiguration) in
            configuration.control.authenticationTimeout = .milliseconds(100)
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send(#"{"message_type":"Ping"}"#)
                #expect(try await client.message() == .pong)
                guard case .serverResponse(false, _, .timedOut, nil) = try await client.message() else {
                    Issue.record("no farewell")
                    return
                }
                #expect(try await client.line() == nil)
            }
            #expect(server.counters[.authenticationTimedOut] == 1)
        }
    }

    @Test func whoConnectsAndSaysNothingIsClosedToo() async throws {
        let change = { (configuration: inout DaemonConfiguration) in
            configuration.control.authenticationTimeout = .milliseconds(100)
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { client in
                while try await client.line() != nil {}
            }
            #expect(server.counters[.authenticationTimedOut] == 1)
        }
    }

    @Test func silentClientOfOursIsAskedAndThenClosed() async throws {
        let change = { (configuration: inout DaemonConfiguration) in
            configuration.control.pingAfter = .milliseconds(50)
            configuration.control.idleTimeout = .milliseconds(100)
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send(#"{"message_type":"Ping"}"#)
                try await client.send(#"{"message_type":{"Register":{"username":"ann","password":"password"}}}"#)
                #expect(try await client.message { $0 == .ping } == .ping)
                guard
                    case .serverResponse(false, _, .timedOut, nil) = try await client.message(where: \.isServerResponse)
                else {
                    Issue.record("no farewell")
                    return
                }
                #expect(try await client.line() == nil)
            }
            #expect(server.counters[.idleTimedOut] == 1)
        }
    }

    @Test func messagesPastTheRateAreRefusedWithATime() async throws {
        let change = { (configuration: inout DaemonConfiguration) in
            configuration.control.messageRate.burst = 3
            configuration.control.messageRate.interval = .milliseconds(10)
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { client in
                for _ in 0..<10 { try await client.send(#"{"message_type":"Ping"}"#) }
                guard
                    case .serverResponse(false, _, .rateLimited, let wait?) = try await client.message(where: {
                        $0 != .pong
                    })
                else {
                    Issue.record("not limited")
                    return
                }
                #expect(wait >= 1 && wait <= 10)
            }
            #expect(server.counters[.messageRateLimited] >= 1)
        }
    }

    @Test func connectionsOfAnAddressAtTheLimitAndOnePast() async throws {
        let change = { (configuration: inout DaemonConfiguration) in configuration.control.connectionsPerAddressMax = 2
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { first in
                try await TestConnection.open(port: server.controlPort) { second in
                    for client in [first, second] {
                        try await client.send(#"{"message_type":"Ping"}"#)
                        #expect(try await client.message() == .pong)
                    }
                    let third = try? await TestConnection.open(port: server.controlPort) { client in
                        try await client.send(#"{"message_type":"Ping"}"#)
                        return try await client.line()
                    }
                    #expect((third ?? nil) == nil)
                }
            }
            #expect(server.counters[.addressLimitHit] == 1)
        }
    }

    /// A member that stops reading is dropped; the room goes on.
    @Test func slowReaderIsClosedAndTheRoomGoesOn() async throws {
        let change = { (configuration: inout DaemonConfiguration) in
            configuration.control.outboxBytesMax = 131_072
            configuration.control.messageRate.interval = .nanoseconds(1)
            configuration.text.messagesPerUser.burst = 1_000_000
            configuration.text.messagesPerAddress.burst = 1_000_000
        }
        try await withServer(change) { server in
            try await TestConnection.open(port: server.controlPort) { slow in
                try await slow.register("slow")
                try await slow.send(#"{"message_type":{"Join":{"room_id":1,"password":null}}}"#)
                _ = try await slow.message { if case .roomJoined = $0 { true } else { false } }
                try await TestConnection.open(port: server.controlPort) { fast in
                    try await fast.register("fast")
                    try await fast.send(#"{"message_type":{"Join":{"room_id":1,"password":null}}}"#)
                    let text = String(repeating: "x", count: 4_000)
                    var sentCount = 0
                    while server.counters[.slowReaderClosed] == 0, sentCount < 20_000 {
                        try await fast.send(
                            #"{"message_type":{"RoomMessage":{"room_id":1,"content":"\#(text)"}},"request_id":\#(sentCount)}"#
                        )
                        _ = try await fast.message {
                            if case .roomMessage(_, "fast", _, _) = $0 { true } else { false }
                        }
                        sentCount += 1
                    }
                    #expect(server.counters[.slowReaderClosed] == 1)
                    let left = try await fast.message {
                        $0
                            == .roomMessage(
                                roomID: .init(rawValue: 1), senderUsername: "System", content: "slow left the room")
                    }
                    #expect(left != nil)
                }
            }
        }
    }

    @Test func serverStillServesAfterThousandsOfBadLinesOverRealSockets() async throws {
        let seed: UInt64 = 0x50C3_E700
        print("socket fuzz seed \(seed)")
        try await withServer { server in
            var fuzzer = LineFuzzer(seed: seed)
            for _ in 0..<200 {
                // The server closes each of these in the middle; what that does to our writes is its business.
                _ = try? await TestConnection.open(port: server.controlPort) { client in
                    for _ in 0..<30 { try await client.send(String(decoding: fuzzer.next().bytes, as: UTF8.self)) }
                    while try await client.line() != nil {}
                }
            }
            #expect(server.counters[.offenderClosed] + server.counters[.protocolUnknown] > 100, "seed \(seed)")
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send(#"{"message_type":"Ping"}"#)
                #expect(try await client.message() == .pong)
            }
        }
    }

    @Test func stoppingTellsEveryConnection() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.register("ann")
                await server.stop()
                guard case .serverResponse(false, _, .serverStopping, nil) = try await client.message() else {
                    Issue.record("not told")
                    return
                }
                #expect(try await client.line() == nil)
            }
        }
    }
}

extension ControlMessage {
    fileprivate var isServerResponse: Bool { if case .serverResponse = self { true } else { false } }
}
