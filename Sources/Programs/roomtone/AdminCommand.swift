import ArgumentParser
import ChatCommands
import Permissions

struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Roles, rights, bans, order in rooms, and how the server is doing.",
        subcommands: [
            ClaimOwnership.self, SetRole.self, Kick.self, Ban.self, Unban.self, Bans.self, Mute.self, Unmute.self,
            Deafen.self, Undeafen.self, Move.self, Override.self, Overrides.self, Audit.self, SlowMode.self,
            Retention.self, Loudest.self, Recordings.self, RecordingDays.self, VoiceLog.self, UserData.self,
            Backup.self, Integrity.self,
            Top.self, Sessions.self, Revoke.self, Rooms.self, Limits.self,
            SetLimit.self,
        ])

    struct ClaimOwnership: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Become the server's owner, with the token that it printed at its first start.")
        @Argument(help: "Asked for if it is not given.") var token: String?
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.claimOwnership(token: token) } }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give somebody a role, below your own.")
        @Argument(help: ArgumentHelp("Who.", valueName: "name|id")) var who: String
        @Argument(help: "The role.") var role: Role
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.setRole(of: who, to: role) } }
    }

    struct Override: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the rights of a role or of one person in a room.",
            discussion: "Without --allow and --deny the change is taken away. Rights: \(PermissionList.names).")
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Option(help: "The role whose rights change.") var role: Role?
        @Option(
            name: .customLong("for-user"), help: ArgumentHelp("The person whose rights change.", valueName: "name|id"))
        var subject: String?
        @Option(help: ArgumentHelp("Rights with commas between.", valueName: "rights"), transform: PermissionList.read)
        var allow: PermissionList?
        @Option(help: ArgumentHelp("Rights with commas between.", valueName: "rights"), transform: PermissionList.read)
        var deny: PermissionList?
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run {
                try await $0.setOverride(
                    room: room, role: role, user: subject, allowed: allow?.permissions ?? [],
                    denied: deny?.permissions ?? [])
            }
        }
    }

    struct Overrides: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List whose rights a room changes.")
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listOverrides(room: room) } }
    }

    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the audit log, newest first.")
        @Option(help: ArgumentHelp("Continue before this entry.", valueName: "entry")) var before: UInt64?
        @Option(help: ArgumentHelp("At most so many.", valueName: "count")) var limit: Int?
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listAudit(before: before, limit: limit) } }
    }

    struct SlowMode: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the time between two messages of one person in a room; 0 ends it.")
        @Argument(help: ArgumentHelp("Seconds.", valueName: "seconds")) var seconds: Int
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            var settings = RoomSettings()
            settings.slowModeSeconds = seconds
            let changes = settings
            try await chat.run { try await $0.updateRoom(room, changes) }
        }
    }

    struct Loudest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "loudest-talkers",
            abstract: "Set how many talkers of a room are heard at once, the loudest first.")
        @Argument(help: LoudestTalkers.help) var talkers: LoudestTalkers
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            var settings = RoomSettings()
            settings.loudestTalkers = talkers.number
            let changes = settings
            try await chat.run { try await $0.updateRoom(room, changes) }
        }
    }

    struct Retention: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set how long, or how many, messages of a room are kept; 0 keeps all.")
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Option(help: ArgumentHelp("Delete them after so many days.", valueName: "days")) var days: Int?
        @Option(help: ArgumentHelp("Keep so many of the newest.", valueName: "count")) var count: Int?
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            var settings = RoomSettings()
            settings.retentionDays = days
            settings.retentionCount = count
            let changes = settings
            try await chat.run { try await $0.updateRoom(room, changes) }
        }
    }
}
