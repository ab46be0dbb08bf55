import ControlWire
import Identifiers
import RoomClient
import VoiceClient
import VoiceWire

@testable import TalkInterface

let testServer = "chat.example.org:8080"
let testRoom = RoomSummary(id: RoomID(rawValue: 1), name: "General", description: "", isPasswordProtected: false)

func testGrant() -> VoiceGrant {
    var grant = VoiceGrant(udpPort: 8081, sessionToken: String(repeating: "0a", count: 16))
    grant.voiceID = 1
    grant.voiceRoomID = 9
    grant.cipher = "aes-256-gcm"
    grant.clientKey = String(repeating: "01", count: 32)
    grant.serverKey = String(repeating: "02", count: 32)
    return grant
}

func person(_ name: String, _ number: UInt16, isSpeaking: Bool = false) -> VoiceUserState {
    VoiceUserState(userID: UserID(rawValue: UInt64(number)), username: name, isSpeaking: isSpeaking, voiceID: number)
}

func announcement(_ message: ControlMessage) -> TalkInput {
    .session(.announcement(ControlEnvelope(message: message)))
}

extension TalkModel {
    /// In “General” as user 1 with voice 1, together with these.
    static func online(
        mode: TransmissionMode = .pushToTalk, exitsAtEnd: Bool = false, duration: Duration? = nil,
        with others: [VoiceUserState] = []
    ) -> TalkModel {
        var model = TalkModel(server: testServer, mode: mode, exitsAtEnd: exitsAtEnd, duration: duration)
        _ = model.update(.session(.connected(nil)), now: .zero)
        _ = model.update(.session(.loggedIn(UserID(rawValue: 1))), now: .zero)
        _ = model.update(.session(.joined(testRoom)), now: .zero)
        _ = model.update(.session(.voiceGranted(testGrant(), host: "192.0.2.7", tunnelPort: nil)), now: .zero)
        _ = model.update(
            announcement(.roomVoiceState(roomID: testRoom.id, users: [person("me", 1)] + others)), now: .zero)
        _ = model.update(.engine(.connected), now: .zero)
        return model
    }
}

func talker(_ voice: UInt16, isSpeaking: Bool, delay: Double = 40) -> VoiceStatistics.Talker {
    VoiceStatistics.Talker(
        voice: VoiceID(rawValue: voice), isSpeaking: isSpeaking, level: 30, playoutDelayMilliseconds: delay,
        jitterMilliseconds: 2)
}
