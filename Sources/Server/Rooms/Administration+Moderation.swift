import ChatStore
public import ControlWire
import Credentials
import Foundation
public import Identifiers
import Permissions

/// Order in rooms and on the server. What each takes, and whom one can act on: `Documentation/Permissions.md`.
extension Administration {
    /// Mutes or deafens somebody in a room's voice for all, or ends that.
    /// - Returns: whom it was about.
    @discardableResult
    public func restrain(_ restraint: VoiceRestraint, by actor: Member) async throws(RoomRefusal) -> String {
        guard restraint.isMuted != nil || restraint.isDeafened != nil else {
            throw .invalid("Say whether to mute or to deafen")
        }
        _ = try Self.end(after: restraint.durationSeconds)
        var restraint = restraint
        restraint.reason = try Self.checked(reason: restraint.reason)
        let target = try await target(restraint.userID)
        try await room(restraint.roomID).restrain(target, restraint, by: actor)
        return target.name
    }

    /// Puts somebody out of a room; they may come back.
    @discardableResult
    public func kick(
        _ user: UserID, from id: RoomID, reason: String?, by actor: Member
    ) async throws(RoomRefusal) -> String {
        let reason = try Self.checked(reason: reason)
        let target = try await target(user)
        try await room(id).kick(target, reason: reason, by: actor)
        return target.name
    }

    /// Keeps an account out of a room, or an account or addresses off the server.
    public func ban(_ request: BanRequest, by actor: Member) async throws(RoomRefusal) -> BanRecord {
        let reason = try Self.checked(reason: request.reason) ?? ""
        let end = try Self.end(after: request.durationSeconds)
        switch (request.roomID, request.userID, request.address) {
        case (let id?, let user?, nil):
            let target = try await target(user)
            return BanRecord(try await room(id).ban(target, reason: reason, until: end, by: actor))
        case (nil, let user?, nil):
            let target = try await target(user)
            return BanRecord(try await directory.ban(target, reason: reason, until: end, by: actor))
        case (nil, nil, let address?):
            let range: AddressRange
            do { range = try AddressRange(address) } catch { throw .invalid(error.reason) }
            return BanRecord(try await directory.ban(range, reason: reason, until: end, by: actor))
        default:
            throw .invalid("A ban names an account, an account and a room, or an address")
        }
    }

    /// Takes a ban back.
    public func unban(_ number: UInt64, by actor: Member) async throws(RoomRefusal) {
        let ban: Ban?
        do { ban = try await directory.store.ban(id: number) } catch { throw .store(error) }
        guard let ban else { throw .unknownBan }
        guard let id = ban.target.room, let user = ban.target.user else {
            return try await directory.unban(number, by: actor)
        }
        // A ban that the asker may not know of is one that there is not.
        guard let room = await directory.room(id), await room.isVisible(to: actor) else { throw .unknownBan }
        try await room.unban(number, try await target(user), by: actor)
    }

    /// The bans of a room; nil for those of the server.
    public func bans(of id: RoomID?, by actor: Member) async throws(RoomRefusal) -> [BanRecord] {
        let scope: BanScope
        if let id {
            try await room(id).checkMayListBans(actor)
            scope = .room(id)
        } else {
            try await directory.checkMayBan(actor)
            scope = .server
        }
        do { return try await directory.store.bans(scope, at: Date()).map(BanRecord.init) } catch {
            throw .store(error)
        }
    }

    /// Rooms that the actor may know of, by number; `after` continues.
    public func rooms(after id: RoomID?, limit: Int, by actor: Member) async -> [RoomDetails] {
        await directory.visibleDetails(after: id, rowsMax: limit, for: actor)
    }

    /// The audit log, the newest first.
    public func audit(
        before id: UInt64?, limit: Int?, by actor: Member
    ) async throws(RoomRefusal) -> (entries: [AuditRecord], hasMore: Bool) {
        guard actor.role >= .admin else { throw .notPermitted("Only admins and the owner read the audit log") }
        let limit = try Self.checked(limit: limit)
        do {
            let (rows, hasMore) = try await directory.store.audit(before: id, limit: limit)
            return (rows.map(AuditRecord.init), hasMore)
        } catch {
            throw .store(error)
        }
    }

    func room(_ id: RoomID) async throws(RoomRefusal) -> Room {
        guard let room = await directory.room(id) else { throw .roomUnknown }
        return room
    }

    func target(_ user: UserID) async throws(RoomRefusal) -> Person {
        guard let person = try await directory.storedPerson(user) else { throw .unknownUser(user) }
        return person
    }

    /// When something that lasts so long from now ends; nil for good.
    static func end(after seconds: UInt64?, from now: Date = Date()) throws(RoomRefusal) -> Date? {
        guard let seconds else { return nil }
        guard (1...RoomsLimits.durationSecondsMax).contains(seconds) else {
            throw .invalid("A duration must be 1…\(RoomsLimits.durationSecondsMax) seconds")
        }
        return now.addingTimeInterval(TimeInterval(seconds))
    }

    static func checked(reason: String?) throws(RoomRefusal) -> String? {
        guard let reason, !reason.isEmpty else { return nil }
        do { try FreeText.checkReason(reason) } catch { throw .invalid(error.description) }
        return reason
    }

    /// Rows of a page.
    static func checked(
        limit: Int?, default rows: Int = RoomsLimits.pageRowsDefault
    ) throws(RoomRefusal) -> Int {
        let limit = limit ?? rows
        guard (1...RoomsLimits.pageRowsMax).contains(limit) else {
            throw .invalid("limit must be 1…\(RoomsLimits.pageRowsMax)")
        }
        return limit
    }
}
