import ControlWire
import Foundation
import Identifiers
import LoadSupport
import NIOCore

/// A data directory with many messages and a complete search index, made once and copied for every run.
public struct FilledDatabase: Sendable {
    /// Changes when what is written changes, so that an older one is not taken for it.
    private static let version = 1
    private static let indexingMinutesMax = 20

    let messageCount: Int
    let seed: UInt64
    private let folder: URL

    /// - Parameter cache: the folder that holds it, and others like it.
    public init(messageCount: Int, seed: UInt64, cache: String) {
        self.messageCount = messageCount
        self.seed = seed
        folder = URL(filePath: cache).appending(path: "filled-\(Self.version)-\(messageCount)-\(seed)")
    }

    /// The data directory. Not to be written to.
    public var dataDirectory: String { folder.appending(path: "data").path }
    private var mark: String { folder.appending(path: "complete").path }

    /// Makes it, unless it is there.
    public func prepare(serverProgram: String, say: (String) -> Void) async throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: mark) else { return }
        // A run that was ended half-way leaves something that is of no use.
        try? files.removeItem(at: folder)
        try files.createDirectory(
            atPath: dataDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        say("writing \(messageCount) messages to \(folder.path)")
        try await MessageFill(messageCount: messageCount, seed: seed).write(to: dataDirectory + "/roomtone.sqlite")
        say("waiting for the search index")
        try await index(serverProgram)
        try Data().write(to: URL(filePath: mark))
    }

    /// A copy that a server may write to.
    func copy(to directory: String) throws {
        try FileManager.default.copyItem(atPath: dataDirectory, toPath: directory)
        // Else the kernel would write it back in the middle of the measurement, and every commit would wait for that.
        sync()
    }

    /// Lets a server take up all messages, and ends it.
    private func index(_ serverProgram: String) async throws {
        let server = try ServerProcess(
            serverProgram, dataDirectory: dataDirectory, settings: ServerLimits.raised)
        defer { server.stop() }
        let generator = try LoadClients()
        let isFound = try await generator.waitForHit(
            MessageFill.lastWord, in: RoomID(rawValue: MessageFill.firstRoom), port: server.controlPort,
            secondsMax: Self.indexingMinutesMax * 60)
        await generator.shutDown()
        guard isFound else {
            throw LoadError("the search index was not complete after \(Self.indexingMinutesMax) minutes")
        }
    }
}

extension LoadClients {
    /// True once a search finds the word. A new account asks.
    fileprivate func waitForHit(_ word: String, in room: RoomID, port: UInt16, secondsMax: Int) async throws -> Bool {
        let connection = try await register("indexwatch", port: port)
        try await join(connection, room)
        for _ in 0..<secondsMax {
            let answer = try await ask(connection, .search(SearchRequest(query: word, limit: 1)))
            if case .searchResults(let page) = answer, !page.results.isEmpty { return true }
            await pause(.seconds(1))
        }
        return false
    }
}
