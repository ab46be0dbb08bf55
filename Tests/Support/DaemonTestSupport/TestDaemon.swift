import ControlServer
import Credentials
public import Daemon
import Logging
import Operations
import VoiceRelay

/// The real server in this process, for tests: on ports of its own on 127.0.0.1, with cheap passwords and no log.
public enum TestDaemon {
    /// Starts one that keeps its data in `folder`; in the folder of an earlier one it goes on where that one stopped.
    public static func start(
        in folder: String, port: UInt16 = 0, source: ConfigurationSource? = nil,
        _ change: (inout DaemonConfiguration) -> Void = { _ in },
        loggers: @escaping LoggerFactory = TestDaemon.silent
    ) async throws -> RunningDaemon {
        var configuration = DaemonConfiguration()
        configuration.dataDirectory = folder
        configuration.control.host = "127.0.0.1"
        configuration.control.port = port
        configuration.voice.host = "127.0.0.1"
        configuration.voice.port = 0
        configuration.voiceThreads = 1
        configuration.operations.port = 0
        configuration.hashing.cost = .least
        change(&configuration)
        return try await Daemon.start(configuration, source: source, loggers: loggers)
    }

    @Sendable public static func silent(_ module: LogModule) -> Logger {
        Logger(label: module.rawValue) { _ in SwiftLogNoOpLogHandler() }
    }
}
