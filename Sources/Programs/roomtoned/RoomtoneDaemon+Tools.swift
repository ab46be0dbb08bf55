import ArgumentParser
import Daemon

// What `roomtoned` does besides serving.
extension RoomtoneDaemon {
    /// Where the configuration and the data are.
    struct PlaceArguments: ParsableArguments {
        @Option(name: .customLong("config"), help: "A configuration file in YAML.")
        var configurationFile: String?

        @Option(help: "Where database, certificate and key live.")
        var dataDirectory: String?

        var flags: [ConfigurationFlag] {
            dataDirectory.map { [ConfigurationFlag(name: "--data-directory", key: "data_directory", value: $0)] } ?? []
        }
    }

    struct CheckConfig: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-config",
            abstract: "Say whether the configuration could be used, and start nothing.",
            discussion: "Reads the file, the environment and the flags as a start would.")

        @OptionGroup var place: PlaceArguments

        @Flag(help: "Print every key: type, what is allowed, default, and whether a new value needs a restart.")
        var list = false

        func run() throws {
            if list { return Daemon.listConfiguration() }
            try end(Daemon.checkConfiguration(configurationFile: place.configurationFile, flags: place.flags))
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup in the place of the database.",
            discussion: """
                Checks the backup first. The server must not run. What was there is kept beside it; the search index is made \
                again at the next start.
                """)

        @Argument(help: "What “roomtone admin backup” made.")
        var file: String

        @OptionGroup var place: PlaceArguments

        func run() throws {
            try end(Daemon.restore(copy: file, configurationFile: place.configurationFile, flags: place.flags))
        }
    }

    struct Integrity: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the database, or a backup.",
            discussion: "A server may be using it. Prints what is wrong and fails; prints one line for a sound one.")

        @Argument(help: "A backup; without it the database of the data directory.")
        var file: String?

        @OptionGroup var place: PlaceArguments

        func run() throws {
            try end(
                Daemon.checkIntegrity(of: file, configurationFile: place.configurationFile, flags: place.flags))
        }
    }
}

private func end(_ status: Int32) throws {
    if status != 0 { throw ExitCode(status) }
}
