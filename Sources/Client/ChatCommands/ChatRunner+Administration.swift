import ControlWire
import Identifiers
public import Permissions
import RoomClient
public import TerminalSupport

extension ChatRunner {
    /// Makes the account the server's owner. For nil the token is asked for.
    public func claimOwnership(token: String?) async throws(CommandFailure) {
        var given = token
        if given == nil {
            guard prompt.isPossible else {
                throw CommandFailure(.usage, "give the token that the server printed at its first start.")
            }
            given = try prompt.ask("Token that the server printed at its first start: ", isSecret: true)
        }
        let secret = given ?? ""
        let change = try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            try await client.claimOwnership(token: secret)
        }
        try show(change)
    }

    public func setRole(of user: String, to role: Role) async throws(CommandFailure) {
        try show(
            try await ask { (client) async throws(RoomClientError) in
                try await client.setRole(of: try await NameFinder(client: client).user(user), to: role)
            })
    }

    private func show(_ change: RoleChange) throws(CommandFailure) {
        try show(
            .roleChanged(userID: change.userID, username: change.username, role: change.role),
            ["\(TerminalText.name(change.username)) is \(change.role.rawValue) now"])
    }

    /// What a room changes about the rights of a role or a user; with nothing allowed and denied it is taken away.
    public func setOverride(
        room: String, role: Role?, user: String?, allowed: [Permission], denied: [Permission]
    ) async throws(CommandFailure) {
        guard (role == nil) != (user == nil) else {
            throw CommandFailure(.usage, "give either --role or --user, not both.")
        }
        try await ask { (client) async throws(RoomClientError) in
            let finder = NameFinder(client: client)
            var subject = PermissionOverride.Subject.role(role ?? .guest)
            if let user { subject = .user(try await finder.user(user)) }
            let override = PermissionOverride(
                subject: subject, allowed: PermissionSet(allowed), denied: PermissionSet(denied))
            try await client.setOverride(OverrideRecord(override: override), in: try await finder.room(room))
        }
        try showDone("Changed the rights of \(user ?? role?.rawValue ?? "") in \(room)")
    }

    public func listOverrides(room text: String) async throws(CommandFailure) {
        let (room, overrides) = try await ask { (client) async throws(RoomClientError) in
            let room = try await NameFinder(client: client).room(text)
            return (room, try await client.overrides(in: room))
        }
        try show(
            overrides, as: { .overrideList(roomID: room, overrides: [$0]) }, list: "overrides",
            header: ["FOR", "ALLOWED", "DENIED"], empty: "the room changes nobody's rights.",
            cells: {
                [Self.subject(of: $0), Self.names($0.override.allowed), Self.names($0.override.denied)]
            })
    }

    private static func subject(of record: OverrideRecord) -> String {
        switch record.override.subject {
        case .role(let role): "role \(role.rawValue)"
        case .user(let id): record.username ?? "user \(id)"
        }
    }

    private static func names(_ permissions: PermissionSet) -> String {
        permissions.isEmpty ? "-" : permissions.permissions.map(\.rawValue).joined(separator: ",")
    }

    /// Newest first.
    public func listAudit(before: UInt64?, limit: Int?) async throws(CommandFailure) {
        let (entries, hasMore) = try await ask { (client) async throws(RoomClientError) in
            try await client.audit(before: before, limit: limit)
        }
        try show(
            entries, as: { .auditPage(entries: [$0], hasMore: false) }, list: "entries",
            header: ["ENTRY", "WHEN", "WHO", "DID", "TO", "ROOM", "DETAIL"], empty: "there is no entry.",
            cells: {
                [
                    "\($0.id)", message.time.text($0.at), $0.actor, $0.action,
                    $0.target ?? $0.messageID.map { "#\($0)" } ?? "", $0.roomID.map { "\($0)" } ?? "", $0.detail,
                ]
            })
        if hasMore, let last = entries.last { note("there are more: --before \(last.id)") }
    }
}
