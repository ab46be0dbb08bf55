import ControlServer
import Credentials
import Daemon
import Operations
import TestSupport
import VoiceRelay

/// A whole server on ports of its own, with its data in a directory that goes with it.
func withServer<Output>(
    _ change: (inout DaemonConfiguration) -> Void = { _ in }, _ body: (RunningDaemon) async throws -> Output
) async throws -> Output {
    let directory = try TemporaryFolder()
    var configuration = DaemonConfiguration()
    configuration.dataDirectory = directory.path
    configuration.control.host = "127.0.0.1"
    configuration.control.port = 0
    configuration.voice.host = "127.0.0.1"
    configuration.voice.port = 0
    configuration.voiceThreads = 1
    configuration.operations.port = 0
    configuration.hashing.cost = .least
    change(&configuration)
    let server = try await Daemon.start(configuration)
    do {
        let output = try await body(server)
        await server.stop()
        return output
    } catch {
        await server.stop()
        throw error
    }
}
