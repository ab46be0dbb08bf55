import ControlWire
import Identifiers
import Permissions
import RoomClient
public import TerminalSupport

extension ChatRunner {
    public func listRooms() async throws(CommandFailure) {
        let rooms = try await ask { (client) async throws(RoomClientError) in
            try await NameFinder(client: client).rooms()
        }
        try show(
            rooms, as: { .roomPage(rooms: [$0], next: nil) }, list: "rooms",
            header: ["ID", "NAME", "KIND", "MEMBER", "PRESENT", "VOICE", "TOPIC"], empty: "there is no room.",
            cells: { room in
                let kind = room.kind.rawValue + (room.isPasswordProtected ? ", password" : "")
                return [
                    "\(room.id)", room.name, kind, room.isMember ? "yes" : "no", "\(room.presentCount)",
                    "\(room.voiceCount)", room.topic,
                ]
            })
    }

    /// Makes a room; what a creation cannot carry is set right after it.
    public func createRoom(name: String, _ settings: RoomSettings) async throws(CommandFailure) {
        try await inSession { (session) async throws(CommandFailure) in
            let id = try await ask(session, isRepeatable: false) { (client) async throws(RoomClientError) in
                try await client.createRoom(
                    name: name, description: settings.description ?? "", password: settings.password,
                    kind: settings.kind)
            }
            var rest = settings
            (rest.name, rest.description, rest.password, rest.kind) = (nil, nil, nil, nil)
            if rest != RoomSettings() { _ = try await update(id, rest, session) }
            try show(
                .roomCreated(roomID: id, name: name, description: settings.description ?? ""),
                ["made room \(id) “\(TerminalText.line(name))”"])
        }
    }

    public func updateRoom(_ text: String, _ settings: RoomSettings) async throws(CommandFailure) {
        guard settings != RoomSettings() else {
            throw CommandFailure(.usage, "nothing is to be changed: give at least one option.")
        }
        let room = try await inSession { (session) async throws(CommandFailure) in
            let id = try await ask(session) { (client) async throws(RoomClientError) in
                try await NameFinder(client: client).room(text)
            }
            return try await update(id, settings, session)
        }
        try show(.roomUpdated(room), Self.lines(of: room))
    }

    private func update(
        _ id: RoomID, _ settings: RoomSettings, _ session: ChatSession
    ) async throws(CommandFailure) -> RoomDetails {
        var changes = RoomChanges(roomID: id)
        settings.write(to: &changes)
        let wanted = changes
        return try await ask(session) { (client) async throws(RoomClientError) in try await client.updateRoom(wanted) }
    }

    private static func lines(of room: RoomDetails) -> [String] {
        func limit(_ value: Int?, _ unit: String) -> String { value.map { "\($0) \(unit)" } ?? "none" }
        // Apart, for the compiler's sake.
        let talkersHeard = room.loudestTalkers.map { $0 == 0 ? "all" : "the \($0) loudest" } ?? "as the server says"
        let recordingsKept = room.recordingDays.map { $0 == 0 ? "for ever" : "\($0) days" } ?? "as the server says"
        let rows: [[String]] = [
            ["room", "\(room.id) \(room.name)"], ["description", room.description], ["topic", room.topic],
            ["kind", room.kind.rawValue + (room.isPasswordProtected ? ", with a password" : "")],
            ["members at most", limit(room.membersMax, "")],
            ["slow mode", room.slowModeSeconds == 0 ? "off" : "\(room.slowModeSeconds) s"],
            ["talkers heard", talkersHeard], ["voice", room.delivery.rawValue],
            ["kept for", limit(room.retentionDays, "days")], ["kept at most", limit(room.retentionCount, "messages")],
            ["recordings kept", recordingsKept],
            ["you may", room.permissions.permissions.map(\.rawValue).joined(separator: ", ")],
        ]
        return Array(TextTable.lines(["", ""], rows).dropFirst())
    }

    /// With everything in it: only with `isConfirmed`, or when a person at the terminal says so.
    public func deleteRoom(_ text: String, isConfirmed: Bool) async throws(CommandFailure) {
        if !isConfirmed {
            guard prompt.isPossible else {
                throw CommandFailure(.usage, "everything in the room will be gone: confirm it with --yes.")
            }
            let question = "Delete the room “\(TerminalText.name(text))” with every message in it?"
            guard try prompt.confirm(question) else { throw CommandFailure(.interrupted, "nothing was deleted.") }
        }
        try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            try await client.deleteRoom(try await NameFinder(client: client).room(text))
        }
        try showDone("Deleted room \(text)")
    }

    /// Becomes a member. The password of a room that wants one is given or asked for.
    public func joinRoom(_ text: String, password: String?) async throws(CommandFailure) {
        let source = RoomPassword(
            given: password ?? options.environment[RoomPassword.variable], prompt: prompt)
        let joined = try await ask { (client) async throws(RoomClientError) in
            let room = try await NameFinder(client: client).room(text)
            let details = try await client.rooms(after: RoomID(rawValue: room.rawValue &- 1), limit: 1).rooms
            let needsPassword = details.first.map { $0.id == room && $0.isPasswordProtected && !$0.isMember } ?? false
            return try await client.join(
                room, password: needsPassword ? await source.password(ofRoom: text) : password)
        }
        try show(joined)
    }

    public func joinRoom(invitation code: String) async throws(CommandFailure) {
        try show(
            try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
                try await client.join(invitation: code)
            })
    }

    private func show(_ room: JoinedRoom) throws(CommandFailure) {
        let summary = room.summary
        try show(
            .roomJoined(
                roomID: summary.id, name: summary.name, description: summary.description, room: room.details),
            ["member of room \(summary.id) “\(TerminalText.line(summary.name))”"])
    }

    /// Ends the membership: the server counts one as left when its last connection leaves, so this one comes first.
    public func leaveRoom(_ text: String) async throws(CommandFailure) {
        let words = try await ask { (client) async throws(RoomClientError) in
            let room = try await NameFinder(client: client).room(text)
            do throws(RoomClientError) {
                return try await client.leave(room)
            } catch {
                guard error.code == .serverRefused(.notAMember) else { throw error }
                _ = try await client.join(room)
                return try await client.leave(room)
            }
        }
        try showDone(words)
    }

    public func invite(to text: String, validFor span: String?, usesMax: UInt32?) async throws(CommandFailure) {
        let seconds = try span.map { (span) throws(CommandFailure) in try SpanText.seconds(span, option: "--for") }
        let invitation = try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            try await client.createInvitation(
                to: try await NameFinder(client: client).room(text), validSeconds: seconds, usesMax: usesMax)
        }
        try show(
            .invitationCreated(invitation),
            [
                TerminalText.line(invitation.code),
                "use it with: roomtone rooms join --invitation \(TerminalText.line(invitation.code))",
            ])
    }

    public func listInvitations(to text: String) async throws(CommandFailure) {
        let (room, invitations) = try await ask { (client) async throws(RoomClientError) in
            let room = try await NameFinder(client: client).room(text)
            return (room, try await client.invitations(to: room))
        }
        try show(
            invitations, as: { .invitationList(roomID: room, invitations: [$0]) }, list: "invitations",
            header: ["CODE", "MADE BY", "ENDS", "USES LEFT"], empty: "there is no invitation.",
            cells: {
                [
                    $0.code, $0.createdBy, $0.expiresAt.map { message.time.text($0) } ?? "never",
                    $0.usesLeft.map { "\($0)" } ?? "any number",
                ]
            })
    }

    public func revokeInvitation(_ code: String) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in try await client.revokeInvitation(code) }
        try showDone("Revoked \(code)")
    }
}
