import ChatStore
import ControlWire
import Foundation
import Identifiers

// What those see and do who run the server.
extension RoomDirectory {
    /// How many there are, online and in all.
    public struct Census: Sendable, Equatable {
        public var accountsOnline = 0
        public var connections = 0
        public var rooms = 0
    }

    public var census: Census {
        Census(
            accountsOnline: online.count, connections: online.values.reduce(0) { $0 + $1.count }, rooms: allRooms.count)
    }

    /// Of every room with anybody in voice, by number.
    public nonisolated func voiceFigures(at now: ContinuousClock.Instant = .now) async -> [RoomVoiceFigures] {
        var figures: [RoomVoiceFigures] = []
        for room in voice.roomsInVoice { figures.append(await room.voiceFigures(at: now)) }
        return figures.filter { $0.sessionCount > 0 }.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// By voice id.
    nonisolated func voiceSessions(
        in id: RoomID?, at now: ContinuousClock.Instant = .now
    ) async -> [VoiceSessionRecord] {
        var rows: [VoiceSessionRecord] = []
        for room in voice.roomsInVoice where id == nil || room.id == id {
            rows += await room.voiceSessions(at: now)
        }
        return rows.sorted { $0.voiceID < $1.voiceID }
    }

    func deviceSessions(
        after id: UInt64?, limit: Int
    ) async throws(ChatStoreError) -> (rows: [DeviceSession], next: UInt64?) {
        let found = try await store.sessions(after: id ?? 0, limit: limit + 1)
        var inUse: Set<UInt64> = []
        for connections in online.values { inUse.formUnion(connections.values.compactMap(\.session)) }
        let now = Date()
        let rows = found.prefix(limit).map { session, name in
            let isOnline = inUse.contains(session.id)
            let used = isOnline ? now : max(session.lastUsedAt, unsavedSessionUses[session.id] ?? session.lastUsedAt)
            return DeviceSession(
                id: session.id, userID: session.user, username: name, device: session.device,
                createdAt: session.createdAt.storedMilliseconds, lastUsedAt: used.storedMilliseconds,
                isOnline: isOnline)
        }
        return (rows, found.count > limit ? rows.last?.id : nil)
    }

    /// Ends one session, whoever's it is, and the connections that use it.
    func revokeSession(_ id: UInt64, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        let user: UserID?
        do { user = try await store.user(ofSession: id) } catch { throw .store(error) }
        guard let user, let person = try await storedPerson(user) else { throw .unknownSession }
        guard person.role < actor.role || user == actor.user || actor.user == .server else {
            throw .notPermitted("You may not log \(person.name) out, who does not stand below you")
        }
        do {
            guard try await store.revokeSession(id, of: user, by: actor.user, at: now) else {
                throw RoomRefusal.unknownSession
            }
        } catch let error as ChatStoreError {
            throw .store(error)
        } catch {
            throw .unknownSession
        }
        unsavedSessionUses[id] = nil
        let affected = connections(of: user).filter { $0.session == id && $0.connection != actor.connection }
        await end(affected, .sessionEnded, lastWords: .sessionEnded("An administrator logged this device out"))
    }
}

extension RoomRefusal {
    static let unknownSession = RoomRefusal.notFound(.sessionUnknown, "There is no such session")
}
