public import ControlWire
public import Identifiers

// What those ask who run the server: admins and the owner.
extension RoomClient {
    /// Who is in voice and how it reaches them, all pages, by voice id.
    public func voiceSessions(in room: RoomID? = nil) async throws(RoomClientError) -> [VoiceSessionRecord] {
        var rows: [VoiceSessionRecord] = []
        var after: UInt16?
        repeat {
            let page = try await ask(.browseVoice(roomID: room, after: after)) {
                if case .voicePage(let sessions, let next) = $0 { (sessions, next) } else { nil }
            }
            rows += page.0
            after = page.1
        } while after != nil
        return rows
    }

    /// Devices that stay logged in, everybody's, by number.
    public func deviceSessions(
        after id: UInt64? = nil, limit: Int? = nil
    ) async throws(RoomClientError) -> (sessions: [DeviceSession], next: UInt64?) {
        try await ask(.browseSessions(after: id, limit: limit)) {
            if case .sessionPage(let sessions, let next) = $0 { (sessions, next) } else { nil }
        }
    }

    /// Logs a device out, whoever's.
    public func revokeSession(_ id: UInt64) async throws(RoomClientError) {
        _ = try await acknowledged(.revokeSession(sessionID: id))
    }

    public func limits() async throws(RoomClientError) -> [LimitRecord] {
        try await ask(.listLimits) { if case .limitList(let limits) = $0 { limits } else { nil } }
    }

    /// The setting as it is then.
    public func setLimit(_ key: String, to value: String) async throws(RoomClientError) -> LimitRecord {
        try await ask(.setLimit(key: key, value: value)) {
            if case .limitList(let limits) = $0 { limits.first } else { nil }
        }
    }
}
