import AudioTestSupport
import Foundation
import Logging
import TestSupport
import Testing
import VoiceStateCache

@testable import Daemon

@Suite(.timeLimit(.minutes(1))) struct CacheSettingsTests {
    private let folder: TemporaryFolder
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws { folder = try TemporaryFolder() }

    @Test func memoryIsTheDefault() async throws {
        let cache = try CacheSettings().makeCache(logger: quiet)
        #expect(cache.figures.condition == .inMemory)
    }

    @Test func redisNeedNotBeThere() async throws {
        var settings = CacheSettings()
        settings.store = .redis
        settings.url = "unix://" + folder.file("nobody")
        settings.serverName = "test"
        let cache = try settings.makeCache(logger: quiet)
        while cache.figures.connectFailed == 0 { await Task.yield() }
        #expect(cache.figures.condition.complaint?.hasPrefix("Redis is away: ") == true)
        await cache.stop()
    }

    @Test func aPasswordThatOthersCanReadIsRefusedWithTheCommandThatMendsIt() throws {
        var settings = CacheSettings()
        settings.store = .redis
        settings.serverName = "test"
        settings.passwordFile = folder.file("password")
        #expect(
            #expect(throws: DaemonError.self) { try settings.makeCache(logger: quiet) }?.description
                .hasSuffix("cannot be read") == true)
        try folder.write("s3cret\n", to: "password", permissions: 0o640)
        let open = #expect(throws: DaemonError.self) { try settings.makeCache(logger: quiet) }
        #expect(open?.description.contains("chmod 600 \(folder.file("password"))") == true)
    }
}
