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
        let names = try FileManager.default.contentsOfDirectory(atPath: data)
        #expect(!names.contains { $0.contains("incoming") || $0.contains("before-restore") })
    }

    /// The database of another server that runs: what was written last is in its log only.
    @Test func aFileInUseIsRestoredWithItsLog() async throws {
        let path = folder.file("other.sqlite")
        let store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: "ann", nameKey: "ann", passwordHash: "", at: Date(), accountsMax: 10)
        let outcome = try DatabaseRestore.run(copy: path, directory: data)
        _ = try await store.createAccount(name: "bob", nameKey: "bob", passwordHash: "", at: Date(), accountsMax: 10)
        try await store.close()
        #expect(try await accounts(in: outcome.database) == ["ann"])
        #expect(try await accounts(in: path).sorted() == ["ann", "bob"])
    }

    /// As a server leaves it that was killed.
    @Test func aFileThatWasNotClosedIsRestoredWithItsLog() async throws {
        let path = folder.file("other.sqlite")
        let store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: "ann", nameKey: "ann", passwordHash: "", at: Date(), accountsMax: 10)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.file("killed.sqlite" + suffix))
        }
        try await store.close()
        let outcome = try DatabaseRestore.run(copy: folder.file("killed.sqlite"), directory: data)
        #expect(try await accounts(in: outcome.database) == ["ann"])
    }

    @Test(arguments: [false, true]) func whatASymbolicLinkLeadsToIsCopied(isRelative: Bool) async throws {
        let ann = try await copy(of: "ann")
        let link = folder.file("latest.sqlite")
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: isRelative ? "ann-copy.sqlite" : ann)
        let outcome = try DatabaseRestore.run(copy: link, directory: data)
        let type = try FileManager.default.attributesOfItem(atPath: outcome.database)[.type] as? FileAttributeType
        #expect(type == .typeRegular)
        // A server goes on with the restored file, and leaves the backup as it was.
        let before = try Data(contentsOf: URL(filePath: ann))
        let server = try await Daemon.start(configuration)
        await server.stop()
        #expect(try Data(contentsOf: URL(filePath: ann)) == before)
        #expect(try await accounts(in: outcome.database) == ["ann"])
    }

    @Test func eachRestoreKeepsWhatWasThereUnderANameOfItsOwn() async throws {
        let now = Date()
        var kept: [String] = []
        for name in ["ann", "bob", "cay", "dan"] {
            let outcome = try DatabaseRestore.run(copy: try await copy(of: name), directory: data, at: now)
            if let replaced = outcome.replaced { kept.append(replaced) }
        }
        #expect(Set(kept).count == 3)
        var names: [String] = []
        for path in kept { names += try await accounts(in: path) }
        #expect(names == ["ann", "bob", "cay"])
        #expect(try await accounts(in: data + "/roomtone.sqlite") == ["dan"])
    }

    /// Left by a restore that was cut short, it may be all there is.
    @Test(arguments: ["roomtone.sqlite.incoming", "roomtone.sqlite.incoming-2"])
    func anUnfinishedRestoreCanBeRestoredAndStays(name: String) async throws {
        _ = try DatabaseRestore.run(copy: try await copy(of: "ann"), directory: data)
        let left = data + "/" + name
        try FileManager.default.moveItem(atPath: try await copy(of: "bob"), toPath: left)
        let outcome = try DatabaseRestore.run(copy: left, directory: data)
        #expect(try await accounts(in: outcome.database) == ["bob"])
        #expect(try await accounts(in: left) == ["bob"])
    }

    @Test func theDatabaseIsNotRestoredOntoItself() async throws {
        _ = try DatabaseRestore.run(copy: try await copy(of: "ann"), directory: data)
        let link = folder.file("link.sqlite")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: data + "/roomtone.sqlite")
        for same in [data + "/roomtone.sqlite", link] {
            let error = #expect(throws: DaemonError.self) { try DatabaseRestore.run(copy: same, directory: data) }
            #expect(error?.description == "\(same) is the database that would be replaced: name a backup")
        }
        #expect(try await accounts(in: data + "/roomtone.sqlite") == ["ann"])
    }

    @Test func aLogWithoutItsDatabaseIsNotTakenForTheNewOnes() async throws {
        let ann = try await copy(of: "ann")
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try folder.write("of another", to: "data/roomtone.sqlite-wal")
        let outcome = try DatabaseRestore.run(copy: ann, directory: data)
        #expect(try String(contentsOfFile: #require(outcome.replaced) + "-wal", encoding: .utf8) == "of another")
        #expect(try await accounts(in: outcome.database) == ["ann"])
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
