import ArgumentParser
import ChatCommands
import ControlWire

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Write to a room, or privately.",
        discussion: """
            Without a text every line of standard input is a message of its own. What is printed as stored is stored for \
            good; a message is neither lost nor sent twice when the connection breaks.
            """)

    @OptionGroup var place: PlaceArguments

    @Option(help: ArgumentHelp("The message that this answers.", valueName: "id"))
    var replyTo: MessageNumber?

    @Argument(help: "The message; words are joined by spaces.")
    var text: [String] = []

    @OptionGroup var chat: ChatArguments

    func run() async throws {
        let text = text.isEmpty ? nil : text.joined(separator: " ")
        try await chat.run { try await $0.send(to: place.place, replyTo: replyTo?.id, text: text) }
    }
}

struct PrivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "private", abstract: "Write to one person: short for “send --with”.")

    @Argument(help: ArgumentHelp("Who gets it.", valueName: "name|id"))
    var to: String

    @Argument(help: "The message; without it, the lines of standard input.")
    var text: [String] = []

    @OptionGroup var chat: ChatArguments

    func run() async throws {
        let text = text.isEmpty ? nil : text.joined(separator: " ")
        try await chat.run { try await $0.send(to: .user(to), replyTo: nil, text: text) }
    }
}

struct EditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change a message of yours.")

    @Argument(help: "The message's number.")
    var message: MessageNumber

    @Argument(help: "The new text.")
    var text: [String]

    @OptionGroup var chat: ChatArguments

    func run() async throws {
        try await chat.run { try await $0.edit(message.id, text: text.joined(separator: " ")) }
    }
}

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a message of yours, or, with the right to, of somebody else.")

    @Argument(help: "The message's number.")
    var message: MessageNumber

    @Option(help: ArgumentHelp("For the audit log.", valueName: "text"))
    var reason: String?

    @OptionGroup var chat: ChatArguments

    func run() async throws { try await chat.run { try await $0.delete(message.id, reason: reason) } }
}

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Print what was written: the newest, or what is next to a message.")

    @OptionGroup var place: PlaceArguments

    @Option(help: ArgumentHelp("The newest before this message.", valueName: "id"))
    var before: MessageNumber?

    @Option(help: ArgumentHelp("The oldest after this message.", valueName: "id"))
    var after: MessageNumber?

    @Option(help: ArgumentHelp("At most so many, 1 to 200. (default: 50)", valueName: "count"))
    var limit: Int?

    @OptionGroup var chat: ChatArguments

    func run() async throws {
        try await chat.run {
            try await $0.history(of: place.place, before: before?.id, after: after?.id, limit: limit)
        }
    }
}

struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Print what is written in a room, as it is written, until interrupted.",
        discussion: "Every message is printed once and in order, also when the connection was lost in between.")

    @Option(help: ArgumentHelp("The room.", valueName: "name|id"))
    var room: String

    @Option(help: ArgumentHelp("Begin with so many of the newest, 0 to 200.", valueName: "count"))
    var limit = 0

    @OptionGroup var chat: ChatArguments

    func run() async throws { try await chat.run { try await $0.follow(room: room, limit: limit) } }
}

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find messages in the rooms that you may read.",
        discussion: """
            Words must all occur; “"a phrase"” as it stands, “prefix*” as a beginning; from:NAME, in:ROOM, \
            before:2026-11-22, after:2026-11-22, has:mention. Quote the query for your shell.
            """)

    @Argument(help: "What to look for.")
    var query: [String]

    @Flag(help: "The best matches first instead of the newest.")
    var rank = false

    @Option(help: ArgumentHelp("Continue before this message.", valueName: "id"))
    var before: MessageNumber?

    @Option(help: ArgumentHelp("At most so many, 1 to 50. (default: 20)", valueName: "count"))
    var limit: Int?

    @OptionGroup var chat: ChatArguments

    func validate() throws {
        guard !rank || before == nil else { throw ValidationError("--before goes with newest first, not with --rank.") }
    }

    func run() async throws {
        try await chat.run {
            try await $0.search(
                query.joined(separator: " "), order: rank ? .rank : nil, before: before?.id, limit: limit)
        }
    }
}

struct UnreadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unread", abstract: "List your conversations with what you have not read.")

    @OptionGroup var chat: ChatArguments

    func run() async throws { try await chat.run { try await $0.unread() } }
}

struct MarkReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark-read", abstract: "Say that you have read a conversation, or up to a message.")

    @OptionGroup var place: PlaceArguments

    @Argument(help: "The last message you have read; without it, the newest.")
    var message: MessageNumber?

    @OptionGroup var chat: ChatArguments

    func run() async throws { try await chat.run { try await $0.markRead(place.place, through: message?.id) } }
}
