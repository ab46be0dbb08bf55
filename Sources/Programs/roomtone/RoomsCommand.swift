import ArgumentParser
import ChatCommands
import ControlWire

struct RoomsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rooms", abstract: "List, make, change, join and leave rooms, and invite to them.",
        subcommands: [
            List.self, Create.self, Update.self, Delete.self, Join.self, Leave.self, Invite.self, Invitations.self,
            Revoke.self,
        ], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rooms that you may see.")
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listRooms() } }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a room; you may do everything in it.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var settings: SettingsArguments
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.createRoom(name: name, settings.settings) } }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a room.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Option(help: "Its new name.") var name: String?
        @OptionGroup var settings: SettingsArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            var settings = settings.settings
            settings.name = name
            let changes = settings
            try await chat.run { try await $0.updateRoom(room, changes) }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a room with everything in it.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.deleteRoom(room, isConfirmed: yes) } }
    }

    struct Join: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Become a member of a room.",
            discussion: "A room's password is asked for, or taken from ROOMTONE_ROOM_PASSWORD or --room-password.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String?
        @Option(help: ArgumentHelp("Join the room that this invitation is for.", valueName: "code"))
        var invitation: String?
        @Option(help: ArgumentHelp("Others on this machine can see it here.", valueName: "password"))
        var roomPassword: String?
        @OptionGroup var chat: ChatArguments

        func validate() throws {
            guard (room == nil) != (invitation == nil) else {
                throw ValidationError("Give either a room or --invitation.")
            }
        }

        func run() async throws {
            try await chat.run {
                if let invitation { return try await $0.joinRoom(invitation: invitation) }
                try await $0.joinRoom(room ?? "", password: roomPassword)
            }
        }
    }

    struct Leave: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End your membership of a room.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.leaveRoom(room) } }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an invitation to a room.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Option(
            name: .customLong("for"), help: ArgumentHelp("How long it is good: 90s, 15m, 2h, 7d.", valueName: "span"))
        var span: String?
        @Option(help: ArgumentHelp("How many may use it.", valueName: "count")) var uses: UInt32?
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run { try await $0.invite(to: room, validFor: span, usesMax: uses) }
        }
    }

    struct Invitations: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a room's invitations.")
        @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listInvitations(to: room) } }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End an invitation.")
        @Argument(help: "Its code.") var code: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.revokeInvitation(code) } }
    }
}

struct SettingsArguments: ParsableArguments {
    @Option(help: "What it is for.") var description: String?
    @Option(help: "What it is about now.") var topic: String?
    @Option(help: "Who may come in: open to all, private (password or invitation), closed.") var kind: RoomKind?
    @Option(
        help: ArgumentHelp(
            "Needed to come in; empty for none. Others on this machine can see it here.", valueName: "password"))
    var roomPassword: String?
    @Option(help: ArgumentHelp("Most members present; 0 for the server's limit.", valueName: "count"))
    var membersMax: Int?
    @Option(help: ArgumentHelp("Time between two messages of one person; 0 for none.", valueName: "seconds"))
    var slowMode: Int?
    @Option(help: ArgumentHelp("Delete messages after so many days; 0 for never.", valueName: "days"))
    var retentionDays: Int?
    @Option(help: ArgumentHelp("Keep so many of the newest messages; 0 for all.", valueName: "count"))
    var retentionCount: Int?
    @Option(help: LoudestTalkers.help) var loudestTalkers: LoudestTalkers?
    @Option(
        help:
            "How voice comes to those who have no wish of their own: everybody's own stream, or one that the server mixes."
    )
    var delivery: VoiceDelivery?

    var settings: RoomSettings {
        var settings = RoomSettings()
        settings.description = description
        settings.topic = topic
        settings.kind = kind
        settings.password = roomPassword
        settings.membersMax = membersMax
        settings.slowModeSeconds = slowMode
        settings.retentionDays = retentionDays
        settings.retentionCount = retentionCount
        settings.loudestTalkers = loudestTalkers?.number
        settings.delivery = delivery
        return settings
    }
}

/// How many talkers of a room are heard at once, as a person writes it.
struct LoudestTalkers: ExpressibleByArgument {
    /// As `RoomSettings` has it.
    let number: Int

    init?(argument: String) {
        switch argument.lowercased() {
        case "all": number = 0
        case "server": number = -1
        default:
            guard let number = Int(argument), number >= 0 else { return nil }
            self.number = number
        }
    }

    static let help = ArgumentHelp(
        "Forward only so many talkers at once, the loudest: 1 to 64, all, or server for the server's number.",
        valueName: "count|all|server")
}

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "List the people of the server, or the members of a room.")

    @Option(help: ArgumentHelp("Only members of this room.", valueName: "name|id"))
    var room: String?

    @Option(help: ArgumentHelp("Only names that begin so.", valueName: "text"))
    var name: String?

    @Option(help: ArgumentHelp("At most so many. (default: all)", valueName: "count"))
    var limit: Int?

    @OptionGroup var chat: ChatArguments

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1.") }
    }

    func run() async throws {
        try await chat.run { try await $0.listUsers(room: room, namePrefix: name, limit: limit) }
    }
}
