import ControlServer
import Credentials
import Foundation
import Operations
import TestSupport
import Testing
import VoiceRelay

@testable import Daemon

@Suite(.timeLimit(.minutes(1))) struct RunningDaemonTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private var configuration: DaemonConfiguration {
        var configuration = DaemonConfiguration()
        configuration.dataDirectory = directory.file("data")
        configuration.control.host = "127.0.0.1"
        configuration.control.port = 0
        configuration.voice.host = "127.0.0.1"
        configuration.voice.port = 0
        configuration.voiceThreads = 1
        configuration.operations.port = 0
        configuration.hashing.cost = .least
        return configuration
    }

    @Test func startsStopsAndStartsAgainWithItsCertificate() async throws {
        let first = try await Daemon.start(configuration)
        #expect(first.controlPort != 0 && first.voicePort != 0)
        await first.stop()
        let second = try await Daemon.start(configuration)
        #expect(second.certificateFingerprint == first.certificateFingerprint)
        await second.stop()
        await second.wait()
    }

    @Test func eachStartHasItsOwnOwnershipToken() async throws {
        let first = try await Daemon.start(configuration)
        let token = try #require(first.ownershipToken)
        #expect(token.count == 64 && first.joinInstructions.contains(token))
        await first.stop()
        let second = try await Daemon.start(configuration)
        #expect(try #require(second.ownershipToken) != token)
        await second.stop()
    }

    @Test func everyFileIsItsOwnersOnly() async throws {
        let server = try await Daemon.start(configuration)
        #expect(try directory.permissions(of: "data") == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("data"))
        #expect(names.contains("key.pem") && names.contains("roomtone.sqlite-wal"))
        for name in names {
            let isFolder = name == "recordings"
            #expect(try directory.permissions(of: "data/" + name) == (isFolder ? 0o700 : 0o600), "\(name)")
        }
        await server.stop()
    }

    @Test func joinInstructionsTellAllThatIsNeeded() async throws {
        let server = try await Daemon.start(configuration)
        let text = server.joinInstructions
        for part in [
            "TCP port \(server.controlPort)", "UDP port \(server.voicePort)", server.certificateFingerprint,
            "roomtone talk --server 127.0.0.1:\(server.controlPort) --room General --user NAME",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        await server.stop()
    }

    @Test func portInUseIsOneClearLineAndLeavesNothingRunning() async throws {
        let first = try await Daemon.start(configuration)
        let other = try TemporaryFolder()
        var second = configuration
        second.dataDirectory = other.path
        second.control.port = first.controlPort
        let error = await #expect(throws: DaemonError.self) { try await Daemon.start(second) }
        #expect(
            error?.description
                == "TCP port \(first.controlPort) of 127.0.0.1 is in use: stop the program that has it, or choose another port"
        )
        // Nothing of the failed starts holds the other directory's database or a port.
        var third = configuration
        third.dataDirectory = other.path
        let running = try await Daemon.start(third)
        await running.stop()
        await first.stop()
    }

    @Test func addressOfAnotherMachineIsOneClearLine() async throws {
        var elsewhere = configuration
        elsewhere.control.host = "192.0.2.1"
        let error = await #expect(throws: DaemonError.self) { try await Daemon.start(elsewhere) }
        #expect(error?.description.contains("192.0.2.1") == true)
        elsewhere.control.host = "not an address"
        let other = await #expect(throws: DaemonError.self) { try await Daemon.start(elsewhere) }
        #expect(other?.description.contains("not an address") == true)
    }

    @Test func damagedDatabaseIsOneClearLine() async throws {
        try DataDirectory.prepare(configuration.dataDirectory)
        let path = configuration.dataDirectory + "/" + DataDirectory.databaseFile
        try Data(repeating: 0x41, count: 4_096).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: DaemonError.self) { try await Daemon.start(configuration) }
        #expect(error?.description.contains(path) == true)
    }
}
