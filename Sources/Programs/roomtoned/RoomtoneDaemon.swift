import ArgumentParser
import Daemon

@main
struct RoomtoneDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roomtoned", abstract: "Runs a Roomtone server: voice and text chat in rooms.",
        discussion: """
            Flags win over the environment (ROOMTONE_CONTROL_PORT=…), the environment over the file. \
            Every key is explained in Configuration/roomtoned.yaml.
            """, subcommands: [CheckConfig.self, Restore.self, Integrity.self, ResetPassword.self])

    @Option(name: .customLong("config"), help: "A configuration file in YAML.")
    var configurationFile: String?

    @Option(help: "Where database, certificate and key live.")
    var dataDirectory: String?

    @Option(help: "The numeric address to listen on, for control and voice.")
    var host: String?

    @Option(help: "The TCP port for control and text.")
    var controlPort: String?

    @Option(help: "The UDP port for voice.")
    var voicePort: String?

    @Option(help: "The TCP port for metrics, health and administration over HTTP.")
    var operationsPort: String?

    @Option(help: "Threads that forward voice; 0 for one per two processors.")
    var relayThreads: String?

    @Option(help: "Talkers of a room who are heard at once, the loudest; 0 for all.")
    var loudestTalkers: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Flag(help: "Let other machines connect without encryption.")
    var allowPlaintext = false

    @Flag(help: "Let clients talk without encryption.")
    var allowUnsealedVoice = false

    mutating func run() async throws {
        let status = await Daemon.run(configurationFile: configurationFile, flags: flags)
        if status != 0 { throw ExitCode(status) }
    }

    var flags: [ConfigurationFlag] {
        let options: [(name: String, key: String, value: String?)] = [
            ("--data-directory", "data_directory", dataDirectory), ("--host", "control.host", host),
            ("--host", "voice.host", host), ("--control-port", "control.port", controlPort),
            ("--voice-port", "voice.port", voicePort), ("--operations-port", "operations.port", operationsPort),
            ("--relay-threads", "voice.threads", relayThreads),
            ("--loudest-talkers", "voice.loudest_talkers", loudestTalkers), ("--log-level", "log_level", logLevel),
            ("--allow-plaintext", "control.allow_plaintext", allowPlaintext ? "true" : nil),
            ("--allow-unsealed-voice", "voice.allow_unsealed", allowUnsealedVoice ? "true" : nil),
        ]
        return options.compactMap { option in
            option.value.map { ConfigurationFlag(name: option.name, key: option.key, value: $0) }
        }
    }
}
