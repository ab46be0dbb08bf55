import ArgumentParser
import ChatCommands

/// What those look at and change who run the server.
extension AdminCommand {
    struct Top: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who is in voice and how it reaches them, again and again.",
            discussion: """
                LOSS, JITTER, DELAY and MOS (1…4.5) are what the client last reported of all that it hears; HEARD LOSS is what \
                its listeners miss of it. Ctrl-C ends it.
                """)
        @Option(help: ArgumentHelp("Only this room.", valueName: "name|id")) var room: String?
        @Flag(help: "Look once.") var once = false
        @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds")) var every = 2.0
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.top(room: room, every: once ? nil : every) } }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices that stay logged in, everybody's.")
        @Option(help: ArgumentHelp("Continue behind this session.", valueName: "session")) var after: UInt64?
        @Option(help: ArgumentHelp("At most so many.", valueName: "count")) var limit: Int?
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listDeviceSessions(after: after, limit: limit) } }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Log a device out and close its connections.")
        @Argument(help: "The session's number, as “admin sessions” shows it.") var session: UInt64
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.revokeSession(session) } }
    }

    struct Rooms: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rooms and how their voice is doing.")
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listRoomVoice() } }
    }

    struct Limits: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the server's settings.")
        @Argument(help: "Only those whose keys begin so, such as “voice.”.") var beginning: String?
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.listLimits(beginning) } }
    }

    struct SetLimit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-limit",
            abstract: "Change a setting while the server runs, until its next reload or start.")
        @Argument(help: "As “admin limits” shows it.") var key: String
        @Argument(help: "As it would stand in the configuration file.") var value: String
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.setLimit(key, to: value) } }
    }
}
