import ControlServer
import Credentials
import Foundation
import Operations
import TestSupport
import Testing
import VoiceRelay

@testable import Daemon

/// Whose port is taken reads which setting names another.
@Suite(.timeLimit(.minutes(1))) struct PortInUseTests {
    @Test(arguments: [1, 2]) func theVoicePortIsNamedWithItsKeyAndFlag(threadCount: Int) async throws {
        let folder = try TemporaryFolder()
        func configuration(_ name: String, voicePort: UInt16) -> DaemonConfiguration {
            var configuration = DaemonConfiguration()
            configuration.dataDirectory = folder.file(name)
            configuration.control.host = "127.0.0.1"
            configuration.control.port = 0
            configuration.voice.host = "127.0.0.1"
            configuration.voice.port = voicePort
            configuration.voiceThreads = threadCount
            configuration.operations.port = 0
            configuration.hashing.cost = .least
            return configuration
        }
        let first = try await Daemon.start(configuration("first", voicePort: 0))
        let second = configuration("second", voicePort: first.voicePort)
        let error = await #expect(throws: DaemonError.self) { try await Daemon.start(second) }
        await first.stop()
        let text = try #require(error?.description)
        for part in ["UDP 127.0.0.1:\(first.voicePort)", "voice.port", "--voice-port"] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(!text.contains("\n"))
    }
}
