import ChatStore
import ControlWire
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
                let name = try await services.administration.kick(user, from: id, reason: reason, by: member)
                answer(.serverResponse(success: true, content: "\(name) was kicked"), requestID)
            case .ban(let request):
                answer(.banCreated(try await services.administration.ban(request, by: member)), requestID)
            case .unban(let number):
                try await services.administration.unban(number, by: member)
                answer(.serverResponse(success: true, content: "Ban \(number) is taken back"), requestID)
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
        let name = try await services.administration.restrain(restraint, by: member)
        let states = [
            restraint.isMuted.map { $0 ? "muted" : "no longer muted" },
            restraint.isDeafened.map { $0 ? "deafened" : "no longer deafened" },
        ]
        let text = states.compactMap { $0 }.joined(separator: " and ")
        answer(.serverResponse(success: true, content: "\(name) is \(text)"), requestID)
    }

    private func move(
        _ user: UserID, from origin: RoomID, to destination: RoomID, reason: String?, _ member: Member,
        _ requestID: UInt64?
    ) async throws {
        guard origin != destination else { throw RoomRefusal.invalid("Both rooms are the same") }
        let reason = try Administration.checked(reason: reason)
        let target = try await services.administration.target(user)
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

    private func listBans(of id: RoomID?, _ member: Member, _ requestID: UInt64?) async throws {
        let rows = try await services.administration.bans(of: id, by: member)
        let (line, rowCount) = EncodedLine.fitting(rows, answering: requestID) { .banList(bans: $0) }
        if rowCount < rows.count { services.counters.count(.listCut) }
        outbox.post(line)
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
