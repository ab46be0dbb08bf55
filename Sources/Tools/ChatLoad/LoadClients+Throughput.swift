import ChatStore
import ControlWire
import Identifiers
import LoadSupport
import NIOCore

/// How many messages a second became durable, with so many under way at a time.
public struct ThroughputFigures: Codable, Equatable, Sendable {
    public var underWay: Int
    public var messagesPerSecond: Int
    public var acknowledgement: LatencySummary
    public var serverProcessors: Double
    public var generatorProcessors: Double
}

extension LoadClients {
    /// Rooms as a ``MessageFill`` makes them, on a server that has none.
    func makeRooms(port: UInt16) async throws {
        let creator = try await register("creator", port: port)
        for index in 0..<MessageFill.roomCount {
            let room = RoomID(rawValue: MessageFill.firstRoom + UInt64(index))
            let answer = try await ask(
                creator, .createRoom(roomID: room, name: "Load \(index)", description: "", password: nil))
            guard case .roomCreated = answer else { throw LoadError("no room was made: \(answer)") }
        }
        creator.close()
    }

    /// Authors in each of the 100 rooms.
    func makeAuthors(
        _ options: ChatBenchmarkOptions, port: UInt16
    ) async throws -> NIOLoopBound<[ThroughputLoad.Author]> {
        var authors: [ThroughputLoad.Author] = []
        for index in 0..<MessageFill.roomCount * options.authorsPerRoom {
            let room = RoomID(rawValue: MessageFill.firstRoom + UInt64(index % MessageFill.roomCount))
            let connection = try await register("author\(index)", port: port, isEncrypted: options.isEncrypted)
            try await join(connection, room)
            let template = try RequestTemplate(
                .roomMessage(
                    roomID: room, senderUsername: "", content: RequestTemplate.text(byteCount: Crowd.textByteCount)))
            authors.append(ThroughputLoad.Author(connection: connection, template: template))
        }
        return NIOLoopBound(authors, eventLoop: loop)
    }

    /// - Parameter firstMark: above all marks that were used on this server.
    func measureThroughput(
        _ authors: NIOLoopBound<[ThroughputLoad.Author]>, window: Int, _ options: ChatBenchmarkOptions,
        firstMark: UInt64, server: ServerProcess
    ) async throws -> (figures: ThroughputFigures, acknowledgedCount: Int) {
        let (serverBefore, ownBefore) = (server.usage, ServerProcess.ownUsage)
        let start = NIODeadline.now()
        let measuredFrom = start + .seconds(1)
        let load = ThroughputLoad(
            authors.value, window: window,
            measured: measuredFrom..<measuredFrom + .seconds(Int64(options.throughputSeconds)),
            firstMark: firstMark)
        let result = await withCheckedContinuation { continuation in
            load.run { continuation.resume(returning: $0) }
        }
        guard !authors.value.contains(where: \.connection.isLost) else {
            throw LoadError("the server closed connections of authors")
        }
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        let figures = ThroughputFigures(
            underWay: authors.value.count * window, messagesPerSecond: result.measuredCount / options.throughputSeconds,
            acknowledgement: result.acknowledgement.summary,
            serverProcessors: (server.usage.processorSeconds - serverBefore.processorSeconds) / seconds,
            generatorProcessors: (ServerProcess.ownUsage.processorSeconds - ownBefore.processorSeconds) / seconds)
        return (figures, result.acknowledgedCount)
    }
}

/// What a server that has ended left in its store.
enum StoredMessages {
    /// Messages in the database.
    static func count(in path: String) async throws -> Int {
        let store = try await ChatStore.open(path: path)
        var (count, last) = (0, MessageID?.none)
        while case let page = try await store.allMessages(after: last, limit: ChatStore.historyRowsMax), !page.isEmpty {
            count += page.count
            last = page.last?.id
        }
        try await store.close()
        return count
    }
}
