import ChatStore
import ControlWire
import Credentials
import Identifiers

extension MemberSession {
    func serveRooms(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        switch message {
        case .listRooms:
            outbox.post(await services.directory.listRooms(answering: requestID))
        case .requestUserList:
            await showUsers(answering: requestID)
        case .join(let roomID, let password):
            await join(roomID, password: password, member, requestID)
        case .leave(let roomID):
            await leave(roomID, member, requestID)
        case .createRoom(let roomID, let name, let description, let password):
            await createRoom(roomID, name: name, description: description, password: password, member, requestID)
        case .roomMessage(let roomID, _, let content):
            await say(content, in: roomID, member, requestID)
        case .privateMessage(let target, _, let content):
            await sendPrivate(content, to: target, member, requestID)
        default:
            _ = refuseUnexpected("Not a request about rooms", requestID)
        }
    }

    private func join(_ id: RoomID, password: String?, _ member: Member, _ requestID: UInt64?) async {
        guard let room = await services.directory.room(id) else {
            services.counters.count(.roomUnknown)
            return answer(.roomNotFound(roomID: id), requestID)
        }
        let roomsMax = services.limits.roomsPerConnectionMax
        guard rooms[id] != nil || rooms.count < roomsMax else {
            return refuse(.limitReached, "A connection may be in \(roomsMax) rooms", .joinedLimitHit, requestID)
        }
        do {
            guard try await maySee(room, password: password) else {
                return refuse(.notPermitted, "Invalid room password", .roomPasswordWrong, requestID)
            }
        } catch {
            return answer(
                .serverResponse(
                    success: false, content: error.reason, code: .rateLimited,
                    retryAfterMilliseconds: error.retryAfter?.wholeMilliseconds), requestID)
        }
        do {
            try await room.join(member, answering: requestID)
            rooms[id] = room
        } catch {
            refuse(error.code, error.explanation, error.event, requestID)
        }
    }

    private func maySee(_ room: Room, password: String?) async throws(Accounts.Refusal) -> Bool {
        // Who is in already need not know the password again.
        guard rooms[room.record.id] == nil, let hash = room.record.passwordHash else { return true }
        return try await services.accounts.roomPasswordIsRight(
            password, for: room.record.id, hash: hash, address: peer.address)
    }

    private func leave(_ id: RoomID, _ member: Member, _ requestID: UInt64?) async {
        guard let room = rooms.removeValue(forKey: id) else {
            return refuse(.notAMember, "You are not in room \(id)", .notAMember, requestID)
        }
        if voiceRoom === room { voiceRoom = nil }
        await room.leave(member.connection, .left, answering: requestID)
    }

    private func createRoom(
        _ id: RoomID, name: String, description: String, password: String?, _ member: Member, _ requestID: UInt64?
    ) async {
        guard id.rawValue <= RoomsLimits.roomIDMax else {
            return refuse(.invalidValue, "Room numbers end at \(RoomsLimits.roomIDMax)", .valueRefused, requestID)
        }
        let checkedName: RoomName
        do {
            checkedName = try RoomName(name)
            try FreeText.checkDescription(description)
        } catch {
            return refuse(.invalidValue, error.description, .nameRefused, requestID)
        }
        let room = NewRoom(
            id: id.rawValue == 0 ? nil : id, name: checkedName.display, nameKey: checkedName.key,
            description: description, passwordHash: nil, creator: member.user)
        do {
            let record = try await make(room, password: password)
            answer(.roomCreated(roomID: record.id, name: record.name, description: record.description), requestID)
        } catch let error as ChatStoreError {
            refuseRoom(error, requestID)
        } catch let error as Accounts.Refusal {
            answer(
                .serverResponse(
                    success: false, content: error.reason,
                    code: error.retryAfter == nil ? .invalidValue : .rateLimited,
                    retryAfterMilliseconds: error.retryAfter?.wholeMilliseconds), requestID)
        } catch {
            refuse(.internalError, "The room could not be made", .databaseFailed, requestID)
        }
    }

    /// What costs least comes first: a password is hashed only for a room that may be made.
    private func make(_ room: NewRoom, password: String?) async throws -> RoomRecord {
        try await services.directory.checkRoom(room)
        try services.accounts.takeRoom(madeBy: room.creator)
        do {
            var room = room
            // RustyRoom's clients send an empty text where they mean none.
            if let password, !password.isEmpty {
                room.passwordHash = try await services.accounts.hashRoomPassword(password, address: peer.address)
            }
            return try await services.directory.createRoom(room)
        } catch {
            services.accounts.giveBackRoom(madeBy: room.creator)
            throw error
        }
    }

    private func refuseRoom(_ error: ChatStoreError, _ requestID: UInt64?) {
        switch error.code {
        case .roomExists:
            refuse(.roomExists, "Failed to create the room: \(error.description)", .roomExists, requestID)
        case .limitReached:
            refuse(.limitReached, "Failed to create the room: \(error.description)", .roomLimitHit, requestID)
        default:
            refuseDatabase(error, requestID)
        }
    }

    private func say(_ content: String, in id: RoomID, _ member: Member, _ requestID: UInt64?) async {
        guard let room = rooms[id] else {
            return refuse(.notAMember, "You are not in room \(id): join it first", .notAMember, requestID)
        }
        do {
            try await room.say(content, from: member.connection, answering: requestID)
        } catch {
            refuse(error.code, error.explanation, error.event, requestID)
        }
    }

    private func sendPrivate(_ content: String, to target: UserID, _ member: Member, _ requestID: UInt64?) async {
        do {
            try FreeText.checkMessage(content)
        } catch {
            return refuse(.invalidValue, error.description, .textRefused, requestID)
        }
        if let name = await services.directory.sendPrivate(content, from: member, to: target) {
            return answer(.serverResponse(success: true, content: "Sent to \(name)"), requestID)
        }
        do {
            let name = try await services.directory.nameOfAccount(target)
            let text = name.map { "\($0) is not online; nothing was sent" } ?? "There is no user \(target)"
            refuse(.userNotFound, text, .userUnknown, requestID)
        } catch {
            refuseDatabase(error, requestID)
        }
    }
}
