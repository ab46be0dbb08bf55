import ArgumentParser
import ChatCommands

extension AdminCommand {
    /// Whom, where and why.
    struct TargetArguments: ParsableArguments {
        @Argument(help: ArgumentHelp("Who.", valueName: "name|id")) var who: String
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @Option(help: ArgumentHelp("Told to them, and kept in the audit log.", valueName: "text")) var reason: String?

        func target(span: String? = nil) -> Target { Target(user: who, room: room, reason: reason, span: span) }
    }

    struct SpanArguments: ParsableArguments {
        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("For how long: 90s, 15m, 2h, 7d. (default: until it is taken back)", valueName: "span"))
        var span: String?
    }

    struct Kick: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put somebody out of a room.")
        @OptionGroup var target: TargetArguments
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.kick(target.target()) } }
    }

    struct Mute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Mute somebody in a room's voice, for all.")
        @OptionGroup var target: TargetArguments
        @OptionGroup var time: SpanArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run {
                try await $0.restrain(target.target(span: time.span), isMuted: true, isDeafened: nil)
            }
        }
    }

    struct Unmute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a mute.")
        @OptionGroup var target: TargetArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run { try await $0.restrain(target.target(), isMuted: false, isDeafened: nil) }
        }
    }

    struct Deafen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let somebody hear nothing of a room's voice.")
        @OptionGroup var target: TargetArguments
        @OptionGroup var time: SpanArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run {
                try await $0.restrain(target.target(span: time.span), isMuted: nil, isDeafened: true)
            }
        }
    }

    struct Undeafen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let somebody hear again.")
        @OptionGroup var target: TargetArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run { try await $0.restrain(target.target(), isMuted: nil, isDeafened: false) }
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send somebody in voice to another room.")
        @OptionGroup var target: TargetArguments
        @Option(help: ArgumentHelp("Where to.", valueName: "name|id")) var to: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.move(target.target(), to: to) } }
    }

    struct Ban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a person out of a room or off the server, or addresses off the server.")
        @Argument(help: ArgumentHelp("Who.", valueName: "name|id")) var who: String?
        @Option(
            help: ArgumentHelp(
                "An address or a range: 192.0.2.7, 192.0.2.0/24, 2001:db8::/48, FIRST-LAST.", valueName: "address"))
        var address: String?
        @Option(help: ArgumentHelp("Only from this room.", valueName: "name|id")) var room: String?
        @Option(help: ArgumentHelp("Told to them, and kept in the audit log.", valueName: "text")) var reason: String?
        @OptionGroup var time: SpanArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            try await chat.run {
                try await $0.ban(user: who, address: address, room: room, reason: reason, span: time.span)
            }
        }
    }

    struct Unban: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a ban.")
        @Argument(help: "Its number, as “admin bans” shows it.") var ban: UInt64
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.unban(ban) } }
    }

    struct Bans: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the bans of a room, or of the server.")
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String?
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listBans(room: room) } }
    }
}
