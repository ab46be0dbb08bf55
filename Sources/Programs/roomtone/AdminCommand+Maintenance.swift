import ArgumentParser
import ChatCommands

extension AdminCommand {
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the server's database while it runs.",
            discussion: """
                The copy is put into the folder “backups” of the server's data directory and is whole by itself. \
                “roomtoned restore” puts it back.
                """)
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.backUp() } }
    }

    struct Integrity: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the server's database while it runs.",
            discussion: "Prints what is wrong with it and fails; prints nothing for a sound one.")
        @OptionGroup var chat: ChatArguments
        func run() async throws { try await chat.run { try await $0.checkIntegrity() } }
    }
}
