import Identifiers

@testable import VoiceStateCache

/// What stands under a key, as a reader of Redis sees it.
enum StoredValue: Equatable {
    case hash([String: String])
    case set(Set<String>)
}

/// What other programs are promised (`Documentation/VoiceStateCache.md`), written down once more and by hand.
enum StoredKeys {
    static func expected(_ snapshot: VoiceStateSnapshot, server: String) -> [String: StoredValue] {
        let prefix = "roomtone:\(server):voice"
        var keys: [String: StoredValue] = [:]
        for session in snapshot.sessions {
            keys["\(prefix):session:\(session.voice)"] = .hash([
                "user": "\(session.user)", "name": session.userName, "room": "\(session.room)",
                "muted": session.isMuted ? "1" : "0", "deafened": session.isDeafened ? "1" : "0",
                "server_muted": session.isServerMuted ? "1" : "0",
                "server_deafened": session.isServerDeafened ? "1" : "0",
                "priority_speaker": session.isPrioritySpeaker ? "1" : "0", "speaking": session.isSpeaking ? "1" : "0",
                "joined_at": "\(session.joinedAtMilliseconds)",
            ])
        }
        for room in snapshot.rooms {
            keys["\(prefix):room:\(room.room)"] = .hash([
                "name": room.name, "sessions": "\(room.sessionCount)", "speaking": "\(room.speakingCount)",
                "muted": "\(room.mutedCount)", "deafened": "\(room.deafenedCount)",
                "loudest_talkers": room.loudestTalkersMax.map(String.init) ?? "",
            ])
            let voices = snapshot.sessions.filter { $0.room == room.room }.map { "\($0.voice)" }
            keys["\(prefix):room:\(room.room):sessions"] = .set(Set(voices))
        }
        for quality in snapshot.qualities {
            keys["\(prefix):quality:\(quality.voice)"] = .hash([
                "listeners": "\(quality.listeners)", "packet_loss": "\(quality.packetLoss)",
                "burst_ratio": "\(quality.burstRatio)", "jitter_ms": "\(quality.jitterMilliseconds)",
                "playout_delay_ms": "\(quality.playoutDelayMilliseconds)",
                "rating": quality.rating.map { "\($0)" } ?? "", "measured_at": "\(quality.measuredAtMilliseconds)",
            ])
        }
        if !snapshot.sessions.isEmpty {
            keys["\(prefix):sessions"] = .set(Set(snapshot.sessions.map { "\($0.voice)" }))
            keys["\(prefix):rooms"] = .set(Set(snapshot.rooms.map { "\($0.room)" }))
        }
        return keys
    }
}

/// People in voice, by numbers.
enum People {
    static func session(_ voice: UInt16, room: UInt64 = 1, isSpeaking: Bool = false) -> VoiceSessionState {
        var session = VoiceSessionState(
            voice: voice, user: UserID(rawValue: 1_000 + UInt64(voice)), userName: "Ann “\(voice)” Ö",
            room: RoomID(rawValue: room), joinedAtMilliseconds: 1_790_000_000_000 + UInt64(voice))
        session.isSpeaking = isSpeaking
        return session
    }

    static func quality(_ voice: UInt16, rating: UInt16? = 88) -> VoiceQualityState {
        VoiceQualityState(
            voice: voice, listeners: 9, packetLoss: 0.05, burstRatio: 1.5, jitterMilliseconds: 7,
            playoutDelayMilliseconds: 41, rating: rating, measuredAtMilliseconds: 1_790_000_000_500)
    }
}
