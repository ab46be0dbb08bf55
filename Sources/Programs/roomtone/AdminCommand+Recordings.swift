import ArgumentParser
import ChatCommands

/// Days that something is kept.
struct DayCount: ExpressibleByArgument {
    /// 0: for ever; −1: the server's number.
    let number: Int

    init?(argument: String) {
        switch argument {
        case "ever": number = 0
        case "server": number = -1
        default:
            guard let days = Int(argument), days > 0 else { return nil }
            number = days
        }
    }
}

extension AdminCommand {
    struct FilterArguments: ParsableArguments {
        @Option(help: ArgumentHelp("Of this room.", valueName: "name|id")) var room: String?
        @Option(name: .customLong("of"), help: ArgumentHelp("Of this person.", valueName: "name|id")) var person:
            String?
        @Option(help: ArgumentHelp("Continue before this one.", valueName: "number")) var before: UInt64?
        @Option(help: ArgumentHelp("At most so many.", valueName: "count")) var limit: Int?

        var filter: RecordFilter { RecordFilter(room: room, user: person, before: before, limit: limit) }
    }

    struct Recordings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recordings of rooms' voice.",
            subcommands: [List.self, Fetch.self, Delete.self, Start.self, Stop.self])

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List recordings, newest first.")
            @OptionGroup var filter: FilterArguments
            @OptionGroup var chat: ChatArguments

            func run() async throws {
                let wanted = filter.filter
                try await chat.run { try await $0.listRecordings(wanted) }
            }
        }

        struct Fetch: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Fetch a recording: manifest.json, one Ogg Opus file for each speaker, and the mix.")
            @Argument(help: "The recording's number.") var recording: UInt64
            @Option(help: ArgumentHelp("A new directory. (default: the recording's number)", valueName: "directory"))
            var to: String?
            @OptionGroup var chat: ChatArguments
            func run() async throws { try await chat.run { try await $0.fetchRecording(recording, to: to) } }
        }

        struct Delete: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Delete a recording with all its files.")
            @Argument(help: "The recording's number.") var recording: UInt64
            @OptionGroup var chat: ChatArguments
            func run() async throws { try await chat.run { try await $0.deleteRecording(recording) } }
        }

        struct Start: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Record a room's voice. Everybody is told and asked; who agrees is recorded.")
            @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
            @Flag(help: "Make a mix of all who agree as well, when the recording has ended.") var mix = false
            @OptionGroup var chat: ChatArguments
            func run() async throws {
                try await chat.run { try await $0.record(room: room, starts: true, hasMix: mix) }
            }
        }

        struct Stop: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Stop the recording of a room's voice.")
            @Argument(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
            @OptionGroup var chat: ChatArguments
            func run() async throws { try await chat.run { try await $0.record(room: room, starts: false) } }
        }
    }

    struct VoiceLog: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "voice-log",
            abstract: "Print who was in voice when, and how well they were heard, newest first.")
        @OptionGroup var filter: FilterArguments
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            let wanted = filter.filter
            try await chat.run { try await $0.listVoiceLog(wanted) }
        }
    }

    struct UserData: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "user-data", abstract: "What the server holds of one account.",
            subcommands: [Export.self, Delete.self])

        struct Export: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Show how much the server holds of an account, or write all of it into a file.")
            @Argument(help: ArgumentHelp("Whose.", valueName: "name|id")) var who: String
            @Option(
                help: ArgumentHelp(
                    "Write all of it there as JSON: messages, voice log, recordings' entries. A new file.",
                    valueName: "file"))
            var to: String?
            @OptionGroup var chat: ChatArguments
            func run() async throws {
                try await chat.run { runner in
                    if let to {
                        try await runner.exportUserData(of: who, to: to)
                    } else {
                        try await runner.exportUserData(of: who)
                    }
                }
            }
        }

        struct Delete: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Delete an account with its messages, recordings and voice log, for ever.")
            @Argument(help: ArgumentHelp("Whose.", valueName: "name|id")) var who: String
            @Flag(help: "Do not ask.") var yes = false
            @OptionGroup var chat: ChatArguments
            func run() async throws { try await chat.run { try await $0.deleteUserData(of: who, isConfirmed: yes) } }
        }
    }

    struct RecordingDays: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "recording-days",
            abstract: "Set for how many days a room's recordings are kept.")
        @Argument(
            help: ArgumentHelp("Days, or for ever, or as long as the server says.", valueName: "days|ever|server"))
        var days: DayCount
        @Option(help: ArgumentHelp("The room.", valueName: "name|id")) var room: String
        @OptionGroup var chat: ChatArguments

        func run() async throws {
            var settings = RoomSettings()
            settings.recordingDays = days.number
            let changes = settings
            try await chat.run { try await $0.updateRoom(room, changes) }
        }
    }
}
