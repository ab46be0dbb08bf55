import ArgumentParser
import Daemon

// What `roomtoned` does besides serving.
extension RoomtoneDaemon {
    struct CheckConfig: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-config",
            abstract: "Say whether the configuration could be used, and start nothing.",
            discussion: "Takes the options of roomtoned itself, --config and all others, as a start would.")

        // What stands before or behind the subcommand is the server's own to read: an option of one name has one meaning.
        @ParentCommand var server: RoomtoneDaemon

        @Flag(help: "Print every key: type, what is allowed, default, and whether a new value needs a restart.")
        var list = false

        func run() throws {
            if list { return Daemon.listConfiguration() }
            try end(Daemon.checkConfiguration(configurationFile: server.configurationFile, flags: server.flags))
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup in the place of the database.",
            discussion: """
                Checks the backup first. The server must not run. What was there is kept beside it; the search index is made \
                again at the next start. Takes --config and --data-directory as roomtoned itself does.
                """)

        @Argument(help: "What “roomtone admin backup” made.")
        var file: String

        @ParentCommand var server: RoomtoneDaemon

        func run() throws {
            try end(Daemon.restore(copy: file, configurationFile: server.configurationFile, flags: server.flags))
        }
    }

    struct Integrity: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the database, or a backup.",
            discussion: """
                A server may be using it. Prints what is wrong and fails; prints one line for a sound one. Takes --config and \
                --data-directory as roomtoned itself does.
                """)

        @Argument(help: "A backup; without it the database of the data directory.")
        var file: String?

        @ParentCommand var server: RoomtoneDaemon

        func run() throws {
            try end(
                Daemon.checkIntegrity(of: file, configurationFile: server.configurationFile, flags: server.flags))
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password",
            abstract: "Give an account a new password: its own is lost.",
            discussion: """
                Asks for it on a terminal, without showing it, or takes the first line of standard input. The server must not run. \
                The account's sessions end. Takes --config and --data-directory as roomtoned itself does.
                """)

        @Argument(help: "The account's name.")
        var name: String

        @ParentCommand var server: RoomtoneDaemon

        func run() async throws {
            try end(
                await Daemon.resetPassword(
                    of: name, configurationFile: server.configurationFile, flags: server.flags))
        }
    }
}

private func end(_ status: Int32) throws {
    if status != 0 { throw ExitCode(status) }
}
