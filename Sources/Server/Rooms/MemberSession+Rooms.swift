import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions

extension MemberSession {
    func serveRooms(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        // Whatever this connection joins or leaves, its next search knows.
        searchableRooms = nil
        do {
            switch message {
            case .listRooms:
                outbox.post(await services.directory.listRooms(for: member, answering: requestID))
            case .browseRooms(let after, let limit):
                let limit = try pageLimit(limit)
                outbox.post(
                    await services.directory.browseRooms(
                        after: after, limit: limit, for: member, answering: requestID))
            case .requestUserList:
                await showUsers(answering: requestID)
            case .browseUsers(let query):
                try await browseUsers(query, member, requestID)
            case .join(let roomID, let password):
                try await join(roomID, password: password, member, requestID)
            case .joinByInvitation(let code):
                try await join(byInvitation: code, member, requestID)
            case .leave(let roomID):
                try await leave(roomID, member, requestID)
            case .createRoom(let roomID, let name, let description, let password, let kind):
                let wanted = try newRoom(roomID, name, description, password, kind, member)
                let record = try await make(wanted, password: password)
                answer(.roomCreated(roomID: record.id, name: record.name, description: record.description), requestID)
            default:
                _ = refuseUnexpected("Not a request about rooms", requestID)
            }
        } catch {
            refuse(error, in: message.room, requestID)
        }
    }

    private func join(_ id: RoomID, password: String?, _ member: Member, _ requestID: UInt64?) async throws {
        guard let room = await services.directory.room(id) else { throw RoomRefusal.roomUnknown }
        try await checkPlace(for: id)
        let entry = try await entry(into: room, password: password, member)
        try await room.join(member, by: entry, answering: requestID)
        rooms[id] = room
    }

    private func join(byInvitation code: String, _ member: Member, _ requestID: UInt64?) async throws {
        let guess = AttemptLimiter.Key.invitationFrom(address: peer.address)
        try services.accounts.take(guess: guess)
        guard let id = try await services.directory.roomOfInvitation(code),
            let room = await services.directory.room(id)
        else { throw RoomRefusal.unknownInvitation }
        try await checkPlace(for: id)
        try await room.join(member, invitation: code, answering: requestID)
        services.accounts.giveBack(guess: guess)
        rooms[id] = room
    }

    /// Rooms that took this connection out, or are gone, hold no place.
    private func checkPlace(for id: RoomID) async throws(RoomRefusal) {
        let roomsMax = services.limits.roomsPerConnectionMax
        if rooms[id] == nil, rooms.count >= roomsMax {
            for (other, room) in rooms where await !room.isPresent(peer.connection) { rooms[other] = nil }
        }
        guard rooms[id] != nil || rooms.count < roomsMax else {
            throw .limit(.joinedLimitHit, "A connection may be in \(roomsMax) rooms")
        }
    }

    private func entry(into room: Room, password: String?, _ member: Member) async throws -> RoomEntry {
        // RustyRoom's clients send an empty text where they mean none.
        let password = password.flatMap { $0.isEmpty ? nil : $0 }
        switch try await room.admission(of: member) {
        case .freeWithoutPassword(let hash) where password != nil, .password(let hash):
            let isRight = try await services.accounts.roomPasswordIsRight(
                password, for: room.id, hash: hash, address: peer.address)
            guard isRight else { throw RoomRefusal.wrongPassword }
            return .password(hash: hash)
        case .free, .freeWithoutPassword, .invitation, .banned, .notPermitted:
            return .none
        }
    }

    private func leave(_ id: RoomID, _ member: Member, _ requestID: UInt64?) async throws {
        guard let room = rooms[id] else {
            throw RoomRefusal(.notAMember, .notAMember, .notAMember, "You are not in room \(id)")
        }
        try await room.leave(member.connection, answering: requestID)
        rooms[id] = nil
        if voiceRoom === room { voiceRoom = nil }
    }

