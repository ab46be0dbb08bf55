import ControlServer
import Credentials
import Foundation
import Logging
import Rooms
import TestSupport
import Testing

@testable import Daemon

/// A configuration that is read again while the server runs.
@Suite(.timeLimit(.minutes(1))) struct ReloadTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let start = """
        control: {host: "127.0.0.1", port: 0}
        voice: {host: "127.0.0.1", port: 0, threads: 1}
        operations: {port: 0}
        accounts: {hash_memory_bytes: 8192, hash_passes: 1}
        """

    private func write(_ lines: String) throws { try folder.write(Self.start + "\n" + lines, to: "roomtoned.yaml") }

    private func daemon() async throws -> RunningDaemon {
        let source = ConfigurationSource(
            file: folder.file("roomtoned.yaml"), environment: ["ROOMTONE_DATA_DIRECTORY": folder.file("data")],
            flags: [])
        return try await Daemon.start(try source.load(), source: source) { module in
            Logger(label: module.rawValue) { _ in SwiftLogNoOpLogHandler() }
        }
    }

    @Test func whatMayChangeHoldsAndWhatMayNotIsNamed() async throws {
        try write("")
        let server = try await daemon()
        try write("text: {mentions_max: 3, history_cached_max: 7}\nrooms: {max: 5}\nsearch: {threads: 2}")
        let outcome = try await server.reload()
        #expect(outcome.changed == ["rooms.max", "text.mentions_max"])
        #expect(outcome.needsRestart == ["text.history_cached_max", "search.threads"])
        #expect(outcome.certificateFingerprint == server.certificateFingerprint)
        #expect(try await server.reload().changed == [], "it holds already")
        // What waits for a restart is named until it came.
        #expect(try await server.reload().needsRestart == ["text.history_cached_max", "search.threads"])
        await server.stop()
    }

    @Test func aWrongFileChangesNothingAndSaysWhy() async throws {
        try write("")
        let server = try await daemon()
        try write("rooms: {max: 5}\ntext: {mentions_max: 101}")
        let path = folder.file("roomtoned.yaml")
        let error = await #expect(throws: DaemonError.self) { try await server.reload() }
        #expect(error?.description == "\(path), key text.mentions_max: expected 0…100 people, found “101”")
        try write("rooms: {max: 5}\ntls: {certificate_file: \"/nowhere/c.pem\", key_file: \"/nowhere/k.pem\"}")
        let missing = await #expect(throws: DaemonError.self) { try await server.reload() }
        #expect(missing?.description.contains("/nowhere/c.pem") == true)
        try write("rooms: {max: 5}")
        // Neither of the two took anything into force.
        #expect(try await server.reload().changed == ["rooms.max"])
        await server.stop()
    }

    @Test func aNewCertificateIsServedFromThenOn() async throws {
        try write("")
        let server = try await daemon()
        let other = try TemporaryFolder()
        let identity = try ServerIdentity.loadOrCreate(directory: other.path, names: [])
        try write(
            "tls: {certificate_file: \"\(other.file("certificate.pem"))\", key_file: \"\(other.file("key.pem"))\"}")
        let outcome = try await server.reload()
        #expect(outcome.certificateFingerprint == identity.fingerprint)
        #expect(outcome.certificateFingerprint != server.certificateFingerprint)
        #expect(outcome.changed == ["tls.certificate_file", "tls.key_file"])
        await server.stop()
    }

    @Test func anIdentityThatIsGoneIsNotReplacedByAnother() async throws {
        try write("")
        let server = try await daemon()
        for file in ["certificate.pem", "key.pem"] {
            try FileManager.default.removeItem(atPath: folder.file("data/" + file))
        }
        try write("rooms: {max: 5}")
        let error = await #expect(throws: DaemonError.self) { try await server.reload() }
        #expect(error?.description.contains("certificate.pem") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("data/" + "key.pem")))
        await server.stop()
    }

    /// Each key is of one kind, and those that are live reach what is looked up.
    @Test(arguments: DaemonSettings.all.map(\.key))
    func everyKeyIsTakenOrNamed(_ key: String) throws {
        let setting = try #require(DaemonSettings.all.first { $0.key == key })
        let before = DaemonConfiguration()
        var wanted = before
        let value = try #require(setting.otherValues.first, "no other value of \(key) was found")
        #expect(setting.read(value, &wanted))
        let (merged, outcome) = Reloader.merge(wanted, over: before)
        #expect(outcome.changed == (setting.isLive ? [key] : []))
        #expect(outcome.needsRestart == (setting.isLive ? [] : [key]))
        #expect(setting.write(merged) == setting.write(setting.isLive ? wanted : before))
    }

    @Test func limitsReachThoseWhoLookThemUp() {
        var configuration = DaemonConfiguration()
        let limits = LiveLimits(configuration)
        configuration.rooms.roomsMax = 3
        configuration.text.mentionsPerMessageMax = 4
        configuration.attempts.perRoom.burst = 5
        configuration.control.connectionsMax = 6
        configuration.drainTime = .seconds(7)
        limits.apply(configuration)
        #expect(limits.rooms.value.roomsMax == 3 && limits.text.value.mentionsPerMessageMax == 4)
        #expect(limits.attempts.value.perRoom.burst == 5 && limits.control.value.connectionsMax == 6)
        #expect(limits.drainTime.value == .seconds(7))
    }
}
