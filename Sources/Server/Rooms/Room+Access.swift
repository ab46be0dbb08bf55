import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions

/// What somebody who is not a member of the room yet has shown.
enum RoomEntry: Equatable {
    case none
    /// The password with this hash.
    case password(hash: String)
    case invitation
}

extension Room {
    /// What somebody needs to come in; throws if nothing helps.
    func admission(of member: Member, at now: Date = Date()) throws(RoomRefusal) -> RoomAccess.Admission {
        guard !isDeleted, access.isVisible(to: member.user, role: member.role) else { throw .roomUnknown }
        return access.admission(of: member.user, role: member.role, at: now)
    }

    /// Adds a connection, and its account to the members: answers `RoomJoined`, tells the room, and shows who is
    /// in voice. Suspends while a new member is written down.
    func join(
        _ member: Member, by entry: RoomEntry = .none, answering requestID: UInt64?, at now: Date = Date()
    ) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        guard !isDeleted else { throw .roomUnknown }
        try check(access.admission(of: member.user, role: member.role, at: now), entry)
        let isFirstConnection = try checkPlace(for: member)
        try await enroll(member.user, at: now)
        let isNew = members.updateValue(member, forKey: member.connection) == nil
        member.outbox.post(EncodedLine(joined(member), answering: requestID))
        guard isNew else { return }
        if isFirstConnection { announce("\(member.name) joined the room") }
        if voiceTable.count > 0 { showVoice(to: member) }
        if let recordingState { member.outbox.post(EncodedLine(.recordingState(recordingState))) }
    }

    /// Removes a connection by its own wish; with the account's last one the membership ends.
    func leave(_ connection: ConnectionID, answering requestID: UInt64?) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        guard let member = members[connection] else {
            throw RoomRefusal(.notAMember, .notAMember, .notAMember, "You are not in room \(id)")
        }
        if isLast(member) { try await dismiss(member.user) }
        endVoice(of: connection, .left)
        members[connection] = nil
        member.outbox.post(
            EncodedLine(.serverResponse(success: true, content: "Left room \(id)"), answering: requestID))
        announceDeparture(of: member)
    }

    /// Removes a connection that is gone, from voice too. Its account stays a member.
    func drop(_ connection: ConnectionID, _ departure: Departure) {
        guard let member = members[connection] else { return }
        endVoice(of: connection, departure)
        members[connection] = nil
        announceDeparture(of: member)
    }

    func isPresent(_ connection: ConnectionID) -> Bool { members[connection] != nil }

    /// The room as this member sees it.
    func details(for member: Member) -> RoomDetails {
        details(permissions: access.permissions(of: member), isMember: access.isMember(member.user))
    }

    func details(permissions: PermissionSet, isMember: Bool) -> RoomDetails {
        let record = access.record
        var details = RoomDetails(
            id: record.id, name: record.name, description: record.description, kind: RoomKind(record.kind),
            permissions: permissions)
        details.topic = record.topic
        details.isPasswordProtected = record.passwordHash != nil
        details.membersMax = record.membersMax
        details.slowModeSeconds = record.slowModeSeconds
        details.retentionDays = record.retentionDays
        details.retentionCount = record.retentionCount
        details.loudestTalkers = record.loudestTalkers
        details.delivery = VoiceDelivery(record.delivery)
        details.recordingDays = record.recordingDays
        details.presentCount = Set(members.values.map(\.user)).count
        details.voiceCount = voiceTable.count
        details.isMember = isMember
        // When something was said is, as what was said, the members' business.
        if isMember, permissions.contains(.read) {
            details.lastMessageID = lastMessageID
            details.lastChangeID = lastChangeID
        }
        return details
    }

    /// Who belongs to a room is for those who may come in as they are.
    func checkMayBrowseMembers(_ member: Member, at now: Date = Date()) throws(RoomRefusal) {
        switch try admission(of: member, at: now) {
        case .free, .freeWithoutPassword: return
        case .banned(let ban): throw .banned(ban)
        case .password, .invitation, .notPermitted:
            throw .notPermitted("You may not see who belongs to this room: join it first")
        }
    }

    /// The room's row for this person, if they may know of it.
    func visibleDetails(for member: Member) -> RoomDetails? {
        guard !isDeleted, access.isVisible(to: member.user, role: member.role) else { return nil }
        return details(for: member)
    }

    private func joined(_ member: Member) -> ControlMessage {
        .roomJoined(
            roomID: id, name: access.record.name, description: access.record.description, room: details(for: member))
    }

    private func check(_ admission: RoomAccess.Admission, _ entry: RoomEntry) throws(RoomRefusal) {
        switch admission {
        case .free, .freeWithoutPassword:
            return
        case .banned(let ban):
            throw .banned(ban)
        case .notPermitted:
            throw .notPermitted("You may not read this room")
        case .password(let hash):
            // The password may have been changed while it was checked.
            guard entry == .invitation || entry == .password(hash: hash) else { throw .wrongPassword }
        case .invitation:
            guard entry == .invitation else { throw .roomUnknown }
        }
    }

    /// Whether the connection would be its account's first here; throws if there is no place for it.
    private func checkPlace(for member: Member) throws(RoomRefusal) -> Bool {
        guard members[member.connection] == nil else { return false }
        guard members.count < limits.membersPerRoomMax else { throw .roomFull(max: limits.membersPerRoomMax) }
        let present = Set(members.values.map(\.user))
        guard !present.contains(member.user) else { return false }
        if let accountsMax = access.record.membersMax, present.count >= accountsMax {
            throw .roomFull(max: accountsMax)
        }
        return true
    }

    /// Makes an account a member, if it is not.
    func enroll(_ user: UserID, at now: Date) async throws(RoomRefusal) {
        guard !access.isMember(user) else { return }
        try await write { (store) throws(ChatStoreError) in _ = try await store.addMember(user, to: id, at: now) }
        access.members.insert(user)
    }

    private func dismiss(_ user: UserID) async throws(RoomRefusal) {
        guard access.isMember(user) else { return }
        try await write { (store) throws(ChatStoreError) in
            _ = try await store.removeMember(user, from: id, at: Date())
        }
        access.members.remove(user)
    }

    private func isLast(_ member: Member) -> Bool {
        !members.values.contains { $0.user == member.user && $0.connection != member.connection }
    }

    func announceDeparture(of member: Member) {
        if !members.values.contains(where: { $0.user == member.user }) { announce("\(member.name) left the room") }
    }
}

