import ChatStore
public import ControlWire
import Foundation
public import Identifiers
import Permissions
public import Recordings

/// What those may do who run the server: one code for the control connection and for HTTP. Any task.
public struct Administration: Sendable {
    let directory: RoomDirectory
    /// Nil where settings cannot be looked at.
    let settings: (any ServerSettings)?
    /// Nil where nothing is copied or checked while the server runs.
    let maintenance: Maintenance?
    /// Nil where nothing is recorded.
    let recordings: RecordingArchive?

    public init(
        _ directory: RoomDirectory, settings: (any ServerSettings)? = nil, maintenance: Maintenance? = nil,
        recordings: RecordingArchive? = nil
    ) {
        self.directory = directory
        self.settings = settings
        self.maintenance = maintenance
        self.recordings = recordings
    }

    /// Who acts when nobody is logged in: the server itself, with an owner's rights. Its entries in the audit log have actor 0.
    public static func serverItself(_ counters: ControlCounters) -> Member {
        Member(
            connection: ConnectionID(rawValue: 0), user: .server, name: "System", role: .owner,
            outbox: Outbox(counters: counters))
    }

    /// Everybody in voice, by voice id.
    /// - Parameter room: nil for all rooms.
    public func voiceSessions(
        in room: RoomID? = nil, after voice: UInt16? = nil, by actor: Member
    ) async throws(RoomRefusal) -> [VoiceSessionRecord] {
        try check(actor, "see who is in voice")
        if let room, await directory.room(room) == nil { throw .roomUnknown }
        let rows = await directory.voiceSessions(in: room)
        return rows.filter { $0.voiceID > voice ?? 0 }
    }

    /// Devices that stay logged in, by number.
    /// - Parameter limit: 1…``RoomsLimits/pageRowsMax``; nil for ``RoomsLimits/pageRowsDefault``.
    public func sessions(
        after id: UInt64?, limit: Int?, by actor: Member
    ) async throws(RoomRefusal) -> (rows: [DeviceSession], next: UInt64?) {
        try check(actor, "see everybody's sessions")
        let limit = try Self.checked(limit: limit)
        do {
            return try await directory.deviceSessions(after: id, limit: limit)
        } catch {
            throw RoomRefusal.store(error)
        }
    }

    /// Logs a device out, and closes its connections.
    public func revokeSession(_ id: UInt64, by actor: Member) async throws(RoomRefusal) {
        try check(actor, "log others out")
        try await directory.revokeSession(id, by: actor)
    }

    /// All settings, in the order of the configuration file.
    public func limits(by actor: Member) throws(RoomRefusal) -> [LimitRecord] {
        try check(actor, "see the server's settings")
        return settings?.records ?? []
    }

    /// Changes a setting while the server runs, until its next reload or start.
    public func setLimit(
        _ key: String, to value: String, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> LimitRecord {
        try check(actor, "change the server's settings")
        guard let settings else { throw .notPermitted("Settings cannot be changed here") }
        let record: LimitRecord
        do {
            record = try await settings.set(key, to: value)
        } catch {
            throw error.isUnknownKey ? RoomRefusal.unknownSetting(key) : RoomRefusal.invalid(error.description)
        }
        do {
            try await directory.store.recordAudit(
                AuditEntry(.settingChange, by: actor.user, detail: "\(key): \(record.value)"), at: now)
        } catch {
            throw RoomRefusal.store(error)
        }
        return record
    }

    func check(_ actor: Member, _ verb: String) throws(RoomRefusal) {
        guard actor.role >= .admin else {
            throw .notPermitted("Only admins and the owner \(verb)")
        }
    }
}

/// The server's settings as administrators see and change them.
public protocol ServerSettings: Sendable {
    /// All, in the order of the configuration file; never a secret.
    var records: [LimitRecord] { get }
    /// Takes a new value into force and returns the setting as it is then.
    func set(_ key: String, to value: String) async throws(SettingRefusal) -> LimitRecord
}

/// Why a setting was not changed: what was found and what is allowed.
public struct SettingRefusal: Error, Equatable, CustomStringConvertible, Sendable {
    public let description: String
    let isUnknownKey: Bool

    public init(_ description: String, isUnknownKey: Bool = false) {
        self.description = description
        self.isUnknownKey = isUnknownKey
    }
}

extension RoomRefusal {
    static func unknownSetting(_ key: String) -> RoomRefusal {
        .notFound(.valueRefused, "There is no setting “\(key)”")
    }
}
