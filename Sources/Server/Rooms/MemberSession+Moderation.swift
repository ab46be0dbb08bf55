import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions

extension MemberSession {
    func serveModeration(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        do {
            switch message {
            case .restrainVoice(let restraint):
                try await restrain(restraint, member, requestID)
            case .moveUser(let user, let origin, let destination, let reason):
                try await move(user, from: origin, to: destination, reason: reason, member, requestID)
            case .kick(let id, let user, let reason):
                let target = try await target(user)
                try await knownRoom(id).kick(target, reason: try checkedReason(reason), by: member)
                answer(.serverResponse(success: true, content: "\(target.name) was kicked"), requestID)
            case .ban(let request):
                let ban = try await ban(request, member)
                answer(.banCreated(BanRecord(ban)), requestID)
            case .unban(let number):
                try await unban(number, member, requestID)
            case .listBans(let id):
                try await listBans(of: id, member, requestID)
            default:
                _ = refuseUnexpected("Not a request about moderation", requestID)
            }
        } catch {
            refuse(error, in: message.moderatedRoom, requestID)
        }
    }

    private func restrain(_ restraint: VoiceRestraint, _ member: Member, _ requestID: UInt64?) async throws {
        guard restraint.isMuted != nil || restraint.isDeafened != nil else {
            throw RoomRefusal.invalid("Say whether to mute or to deafen")
        }
        _ = try end(after: restraint.durationSeconds)
        var restraint = restraint
        restraint.reason = try checkedReason(restraint.reason)
        let target = try await target(restraint.userID)
        try await knownRoom(restraint.roomID).restrain(target, restraint, by: member)
        let states = [
            restraint.isMuted.map { $0 ? "muted" : "no longer muted" },
            restraint.isDeafened.map { $0 ? "deafened" : "no longer deafened" },
        ]
        let text = states.compactMap { $0 }.joined(separator: " and ")
        answer(.serverResponse(success: true, content: "\(target.name) is \(text)"), requestID)
    }

    private func move(
        _ user: UserID, from origin: RoomID, to destination: RoomID, reason: String?, _ member: Member,
        _ requestID: UInt64?
    ) async throws {
        guard origin != destination else { throw RoomRefusal.invalid("Both rooms are the same") }
        let reason = try checkedReason(reason)
        let target = try await target(user)
        let from = try await knownRoom(origin)
        try await from.checkMove(target, by: member)
        do {
            try await knownRoom(destination).receive(target, by: member)
        } catch {
            return refuse(error, in: destination, requestID)
        }
        try await from.sendAway(target, to: destination, reason: reason, by: member)
        answer(
            .serverResponse(success: true, content: "\(target.name) was moved to room \(destination)"), requestID)
    }

    private func ban(_ request: BanRequest, _ member: Member) async throws -> Ban {
        let reason = try checkedReason(request.reason) ?? ""
        let end = try end(after: request.durationSeconds)
        switch (request.roomID, request.userID, request.address) {
        case (let room?, let user?, nil):
            return try await knownRoom(room).ban(try await target(user), reason: reason, until: end, by: member)
        case (nil, let user?, nil):
            return try await services.directory.ban(try await target(user), reason: reason, until: end, by: member)
        case (nil, nil, let address?):
            let range: AddressRange
            do { range = try AddressRange(address) } catch { throw RoomRefusal.invalid(error.reason) }
            return try await services.directory.ban(range, reason: reason, until: end, by: member)
        default:
            throw RoomRefusal.invalid("A ban names an account, an account and a room, or an address")
        }
    }

    private func unban(_ number: UInt64, _ member: Member, _ requestID: UInt64?) async throws {
        guard let ban = try await services.directory.store.ban(id: number) else { throw RoomRefusal.unknownBan }
        if let id = ban.target.room, let user = ban.target.user {
            // A ban that the asker may not know of is one that there is not.
            guard let room = await services.directory.room(id), await room.isVisible(to: member) else {
                throw RoomRefusal.unknownBan
            }
            try await room.unban(number, try await target(user), by: member)
        } else {
            try await services.directory.unban(number, by: member)
        }
        answer(.serverResponse(success: true, content: "Ban \(number) is taken back"), requestID)
    }

    private func listBans(of id: RoomID?, _ member: Member, _ requestID: UInt64?) async throws {
        let scope: BanScope
        if let id {
            try await knownRoom(id).checkMayListBans(member)
            scope = .room(id)
        } else {
            try await services.directory.checkMayBan(member)
            scope = .server
        }
        let rows = try await services.directory.store.bans(scope, at: Date()).map(BanRecord.init)
        let (line, rowCount) = EncodedLine.fitting(rows, answering: requestID) { .banList(bans: $0) }
        if rowCount < rows.count { services.counters.count(.listCut) }
        outbox.post(line)
    }

    private func target(_ user: UserID) async throws -> Person {
        guard let person = try await services.directory.person(user) else { throw RoomRefusal.unknownUser(user) }
        return person
    }

    private func checkedReason(_ reason: String?) throws(RoomRefusal) -> String? {
        guard let reason, !reason.isEmpty else { return nil }
        do { try FreeText.checkReason(reason) } catch { throw .invalid(error.description) }
        return reason
    }
}

extension BanRecord {
    init(_ ban: Ban) {
        self.init(
            id: ban.id, roomID: ban.target.room, userID: ban.target.user, username: ban.userName,
            address: ban.target.addresses.flatMap(AddressRange.init)?.description, reason: ban.reason,
            byUsername: ban.actorName, createdAt: ban.createdAt.storedMilliseconds,
            expiresAt: ban.expiresAt?.storedMilliseconds)
    }
}

extension ControlMessage {
    fileprivate var moderatedRoom: RoomID? {
        switch self {
        case .restrainVoice(let restraint): restraint.roomID
        case .moveUser(_, let origin, _, _): origin
        case .kick(let id, _, _): id
        case .ban(let request): request.roomID
        case .listBans(let id): id
        default: nil
        }
    }
}
