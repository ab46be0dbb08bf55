import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions

/// What the server holds of one account: shown and deleted on the account's own wish, or by admins above it.
extension MemberSession {
    func exportData(of user: UserID, _ member: Member, _ requestID: UInt64?) async throws {
        let store = services.directory.store
        try await checkMayHandle(user, member)
        guard let account = try await store.account(id: user) else { throw RoomRefusal.unknownUser(user) }
        let counts = try await store.userDataCounts(of: user)
        try await store.recordAudit(AuditEntry(.userDataExport, by: member.user, target: user), at: Date())
        var data = UserDataRecord(
            userID: user, username: account.name, role: account.role.rawValue,
            createdAt: account.createdAt.storedMilliseconds, lastSeenAt: account.lastSeenAt.storedMilliseconds,
            messageCount: counts.messages, voiceLogCount: counts.voiceLog, rooms: counts.rooms)
        data.devices = try await store.sessions(of: user).map {
            .init(
                name: $0.device, createdAt: $0.createdAt.storedMilliseconds,
                lastUsedAt: $0.lastUsedAt.storedMilliseconds)
        }
        data.bans = try await store.bans(of: user, at: Date()).map {
            .init(roomID: $0.target.room, reason: $0.reason, expiresAt: $0.expiresAt?.storedMilliseconds)
        }
        answer(.userData(data), requestID)
    }

    /// A page of what an account has written. What stands in private conversations is for the account alone: those who stand
    /// above it have no business in them.
    func exportMessages(
        of user: UserID, after: MessageID?, limit: Int?, _ member: Member, _ requestID: UInt64?
    ) async throws {
        let limit = try pageLimit(limit)
        try await checkMayHandle(user, member)
        let found = try await services.directory.store.messages(
            by: user, after: after, limit: limit, includesPrivate: user == member.user)
        let rows = found.messages.compactMap { message, other in
            (message.conversation.room.map(Conversation.room) ?? other.map(Conversation.direct))
                .map { ChatMessage(message, in: $0) }
        }
        outbox.post(
            EncodedLine.fitting(rows, answering: requestID) { shown in
                .userMessagePage(messages: shown, next: shown.count < rows.count ? shown.last?.id : found.next)
            }.line)
    }

    /// The account ends with it: its connections are closed, this one too where it is the account's own.
    func deleteData(of user: UserID, _ member: Member, _ requestID: UInt64?) async throws {
        try await checkMayHandle(user, member)
        let count = try await services.directory.eraseData(of: user, by: member, in: services.voice.recordings)
        answer(
            .serverResponse(
                success: true, content: "The data of account \(user) is deleted, \(count) recordings among it"),
            requestID)
        await services.directory.end(
            services.directory.connections(of: user), .sessionEnded,
            lastWords: .sessionEnded("The account's data was deleted"))
    }

    private func checkMayHandle(_ user: UserID, _ member: Member) async throws {
        guard let person = try await services.directory.person(user) else { throw RoomRefusal.unknownUser(user) }
        guard person.role != .owner else {
            throw RoomRefusal.notPermitted("Nobody deletes or exports the owner's data")
        }
        guard user == member.user || (member.role >= .admin && member.role > person.role) else {
            throw RoomRefusal.notPermitted("You may not do that with somebody else's data")
        }
    }
}
