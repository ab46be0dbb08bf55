import ControlWire
import Identifiers

/// Each variant, exactly as `Documentation/Protocol.md` shows it.
enum ControlMessageExamples {
    typealias Example = (message: ControlMessage, json: String)

    static let all = rustyRoom + accounts + rooms + moderation + text + recordings + server + operations

    static let user = UserID(rawValue: 7)
    static let room = RoomID(rawValue: 1)
    private static let state = VoiceUserState(
        userID: user, username: "ann", isSpeaking: true, isMuted: false, isDeafened: false, volume: 0.5, voiceID: 3)
    private static let grant: VoiceGrant = {
        var grant = VoiceGrant(udpPort: 8081, sessionToken: "00112233445566778899aabbccddeeff")
        grant.roomID = room
        grant.voiceID = 3
        grant.voiceRoomID = 4
        grant.cipher = "aes-256-gcm"
        grant.clientKey = "ab"
        grant.serverKey = "cd"
        grant.tokenMilliseconds = 10_000
        grant.keepaliveMilliseconds = 5_000
        grant.timeoutMilliseconds = 20_000
        return grant
    }()

    private static let bundledGrant: VoiceGrant = {
        var grant = VoiceGrant(udpPort: 8081, sessionToken: "0011")
        grant.bundleBytesMax = 1_232
        return grant
    }()

