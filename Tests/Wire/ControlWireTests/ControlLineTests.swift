import ControlWire
import Identifiers
import Testing

@Suite struct ControlLineTests {
    private func decode(_ text: String) throws(ControlLine.Failure) -> ControlEnvelope {
        try ControlLine.decode(Array(text.utf8))
    }

    @Test func unknownFieldsAreIgnoredEverywhere() throws {
        let envelope = try decode(
            #"{"sender_id":1,"later":{"a":[1]},"message_type":{"Leave":{"room_id":1,"later":null}},"request_id":2}"#)
        #expect(
            envelope
                == ControlEnvelope(
                    senderID: UserID(rawValue: 1), message: .leave(roomID: RoomID(rawValue: 1)), requestID: 2))
    }

    @Test func whatMayBeAbsentMayBeAbsent() throws {
        #expect(
            try decode(#"{"message_type":{"Join":{"room_id":1}}}"#).message
                == .join(roomID: RoomID(rawValue: 1), password: nil))
        #expect(
            try decode(#"{"message_type":{"CreateRoom":{"name":"a"}}}"#).message
                == .createRoom(roomID: RoomID(rawValue: 0), name: "a", description: "", password: nil))
        #expect(
            try decode(#"{"message_type":{"RoomMessage":{"room_id":1,"content":"a"}}}"#).message
                == .roomMessage(roomID: RoomID(rawValue: 1), senderUsername: "", content: "a"))
    }

    @Test func wholeNumbersMayBeWrittenWithAFraction() throws {
        #expect(
            try decode(#"{"message_type":{"Leave":{"room_id":1.0}}}"#).message == .leave(roomID: RoomID(rawValue: 1)))
    }

    @Test(arguments: [#"{"message_type":"Dance"}"#, #"{"message_type":{"Dance":{"room_id":1}}}"#])
    func unknownVariantIsNamed(_ line: String) {
        #expect(throws: ControlLine.Failure.unknownVariant("Dance")) { try decode(line) }
    }

    @Test(arguments: [
        "", "{", "[]", "null", "7", "\"Ping\"", "{}", #"{"message_type":null}"#, #"{"message_type":{}}"#,
        #"{"message_type":{"Ping":{},"Pong":{}}}"#, #"{"message_type":{"Join":null}}"#,
        #"{"message_type":{"Join":{"room_id":-1}}}"#, #"{"message_type":{"Join":{"room_id":1.5}}}"#,
        #"{"message_type":{"Join":{"room_id":18446744073709551616}}}"#, #"{"message_type":"Ping"} x"#,
        #"{"message_type":{"SetVolume":{"volume":1e999}}}"#, #"{"message_type":"Ping","request_id":"x"}"#,
    ])
    func malformedLinesAreRefusedWithAReason(_ line: String) {
        do {
            Issue.record("read as \(try decode(line))")
        } catch {
            guard case .malformed(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!reason.isEmpty && reason.count < 300)
        }
    }

    @Test func missingFieldIsNamed() {
        #expect(throws: ControlLine.Failure.malformed("field “content” is missing in message_type.RoomMessage")) {
            try decode(#"{"message_type":{"RoomMessage":{"room_id":1}}}"#)
        }
    }

    @Test func lineAtTheLimitIsReadAndOnePastIsNot() throws {
        func line(_ byteCount: Int) -> [UInt8] {
            let start = Array(#"{"message_type":"Ping","padding":""#.utf8)
            return start + [UInt8](repeating: 0x78, count: byteCount - start.count - 2) + Array("\"}".utf8)
        }
        #expect(try ControlLine.decode(line(ControlLine.bytesMax)).message == .ping)
        #expect(throws: ControlLine.Failure.tooLong(byteCount: ControlLine.bytesMax + 1)) {
            try ControlLine.decode(line(ControlLine.bytesMax + 1))
        }
    }

    @Test func messageThatOutgrowsALineIsNotWritten() {
        let text = String(repeating: "x", count: ControlLine.bytesMax)
        #expect(throws: ControlLine.Failure.self) {
            try ControlLine.encode(
                ControlEnvelope(message: .serverResponse(success: true, content: text)))
        }
        #expect(throws: ControlLine.Failure.malformed("cannot be written as JSON")) {
            try ControlLine.encode(ControlEnvelope(message: .setVolume(volume: .infinity)))
        }
    }

    @Test func requestNumberOfARefusedLineIsFound() {
        #expect(ControlLine.requestID(of: Array(#"{"message_type":"Dance","request_id":5}"#.utf8)) == 5)
        #expect(ControlLine.requestID(of: Array(#"{"message_type":"Dance"}"#.utf8)) == nil)
        #expect(ControlLine.requestID(of: Array("{".utf8)) == nil)
    }

    @Test("a voice request does not have to say who asks: the connection's account counts")
    func voiceRequestWithoutUser() throws {
        let connect = try ControlLine.decode(Array(#"{"message_type":{"VoiceConnect":{"room_id":1}}}"#.utf8))
        #expect(connect.message == .voiceConnect(roomID: RoomID(rawValue: 1), userID: .server))
        let disconnect = try ControlLine.decode(Array(#"{"message_type":{"VoiceDisconnect":{"room_id":1}}}"#.utf8))
        #expect(disconnect.message == .voiceDisconnect(roomID: RoomID(rawValue: 1), userID: .server))
    }
}