extension Room {
    /// Changes who may do what, and takes it into force at once: text at the next message, voice at the next packet.
    /// - Parameter name: of whoever changed it.
    func change(by name: String, _ body: (inout RoomAccess) -> Void) {
        let before = members.mapValues { access.permissions(of: $0) }
        body(&access)
        takeIntoForce(since: before, by: name)
    }

    /// An account's role on the server has changed.
    func roleChanged(of user: UserID, from old: Role, by name: String) async {
        await turns.enter()
        defer { turns.leave() }
        let before = members.mapValues { member in
            member.user == user ? access.permissions(of: user, role: old) : access.permissions(of: member)
        }
        takeIntoForce(since: before, by: name)
    }

    private func takeIntoForce(since before: [ConnectionID: PermissionSet], by name: String) {
        var denied: Set<UserID> = []
        for (connection, member) in members {
            let permissions = access.permissions(of: member)
            guard permissions != before[connection] else { continue }
            member.outbox.post(EncodedLine(.permissionsChanged(roomID: id, permissions: permissions)))
            if !permissions.contains(.read) { denied.insert(member.user) }
        }
        for user in denied {
            expel(user, RoomRemoval(roomID: id, action: .denied, byUsername: name))
        }
        refreshVoice()
    }

    /// Takes all connections of an account out of the room and its voice, with a word.
    func expel(_ user: UserID, _ removal: RoomRemoval) {
        let line = EncodedLine(.removedFromRoom(removal))
        let expelled = members.filter { $0.value.user == user }
        // First the word: the voice socket's goodbye says neither who did it nor why.
        for member in expelled.values { member.outbox.post(line) }
        for connection in expelled.keys {
            endVoice(of: connection, .kicked)
            members[connection] = nil
        }
        if let member = expelled.values.first { announceDeparture(of: member) }
    }
}

extension RoomRefusal {
    static let wrongPassword = RoomRefusal(.notPermitted, .notPermitted, .roomPasswordWrong, "Invalid room password")
}

extension RoomKind {
    init(_ stored: RoomKindRecord) {
        self =
            switch stored {
            case .open: .open
            case .private: .private
            case .closed: .closed
            }
    }

    var stored: RoomKindRecord {
        switch self {
        case .open: .open
        case .private: .private
        case .closed: .closed
        }
    }
}
