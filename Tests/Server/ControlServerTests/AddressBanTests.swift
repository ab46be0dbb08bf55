import ControlWire
import Daemon
import Identifiers
import Permissions
import Rooms
import Testing

@testable import ControlServer

/// Who comes from a banned address hears nothing; who is there already hears why.
@Suite(.timeLimit(.minutes(1))) struct AddressBanTests {
    /// Logs in the owner, with the token that the server printed, from 127.0.0.1.
    private func own(_ connection: TestConnection, _ server: RunningDaemon) async throws {
        try await connection.register("owner")
        let token = try #require(server.ownershipToken)
        try await connection.send(#"{"message_type":{"ClaimOwnership":{"token":"\#(token)"}}}"#)
        let answer = try await connection.message { if case .roleChanged = $0 { true } else { false } }
        guard case .roleChanged(_, "owner", .owner) = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
    }

    @Test func aBannedAddressIsLetInNoLongerAndHeardNoWord() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { owner in
                try await own(owner, server)
                try await TestConnection.open(port: server.controlPort, from: "127.0.0.9") { far in
                    try await far.register("far")
                    try await TestConnection.open(port: server.controlPort, from: "127.0.0.10") { silent in
                        // Sends nothing: known to the listener only.
                        try await silent.send(#"{"message_type":"Ping"}"#)
                        _ = try await silent.message()
                        try await owner.send(
                            #"{"message_type":{"Ban":{"address":"127.0.0.9-127.0.0.10","reason":"flood"}}}"#)
                        let ban = try await owner.message { if case .banCreated = $0 { true } else { false } }
                        #expect(ban != nil)
                        let word = try await far.message { if case .serverResponse = $0 { true } else { false } }
                        #expect(
                            word
                                == .serverResponse(
                                    success: false, content: "You are banned for good: flood", code: .banned))
                        #expect(
                            try await silent.message()
                                == .serverResponse(
                                    success: false, content: "Your address is banned from this server", code: .banned))
                        #expect(try await silent.line() == nil)
                    }
                }
                try await TestConnection.open(port: server.controlPort, from: "127.0.0.9") { again in
                    #expect(await again.lineOrClosed() == nil)
                }
                #expect(server.counters[.addressBanned] == 1)
                try await TestConnection.open(port: server.controlPort, from: "127.0.0.11") { neighbour in
                    try await neighbour.register("neighbour")
                }
                #expect(server.counters[.addressBanned] == 1)
            }
        }
    }

    @Test func whoIsEndedElsewhereIsDisconnected() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { first in
                try await first.register("ann")
                try await TestConnection.open(port: server.controlPort) { second in
                    try await second.send(#"{"message_type":{"Login":{"username":"ann","password":"password"}}}"#)
                    _ = try await second.message { if case .userListUpdate = $0 { true } else { false } }
                    try await second.send(#"{"message_type":{"LogOut":{"everywhere":true}}}"#)
                    let bye = try await second.message { if case .serverResponse = $0 { true } else { false } }
                    #expect(bye == .serverResponse(success: true, content: "Logged out everywhere"))
                    #expect(try await second.line() == nil)
                }
                let word = try await first.message { if case .serverResponse = $0 { true } else { false } }
                #expect(
                    word == .serverResponse(success: false, content: "You logged out elsewhere", code: .sessionEnded))
                #expect(try await first.line() == nil)
            }
        }
    }
}