    private func newRoom(
        _ id: RoomID, _ name: String, _ description: String, _ password: String?, _ kind: RoomKind?, _ member: Member
    ) throws(RoomRefusal) -> NewRoom {
        guard member.role >= .member else { throw .notPermitted("Guests make no rooms") }
        guard id.rawValue <= RoomsLimits.roomIDMax else {
            throw .invalid("Room numbers end at \(RoomsLimits.roomIDMax)")
        }
        let hasPassword = password?.isEmpty == false
        guard kind != .open || !hasPassword else { throw .invalid("An open room has no password: make it private") }
        do {
            let name = try RoomName(name)
            try FreeText.checkDescription(description)
            return NewRoom(
                id: id.rawValue == 0 ? nil : id, name: name.display, nameKey: name.key, description: description,
                passwordHash: nil, creator: member.user, kind: kind?.stored ?? (hasPassword ? .private : .open))
        } catch {
            throw RoomRefusal(.invalidValue, .invalidValue, .nameRefused, error.description)
        }
    }

    /// What costs least comes first: a password is hashed only for a room that may be made.
    private func make(_ room: NewRoom, password: String?) async throws -> RoomRecord {
        try await services.directory.checkRoom(room)
        try services.accounts.takeRoom(madeBy: room.creator)
        do {
            var room = room
            if let password, !password.isEmpty {
                room.passwordHash = try await services.accounts.hashRoomPassword(password, address: peer.address)
            }
            return try await services.directory.createRoom(room)
        } catch {
            services.accounts.giveBackRoom(madeBy: room.creator)
            throw error
        }
    }

    private func browseUsers(_ query: UserQuery, _ member: Member, _ requestID: UInt64?) async throws {
        let limit = try pageLimit(query.limit, default: 100)
        if let id = query.roomID {
            guard let room = await services.directory.room(id) else { throw RoomRefusal.roomUnknown }
            try await room.checkMayBrowseMembers(member)
        }
        var prefix: String?
        if let wanted = query.namePrefix, !wanted.isEmpty {
            do { prefix = try AccountName(wanted).key } catch { throw RoomRefusal.invalid(error.description) }
        }
        let wanted = AccountQuery(room: query.roomID, nameKeyPrefix: prefix, after: query.after, limit: limit)
        outbox.post(try await services.directory.browseUsers(wanted, answering: requestID))
    }

    func pageLimit(_ wanted: Int?, default rows: Int = RoomsLimits.pageRowsDefault) throws(RoomRefusal) -> Int {
        try Administration.checked(limit: wanted, default: rows)
    }
}

extension MemberSession {
    /// Answers what went wrong; a room that the asker may not know of is one that there is not.
    func refuse(_ error: any Error, in id: RoomID?, _ requestID: UInt64?) {
        switch error {
        case let refusal as RoomRefusal:
            guard refusal == .roomUnknown, let id else { return refuse(refusal, requestID) }
            services.counters.count(.roomUnknown)
            answer(.roomNotFound(roomID: id), requestID)
        case let refusal as Accounts.Refusal:
            // Counted where it was found.
            answer(
                .serverResponse(
                    success: false, content: refusal.reason, code: refusal.code ?? .invalidValue,
                    retryAfterMilliseconds: refusal.retryAfter?.wholeMilliseconds), requestID)
        case let error as ChatStoreError:
            refuseDatabase(error, requestID)
        default:
            refuse(.internalError, "The request could not be served", .databaseFailed, requestID)
        }
    }

    func refuse(_ refusal: RoomRefusal, _ requestID: UInt64?) {
        refuse(refusal.code, refusal.explanation, refusal.event, requestID, retryAfter: refusal.retryAfter)
    }
}

extension ControlMessage {
    /// The room that a request about one room names.
    fileprivate var room: RoomID? {
        switch self {
        case .join(let id, _), .leave(let id): id
        case .browseUsers(let query): query.roomID
        default: nil
        }
    }
}
