import ControlWire
import Identifiers
import RoomClient
public import TerminalSupport

/// Whom a moderator acts on, where, and why.
public struct Target: Sendable {
    public var user: String
    public var room: String
    public var reason: String?
    /// `90s`, `15m`, `2h`, `7d`; nil: until it is taken back.
    public var span: String?

    public init(user: String, room: String, reason: String? = nil, span: String? = nil) {
        self.user = user
        self.room = room
        self.reason = reason
        self.span = span
    }
}

extension ChatRunner {
    public func kick(_ target: Target) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in
            let (user, room) = try await target.found(client)
            try await client.kick(user, from: room, reason: target.reason)
        }
        try showDone("Put \(target.user) out of \(target.room)")
    }

    /// Nil leaves that part as it is.
    public func restrain(
        _ target: Target, isMuted: Bool?, isDeafened: Bool?
    ) async throws(CommandFailure) {
        let seconds = try target.seconds
        try await ask { (client) async throws(RoomClientError) in
            let (user, room) = try await target.found(client)
            try await client.restrain(
                VoiceRestraint(
                    roomID: room, userID: user, isMuted: isMuted, isDeafened: isDeafened, reason: target.reason,
                    durationSeconds: seconds))
        }
        let what = [isMuted.map { $0 ? "Muted" : "Unmuted" }, isDeafened.map { $0 ? "Deafened" : "Undeafened" }]
        try showDone("\(what.compactMap { $0 }.joined(separator: ", ")) \(target.user) in \(target.room)")
    }

    /// `target.room` is where the person is in voice now.
    public func move(_ target: Target, to destination: String) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in
            let (user, room) = try await target.found(client)
            let to = try await NameFinder(client: client).room(destination)
            try await client.move(user, from: room, to: to, reason: target.reason)
        }
        try showDone("Moved \(target.user) to \(destination)")
    }

    /// A person from a room or, without a room, from the server; or addresses from the server.
    public func ban(
        user: String?, address: String?, room: String?, reason: String?, span: String?
    ) async throws(CommandFailure) {
        guard (user == nil) != (address == nil) else {
            throw CommandFailure(.usage, "give either a user or --address, not both.")
        }
        guard address == nil || room == nil else {
            throw CommandFailure(.usage, "addresses are banned from the whole server: leave --room out.")
        }
        let seconds = try span.map { (span) throws(CommandFailure) in try SpanText.seconds(span, option: "--for") }
        let ban = try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            let finder = NameFinder(client: client)
            var request = BanRequest(address: address, reason: reason, durationSeconds: seconds)
            if let user { request.userID = try await finder.user(user) }
            if let room { request.roomID = try await finder.room(room) }
            return try await client.ban(request)
        }
        let whom = ban.username ?? ban.address ?? user ?? ""
        try show(.banCreated(ban), ["ban \(ban.id): \(TerminalText.line(whom)), \(end(of: ban))"])
    }

    public func unban(_ id: UInt64) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in try await client.unban(id) }
        try showDone("Lifted ban \(id)")
    }

    /// Of a room, or, for nil, of the server.
    public func listBans(room: String?) async throws(CommandFailure) {
        let bans = try await ask { (client) async throws(RoomClientError) in
            var id: RoomID?
            if let room { id = try await NameFinder(client: client).room(room) }
            return try await client.bans(in: id)
        }
        try show(
            bans, as: { .banList(bans: [$0]) }, list: "bans",
            header: ["BAN", "WHO", "ROOM", "BY", "ENDS", "REASON"], empty: "there is no ban.",
            cells: {
                [
                    "\($0.id)", $0.username ?? $0.address ?? $0.userID.map { "user \($0)" } ?? "",
                    $0.roomID.map { "\($0)" } ?? "server", $0.byUsername, end(of: $0), $0.reason,
                ]
            })
    }

    private func end(of ban: BanRecord) -> String {
        ban.expiresAt.map { "until \(message.time.text($0))" } ?? "for good"
    }
}

extension Target {
    fileprivate var seconds: UInt64? {
        get throws(CommandFailure) {
            guard let span else { return nil }
            return try SpanText.seconds(span, option: "--for")
        }
    }

    fileprivate func found(_ client: RoomClient) async throws(RoomClientError) -> (UserID, RoomID) {
        let finder = NameFinder(client: client)
        return (try await finder.user(user), try await finder.room(room))
    }
}
