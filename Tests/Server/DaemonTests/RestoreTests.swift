import ChatStore
import ControlServer
import Credentials
import Foundation
import Operations
import TestSupport
import Testing
import VoiceRelay

@testable import Daemon

@Suite(.timeLimit(.minutes(1))) struct RestoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var data: String { folder.file("data") }

    private var configuration: DaemonConfiguration {
        var configuration = DaemonConfiguration()
        configuration.dataDirectory = data
        configuration.control.host = "127.0.0.1"
        configuration.control.port = 0
        configuration.voice.host = "127.0.0.1"
        configuration.voice.port = 0
        configuration.operations.port = 0
        configuration.voiceThreads = 1
        configuration.hashing.cost = .least
        return configuration
    }

    /// A database with one account, and its copy.
    private func copy(of name: String) async throws -> String {
        let path = folder.file("\(name).sqlite")
        let store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: name, nameKey: name, passwordHash: "", at: Date(), accountsMax: 10)
        let copy = folder.file("\(name)-copy.sqlite")
        _ = try await store.backup(to: copy)
        try await store.close()
        return copy
    }

    private func accounts(in path: String) async throws -> [String] {
        let store = try await ChatStore.open(path: path)
        let names = try await store.recentAccounts(rowsMax: 10).map(\.name)
        try await store.close()
        return names
    }

    @Test func aCopyTakesThePlaceAndWhatWasThereIsKept() async throws {
        let (ann, bob) = (try await copy(of: "ann"), try await copy(of: "bob"))
        #expect(try DatabaseRestore.run(copy: ann, directory: data).replaced == nil)
        try folder.write("old index", to: "data/search.sqlite")
        let outcome = try DatabaseRestore.run(copy: bob, directory: data)
        #expect(outcome.database == data + "/roomtone.sqlite")
        #expect(try await accounts(in: outcome.database) == ["bob"])
        #expect(try await accounts(in: try #require(outcome.replaced)) == ["ann"])
        #expect(!FileManager.default.fileExists(atPath: data + "/search.sqlite"), "it is made again from the messages")
        #expect(try folder.permissions(of: "data/roomtone.sqlite") == 0o600)
        // And a server starts with it.
        let server = try await Daemon.start(configuration)
        await server.stop()
    }

    @Test func aDamagedOrForeignFileTouchesNothing() async throws {
        let ann = try await copy(of: "ann")
        _ = try DatabaseRestore.run(copy: ann, directory: data)
        try folder.write("no database", to: "wrong")
        for wrong in [folder.file("wrong"), folder.file("missing")] {
            let error = #expect(throws: DaemonError.self) { try DatabaseRestore.run(copy: wrong, directory: data) }
            #expect(error?.description.contains(wrong) == true)
        }
        #expect(try await accounts(in: data + "/roomtone.sqlite") == ["ann"])
    }

    @Test func aRunningServerIsInTheWay() async throws {
        let ann = try await copy(of: "ann")
        let server = try await Daemon.start(configuration)
        let error = #expect(throws: DaemonError.self) { try DatabaseRestore.run(copy: ann, directory: data) }
        #expect(error?.description == "\(data) is in use by another server: stop it, or name another --data-directory")
        let second = await #expect(throws: DaemonError.self) { try await Daemon.start(configuration) }
        #expect(second?.description.contains("is in use by another server") == true)
        await server.stop()
        _ = try DatabaseRestore.run(copy: ann, directory: data)
    }
}
