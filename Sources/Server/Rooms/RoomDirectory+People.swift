import ChatStore
import ControlWire
import Foundation
import Identifiers

// Who there is.
extension RoomDirectory {
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

    /// `UserPage`, by number: what is cut because it outgrows a line comes with the next page.
    @concurrent
    nonisolated func browseUsers(
        _ query: AccountQuery, answering requestID: UInt64?
    ) async throws(ChatStoreError) -> EncodedLine {
        let (rows, hasMore) = try await details(query)
        return EncodedLine.fitting(rows, answering: requestID) { shown in
            .userPage(users: shown, next: hasMore || shown.count < rows.count ? shown.last?.id : nil)
        }.line
    }

    /// An account, present or not.
    func person(_ id: UserID) async throws(ChatStoreError) -> Person? {
        if let member = online[id]?.values.first { return member.person }
        return try await store.account(id: id).map { Person(user: $0.id, name: $0.name, role: $0.role) }
    }

    private func details(
        _ query: AccountQuery
    ) async throws(ChatStoreError) -> (rows: [UserDetails], hasMore: Bool) {
        let (accounts, hasMore) = try await store.accounts(query)
        let now = Date()
        let rows = accounts.map { account in
            let member = online[account.id]?.values.first
            let lastSeen = member == nil ? unsavedLastSeen[account.id] ?? account.lastSeenAt : now
            return UserDetails(
                id: account.id, username: account.name, role: member?.role ?? account.role, isOnline: member != nil,
                lastSeenAt: lastSeen.storedMilliseconds)
        }
        return (rows, hasMore)
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
}
