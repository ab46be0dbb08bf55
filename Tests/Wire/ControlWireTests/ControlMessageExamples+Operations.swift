import ControlWire
import Identifiers

extension ControlMessageExamples {
    private static let session: VoiceSessionRecord = {
        var session = VoiceSessionRecord(
            voiceID: 3, roomID: room, roomName: "a", userID: user, username: "ann", transport: .udp,
            cipher: "aes-256-gcm", connectedAt: 5, isSpeaking: true, isMuted: false, isDeafened: false,
            bitsPerSecond: 32_000)
        session.packetLoss = 0.5
        session.latency = 40
        session.jitter = 3
        session.quality = 4.25
        session.talkerLoss = 0.25
        return session
    }()

    private static let device = DeviceSession(
        id: 9, userID: user, username: "ann", device: "laptop", createdAt: 5, lastUsedAt: 6, isOnline: true)

    static let operations: [Example] = [
        (.browseVoice(roomID: nil, after: nil), #"{"BrowseVoice":{}}"#),
        (.browseVoice(roomID: room, after: 3), #"{"BrowseVoice":{"room_id":1,"after":3}}"#),
        (
            .voicePage(sessions: [session], next: 3),
            #"{"VoicePage":{"sessions":[{"voice_id":3,"room_id":1,"room_name":"a","user_id":7,"username":"ann","#
                + #""transport":"udp","cipher":"aes-256-gcm","connected_at":5,"is_speaking":true,"is_muted":false,"#
                + #""is_deafened":false,"bits_per_second":32000,"packet_loss":0.5,"latency":40,"jitter":3,"#
                + #""quality":4.25,"talker_loss":0.25}],"next":3}}"#
        ),
        (.voicePage(sessions: [], next: nil), #"{"VoicePage":{"sessions":[]}}"#),
        (.browseSessions(after: 2, limit: 5), #"{"BrowseSessions":{"after":2,"limit":5}}"#),
        (
            .sessionPage(sessions: [device], next: 9),
            #"{"SessionPage":{"sessions":[{"session_id":9,"user_id":7,"username":"ann","device":"laptop","#
                + #""created_at":5,"last_used_at":6,"is_online":true}],"next":9}}"#
        ),
        (.revokeSession(sessionID: 9), #"{"RevokeSession":{"session_id":9}}"#),
        (.listLimits, #""ListLimits""#),
        (
            .limitList(limits: [LimitRecord(key: "rooms.max", value: "5", allowed: "1…9", isChangeable: true)]),
            #"{"LimitList":{"limits":[{"key":"rooms.max","value":"5","allowed":"1…9","is_changeable":true}]}}"#
        ),
        (.setLimit(key: "rooms.max", value: "6"), #"{"SetLimit":{"key":"rooms.max","value":"6"}}"#),
    ]
}
