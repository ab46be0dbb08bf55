import ControlWire
import Daemon
import Foundation
import Testing

/// What RustyRoom's own clients send, byte for byte, and the JSON they expect, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct RustyRoomClientTests {
    @Test func registeringAndListing() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { ann in
                try await ann.send(
                    #"{"sender_id":0,"message_type":{"Register":{"username":"ann","password":"password"}}}"#)
                try await ann.expect(
                    #"{"AuthSuccess":{"user_id":1,"message":"Registration successful! Welcome, ann"}}"#)
                guard case .userListUpdate(let users) = try await ann.message() else {
                    Issue.record("no user list")
                    return
                }
                #expect(users.map(\.username) == ["ann"])
                try await TestConnection.open(port: server.controlPort) { bob in
                    try await bob.register("bob")
                    try await ann.expect(
                        #"{"UserStatusUpdate":{"user_id":2,"username":"bob","is_online":true}}"#)
                }
                try await ann.expect(#"{"UserStatusUpdate":{"user_id":2,"username":"bob","is_online":false}}"#)
                try await ann.send(#"{"sender_id":1,"message_type":"ListRooms"}"#)
                try await ann.expect(
                    #"{"RoomList":{"rooms":[{"id":1,"name":"General","description":"General chat room for everyone","#
                        + #""is_password_protected":false}]}}"#)
            }
        }
    }

    @Test func creatingAndJoining() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { ann in
                try await ann.register("ann")
                try await ann.send(
                    #"{"sender_id":1,"message_type":{"CreateRoom":{"room_id":5,"name":"Five","description":"5th","#
                        + #""password":"pw"}}}"#)
                try await ann.expect(#"{"RoomCreated":{"room_id":5,"name":"Five","description":"5th"}}"#)
                try await ann.send(#"{"sender_id":1,"message_type":{"Join":{"room_id":5,"password":"wrong"}}}"#)
                try await ann.expect(
                    #"{"ServerResponse":{"success":false,"content":"Invalid room password","code":"NotPermitted"}}"#)
                try await ann.send(#"{"sender_id":1,"message_type":{"Join":{"room_id":5,"password":"pw"}}}"#)
                try await ann.expect(#"{"RoomJoined":{"room_id":5,"name":"Five","description":"5th"}}"#)
                try await ann.expect(
                    #"{"RoomMessage":{"room_id":5,"sender_username":"System","content":"ann joined the room"}}"#)
                try await ann.send(#"{"sender_id":1,"message_type":{"Join":{"room_id":99,"password":null}}}"#)
                try await ann.expect(#"{"RoomNotFound":{"room_id":99}}"#)
                try await ann.send(
                    #"{"sender_id":1,"message_type":{"CreateRoom":{"room_id":5,"name":"Again","description":"","#
                        + #""password":null}}}"#)
                guard case .serverResponse(false, _, _, _) = try await ann.message() else {
                    Issue.record("made twice")
                    return
                }
            }
        }
    }

    @Test func chatting() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { ann in
                try await TestConnection.open(port: server.controlPort) { bob in
                    try await ann.register("ann")
                    try await bob.register("bob")
                    _ = try await ann.line()
                    for client in [ann, bob] {
                        try await client.send(#"{"sender_id":0,"message_type":{"Join":{"room_id":1,"password":null}}}"#)
                        _ = try await client.message { if case .roomMessage = $0 { true } else { false } }
                    }
                    _ = try await ann.line()
                    try await chat(ann, bob)
                }
            }
        }
    }

    private func chat(_ ann: TestConnection, _ bob: TestConnection) async throws {
        // The number and the name that a client puts in are not believed.
        try await bob.send(
            #"{"sender_id":1,"message_type":{"RoomMessage":{"room_id":1,"sender_username":"ann","content":"hello"}}}"#)
        for client in [ann, bob] {
            try await client.expect(
                #"{"RoomMessage":{"room_id":1,"sender_username":"bob","content":"hello"}}"#, from: 2)
        }
        try await ann.send(
            #"{"sender_id":1,"message_type":{"PrivateMessage":{"to_user_id":2,"sender_username":"","content":"psst"}}}"#
        )
        try await bob.expect(
            #"{"PrivateMessage":{"to_user_id":2,"sender_username":"ann","content":"psst"}}"#, from: 1)
        try await ann.expect(#"{"ServerResponse":{"success":true,"content":"Sent to bob"}}"#)
        try await bob.send(#"{"sender_id":2,"message_type":{"Leave":{"room_id":1}}}"#)
        try await bob.expect(#"{"ServerResponse":{"success":true,"content":"Left room 1"}}"#)
        try await ann.expect(
            #"{"RoomMessage":{"room_id":1,"sender_username":"System","content":"bob left the room"}}"#)
    }

    @Test func loggingInAfterAnotherConnectionRegistered() async throws {
        try await withServer { server in
            try await TestConnection.open(port: server.controlPort) { try await $0.register("ann") }
            try await TestConnection.open(port: server.controlPort) { client in
                try await client.send(
                    #"{"sender_id":0,"message_type":{"Login":{"username":"ann","password":"wrong"}}}"#)
                try await client.expect(#"{"AuthFailure":{"reason":"Wrong user name or password"}}"#)
                try await client.send(
                    #"{"sender_id":0,"message_type":{"Login":{"username":"ann","password":"password"}}}"#)
                try await client.expect(
                    #"{"AuthSuccess":{"user_id":1,"message":"Login successful! Welcome back, ann"}}"#)
            }
        }
    }
}

extension TestConnection {
    /// The next line has this message with all of these fields and values; fields besides them are ours, and those
    /// clients do not look at them.
    fileprivate func expect(
        _ message: String, from sender: UInt64 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let line = try await line() ?? ""
        let expected = #"{"sender_id":\#(sender),"message_type":\#(message)}"#
        #expect(Self.isContained(try parse(expected), in: try parse(line)), "\(line)", sourceLocation: sourceLocation)
    }

    private func parse(_ json: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(json.utf8)) }

    /// Whether every value of the one is at its place in the other, which may have further fields.
    private static func isContained(_ part: Any, in whole: Any) -> Bool {
        switch (part, whole) {
        case (let part as [String: Any], let whole as [String: Any]):
            return part.allSatisfy { key, value in whole[key].map { isContained(value, in: $0) } ?? false }
        case (let part as [Any], let whole as [Any]):
            return part.count == whole.count && zip(part, whole).allSatisfy { isContained($0, in: $1) }
        default:
            guard let part = part as? NSObject, let whole = whole as? NSObject else { return false }
            return part == whole
        }
    }
}