    /// With voice, and what RustyRoom's clients know.
    static let rustyRoom: [Example] = [
        (.register(username: "ann", password: "pw"), #"{"Register":{"username":"ann","password":"pw"}}"#),
        (.login(username: "ann", password: "pw"), #"{"Login":{"username":"ann","password":"pw"}}"#),
        (.authSuccess(userID: user, message: "hi"), #"{"AuthSuccess":{"user_id":7,"message":"hi"}}"#),
        (.authFailure(reason: "no"), #"{"AuthFailure":{"reason":"no"}}"#),
        (
            .authFailure(reason: "no", retryAfterMilliseconds: 5),
            #"{"AuthFailure":{"reason":"no","retry_after_ms":5}}"#
        ),
        (.join(roomID: room, password: nil), #"{"Join":{"room_id":1,"password":null}}"#),
        (.join(roomID: room, password: "pw"), #"{"Join":{"room_id":1,"password":"pw"}}"#),
        (.leave(roomID: room), #"{"Leave":{"room_id":1}}"#),
        (
            .createRoom(roomID: room, name: "a", description: "b", password: nil),
            #"{"CreateRoom":{"room_id":1,"name":"a","description":"b","password":null}}"#
        ),
        (
            .roomCreated(roomID: room, name: "a", description: "b"),
            #"{"RoomCreated":{"room_id":1,"name":"a","description":"b"}}"#
        ),
        (
            .roomJoined(roomID: room, name: "a", description: "b"),
            #"{"RoomJoined":{"room_id":1,"name":"a","description":"b"}}"#
        ),
        (.roomNotFound(roomID: room), #"{"RoomNotFound":{"room_id":1}}"#),
        (.listRooms, #""ListRooms""#),
        (
            .roomList(rooms: [RoomSummary(id: room, name: "a", description: "b", isPasswordProtected: true)]),
            #"{"RoomList":{"rooms":[{"id":1,"name":"a","description":"b","is_password_protected":true}]}}"#
        ),
        (
            .roomMessage(roomID: room, senderUsername: "ann", content: "hi"),
            #"{"RoomMessage":{"room_id":1,"sender_username":"ann","content":"hi"}}"#
        ),
        (
            .privateMessage(toUserID: user, senderUsername: "ann", content: "hi"),
            #"{"PrivateMessage":{"to_user_id":7,"sender_username":"ann","content":"hi"}}"#
        ),
        (.serverResponse(success: true, content: "ok"), #"{"ServerResponse":{"success":true,"content":"ok"}}"#),
        (
            .serverResponse(success: false, content: "no", code: .rateLimited, retryAfterMilliseconds: 20),
            #"{"ServerResponse":{"success":false,"content":"no","code":"RateLimited","retry_after_ms":20}}"#
        ),
        (
            .userStatusUpdate(userID: user, username: "ann", isOnline: true),
            #"{"UserStatusUpdate":{"user_id":7,"username":"ann","is_online":true}}"#
        ),
        (
            .userListUpdate(users: [UserStatus(userID: user, username: "ann", isOnline: false, lastSeen: "x")]),
            #"{"UserListUpdate":{"users":[{"user_id":7,"username":"ann","is_online":false,"last_seen":"x"}]}}"#
        ),
        (.requestUserList, #""RequestUserList""#),
        (.voiceConnect(roomID: room, userID: user), #"{"VoiceConnect":{"room_id":1,"user_id":7}}"#),
        (
            .voiceConnect(roomID: room, userID: user, ciphers: ["aes-256-gcm"]),
            #"{"VoiceConnect":{"room_id":1,"user_id":7,"ciphers":["aes-256-gcm"]}}"#
        ),
        (
            .voiceConnect(roomID: room, userID: user, bundleBytesMax: 1_372),
            #"{"VoiceConnect":{"room_id":1,"user_id":7,"bundle_bytes_max":1372}}"#
        ),
        (.voiceDisconnect(roomID: room, userID: user), #"{"VoiceDisconnect":{"room_id":1,"user_id":7}}"#),
        (
            .voiceConnectionEstablished(grant),
            #"{"VoiceConnectionEstablished":{"udp_port":8081,"session_token":"00112233445566778899aabbccddeeff","#
                + #""room_id":1,"voice_id":3,"voice_room_id":4,"cipher":"aes-256-gcm","client_key":"ab","#
                + #""server_key":"cd","token_ms":10000,"keepalive_ms":5000,"timeout_ms":20000}}"#
        ),
        (
            .voiceConnectionEstablished(bundledGrant),
            #"{"VoiceConnectionEstablished":{"udp_port":8081,"session_token":"0011","bundle_bytes_max":1232}}"#
        ),
        (.setMuted(isMuted: true), #"{"SetMuted":{"is_muted":true}}"#),
        (.setDeafened(isDeafened: false), #"{"SetDeafened":{"is_deafened":false}}"#),
        (.setVolume(volume: 1.5), #"{"SetVolume":{"volume":1.5}}"#),
        (.setDelivery(.mixed, bitrate: 16_000), #"{"SetDelivery":{"delivery":"mixed","bitrate":16000}}"#),
        (.setDelivery(nil), #"{"SetDelivery":{}}"#),
        (.setVoiceVolume(voiceID: 3, volume: 0.5), #"{"SetVoiceVolume":{"voice_id":3,"volume":0.5}}"#),
        (
            .roomVoiceState(roomID: room, users: [state]),
            #"{"RoomVoiceState":{"room_id":1,"users":[{"user_id":7,"username":"ann","is_speaking":true,"#
                + #""is_muted":false,"is_deafened":false,"volume":0.5,"voice_id":3}]}}"#
        ),
        (
            .userVoiceUpdate(VoiceUserUpdate(userID: user, isSpeaking: true, isMuted: false)),
            #"{"UserVoiceUpdate":{"user_id":7,"is_speaking":true,"is_muted":false}}"#
        ),
        (
            .userVoiceUpdate(
                VoiceUserUpdate(
                    userID: user, isSpeaking: true, isMuted: false, isDeafened: true, voiceID: 3, roomID: room)),
            #"{"UserVoiceUpdate":{"user_id":7,"is_speaking":true,"is_muted":false,"is_deafened":true,"#
                + #""voice_id":3,"room_id":1}}"#
        ),
        (
            .requestBitrateChange(targetBitrate: 32_000),
            #"{"RequestBitrateChange":{"target_bitrate":32000}}"#
        ),
        (
            .audioQualityReport(packetLoss: 0.25, latency: 20, jitter: 4),
            #"{"AudioQualityReport":{"packet_loss":0.25,"latency":20,"jitter":4}}"#
        ),
        (
            .audioQualityReport(
                packetLoss: 0.25, latency: 20, jitter: 4,
                talkers: [
                    TalkerReception(
                        voiceID: 3, frames: 250, lost: 5, late: 2, bursts: 4, jitter: 6, playoutDelay: 45)
                ]),
            #"{"AudioQualityReport":{"packet_loss":0.25,"latency":20,"jitter":4,"talkers":[{"voice_id":3,"#
                + #""frames":250,"lost":5,"late":2,"bursts":4,"jitter":6,"playout_delay":45}]}}"#
        ),
        (
            .voiceReception(
                VoiceReception(
                    roomID: room, listeners: 4, packetLoss: 0.125, burstRatio: 1.5, jitter: 6, playoutDelay: 45)),
            #"{"VoiceReception":{"room_id":1,"listeners":4,"packet_loss":0.125,"burst_ratio":1.5,"jitter":6,"#
                + #""playout_delay":45}}"#
        ),
        (
            .voiceDatagram(data: "AAH+/w=="),
            #"{"VoiceDatagram":{"data":"AAH+/w=="}}"#
        ),
        (
            .voiceError(code: .notAMember, message: "no"),
            #"{"VoiceError":{"code":"NotAMember","message":"no"}}"#
        ),
        (
            .voiceUserJoined(roomID: room, user: state),
            #"{"VoiceUserJoined":{"room_id":1,"user":{"user_id":7,"username":"ann","is_speaking":true,"#
                + #""is_muted":false,"is_deafened":false,"volume":0.5,"voice_id":3}}}"#
        ),
        (
            .voiceUserLeft(roomID: room, userID: user, voiceID: 3, reason: .timedOut),
            #"{"VoiceUserLeft":{"room_id":1,"user_id":7,"voice_id":3,"reason":"TimedOut"}}"#
        ),
        (.ping, #""Ping""#), (.pong, #""Pong""#),
    ]
}
