import ChatStore
import ControlWire
import Foundation
import Identifiers
import Logging

extension RoomDirectory {
    /// A connection logged in. False, and nothing happened, if the account has as many as it may.
    /// - Parameter greeting: sent first, before anybody can write to the new connection.
    func arrive(_ member: Member, greeting: EncodedLine) -> Bool {
        let connections = online[member.user, default: [:]]
        guard connections.count < limits.connectionsPerAccountMax else { return false }
        member.outbox.post(greeting)
        online[member.user, default: [:]][member.connection] = member
        if connections.isEmpty { tellStatus(of: member, isOnline: true) }
        noteSeen(member.user)
        return true
    }

    /// A connection is gone.
    func depart(_ member: Member) {
        guard online[member.user]?.removeValue(forKey: member.connection) != nil else { return }
        if online[member.user]?.isEmpty == true {
            online[member.user] = nil
            tellStatus(of: member, isOnline: false)
        }
        noteSeen(member.user)
    }

    /// How long the rows of `UserListUpdate` may be used again, unless somebody comes or goes before.
    static let userRowsLifetime = Duration.seconds(1)

    /// Everybody's name and whether they are online: `UserListUpdate`, and where those who are online
    /// outgrow a line, the rest of them as `UserStatusUpdate`.
    ///
    /// Concurrent: writing some 50 KB of JSON must not hold up who arrives meanwhile.
    @concurrent
    nonisolated func listUsers(
        answering requestID: UInt64?, now: ContinuousClock.Instant = .now
    ) async throws(ChatStoreError) -> [EncodedLine] {
        let rows = try await userRows(now: now)
        let (line, rowCount) = EncodedLine.fitting(rows, answering: requestID) { .userListUpdate(users: $0) }
        if rowCount < rows.count { counters.count(.listCut) }
        let rest = rows.dropFirst(rowCount).filter(\.isOnline).map { row in
            EncodedLine(.userStatusUpdate(userID: row.userID, username: row.username, isOnline: true))
        }
        return [line] + rest
    }

    private func userRows(now instant: ContinuousClock.Instant) async throws(ChatStoreError) -> [UserStatus] {
        if let cached = cachedUserRows, instant < cached.until { return cached.rows }
        let presence = presenceCount
        let recent = try await store.recentAccounts(rowsMax: limits.userListRowsMax + 1)
        if recent.count > limits.userListRowsMax { counters.count(.listCut) }
        let known = recent.prefix(limits.userListRowsMax)
        let now = Date()
        let onlineRows = online.values.compactMap(\.values.first).map { member in
            UserStatus(userID: member.user, username: member.name, isOnline: true, lastSeen: now.asLastSeen)
        }
        let awayRows = known.filter { online[$0.id] == nil }.map { account in
            UserStatus(
                userID: account.id, username: account.name, isOnline: false,
                lastSeen: (unsavedLastSeen[account.id] ?? account.lastSeenAt).asLastSeen)
        }
        let rows = onlineRows.sorted { $0.userID.rawValue < $1.userID.rawValue } + awayRows
        // Whoever came or went while the store was read may be missing among those that are away.
        if presence == presenceCount { cachedUserRows = (rows, instant + Self.userRowsLifetime) }
        return rows
    }

    /// Sends text to every connection of the target and to the author's others.
    /// - Returns: the target's name; nil if it is not online.
    func sendPrivate(_ content: String, from author: Member, to target: UserID) -> String? {
        guard let receivers = online[target]?.values, let name = receivers.first?.name else { return nil }
        let line = EncodedLine(
            .privateMessage(toUserID: target, senderUsername: author.name, content: content), from: author.user)
        for receiver in receivers { receiver.outbox.post(line) }
        guard target != author.user else { return name }
        for (connection, own) in online[author.user] ?? [:] where connection != author.connection {
            own.outbox.post(line)
        }
        return name
    }

    /// The name of an account that may be away.
    func nameOfAccount(_ id: UserID) async throws(ChatStoreError) -> String? {
        try await store.account(id: id)?.name
    }

    /// Writes what is unsaved; returns when it is on disk or could not be written.
    public func flush() async {
        while let saving = savingLastSeen { await saving.value }
    }

    private func tellStatus(of member: Member, isOnline: Bool) {
        let line = EncodedLine(.userStatusUpdate(userID: member.user, username: member.name, isOnline: isOnline))
        for (user, connections) in online where user != member.user {
            for other in connections.values { other.outbox.post(line) }
        }
    }

    /// Many arrivals and departures share one transaction: each on its own would be a disk flush each.
    private func noteSeen(_ user: UserID) {
        unsavedLastSeen[user] = Date()
        cachedUserRows = nil
        presenceCount += 1
        guard savingLastSeen == nil else { return }
        savingLastSeen = Task { await self.saveLastSeen() }
    }

    private func saveLastSeen() async {
        while !unsavedLastSeen.isEmpty {
            let batch = unsavedLastSeen
            unsavedLastSeen = [:]
            do {
                try await store.recordLastSeen(batch)
            } catch {
                counters.count(.databaseFailed)
                logger.warning("last-seen times were not saved", metadata: ["cause": "\(error)"])
            }
        }
        savingLastSeen = nil
    }
}

extension Date {
    /// UTC, `YYYY-MM-DD HH:MM:SS`, as RustyRoom writes it.
    fileprivate var asLastSeen: String {
        formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }
}
