import ControlWire
import Identifiers
import Testing

@testable import Rooms

@Suite struct EncodedLineTests {
    private func states(_ count: Int) -> [VoiceUserState] {
        (0..<count).map {
            VoiceUserState(
                userID: UserID(rawValue: UInt64($0)), username: String(repeating: "n", count: 128), voiceID: 1)
        }
    }

    @Test(arguments: [0, 1, 100, 250, 5_000])
    func asManyRowsAsFitAreWritten(_ count: Int) throws {
        let rows = states(count)
        let (line, rowCount) = EncodedLine.fitting(rows) { .roomVoiceState(roomID: RoomID(rawValue: 1), users: $0) }
        #expect(line.bytes.count <= ControlLine.bytesMax + 1)
        let decoded = try ControlLine.decode(line.bytes.dropLast())
        #expect(decoded.message == .roomVoiceState(roomID: RoomID(rawValue: 1), users: Array(rows.prefix(rowCount))))
        if rowCount < count {
            let next = try? ControlLine.encode(
                ControlEnvelope(
                    message: .roomVoiceState(roomID: RoomID(rawValue: 1), users: Array(rows.prefix(rowCount + 40)))))
            #expect(next == nil)
        }
    }

    @Test func messageThatCannotBeWrittenIsAnErrorAndNotSilence() throws {
        for requestID in [nil, UInt64(7)] {
            let line = EncodedLine(.setVolume(volume: .nan), answering: requestID)
            let envelope = try ControlLine.decode(line.bytes.dropLast())
            #expect(envelope.requestID == requestID)
            guard case .serverResponse(false, _, .internalError, nil) = envelope.message else {
                Issue.record("\(line)")
                continue
            }
        }
    }
}
