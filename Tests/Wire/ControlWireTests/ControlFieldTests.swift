import ControlWire
import Identifiers
import Permissions
import Testing

/// What is wrong with a field is said with its place; what a later version adds does not hurt.
@Suite struct ControlFieldTests {
    private func decode(_ message: String) throws(ControlLine.Failure) -> ControlMessage {
        try ControlLine.decode(Array(#"{"message_type":\#(message)}"#.utf8)).message
    }

    @Test(arguments: [
        (
            #"{"RoomVoiceState":{"room_id":1,"users":[{"user_id":1}]}}"#,
            "field “username” is missing in message_type.RoomVoiceState.users[0]"
        ),
        (
            #"{"VoiceConnect":{"room_id":1,"ciphers":["a",7]}}"#,
            "message_type.VoiceConnect.ciphers[1] has the wrong type"
        ),
        (
            #"{"SearchResults":{"has_more":true,"results":[{"message":{},"snippet":"","marks":[]}]}}"#,
            "field “message_id” is missing in message_type.SearchResults.results[0].message"
        ),
        (#"{"SetRole":{"user_id":1,"role":"king"}}"#, "message_type.SetRole.role has a value that is not allowed"),
        (
            #"{"History":{"room_id":1,"user_id":1}}"#, "message_type.History.user_id has a value that is not allowed"
        ),
        (#"{"History":{}}"#, "field “room_id” is missing in message_type.History"),
        (
            #"{"SetOverride":{"room_id":1,"role":"guest","user_id":1}}"#,
            "message_type.SetOverride.user_id has a value that is not allowed"
        ),
        (#"{"SetOverride":{"room_id":1}}"#, "field “role” is missing in message_type.SetOverride"),
        (#"{"Leave":{"room_id":"1"}}"#, "message_type.Leave.room_id has the wrong type"),
        (#"{"Leave":{"room_id":null}}"#, "message_type.Leave.room_id has the wrong type"),
        (#"{"Leave":[]}"#, "message_type.Leave has the wrong type"),
        ("[]", "message_type has the wrong type"),
    ])
    func placeAndProblemAreNamed(_ message: String, _ reason: String) {
        #expect(throws: ControlLine.Failure.malformed(reason)) { try decode(message) }
    }

    @Test(arguments: [(#""Leave""#, "Leave"), (#"{"Ping":{}}"#, "Ping")])
    func knownNameInTheOtherFormIsUnknown(_ message: String, _ name: String) {
        #expect(throws: ControlLine.Failure.unknownVariant(name)) { try decode(message) }
    }

    @Test func rightsOfALaterVersionArePassedOver() throws {
        #expect(
            try decode(#"{"PermissionsChanged":{"room_id":1,"permissions":["fly","write"]}}"#)
                == .permissionsChanged(roomID: RoomID(rawValue: 1), permissions: PermissionSet(.write)))
    }

    @Test func codesOfALaterVersionArePassedOver() throws {
        #expect(
            try decode(#"{"ServerResponse":{"success":false,"content":"no","code":"OnFire"}}"#)
                == .serverResponse(success: false, content: "no"))
        #expect(try decode(#"{"AuthFailure":{"reason":"no","code":"OnFire"}}"#) == .authFailure(reason: "no"))
    }

    @Test func nullIsAbsent() throws {
        #expect(
            try decode(#"{"History":{"room_id":1,"user_id":null,"before":null}}"#)
                == .history(HistoryRequest(conversation: .room(RoomID(rawValue: 1)))))
    }

    @Test func escapedNamesAreTheSameNames() throws {
        #expect(try decode(#"{"L\u0065ave":{"room\u005fid":1}}"#) == .leave(roomID: RoomID(rawValue: 1)))
    }

    @Test(arguments: [
        #"{"SetMuted":{"is_muted":true,"is_muted":false}}"#, #"{"Typing":{"user_id":1,"\u0075ser_id":2}}"#,
    ])
    func repeatedFieldsAreRefused(_ message: String) {
        #expect(throws: ControlLine.Failure.self) { try decode(message) }
    }

    @Test func grantWithoutANameIsRefused() {
        #expect(throws: ControlLine.Failure.malformed("field “username” is missing in message_type.AuthSuccess")) {
            try decode(#"{"AuthSuccess":{"user_id":1,"message":"","session_token":"ab"}}"#)
        }
    }
}
