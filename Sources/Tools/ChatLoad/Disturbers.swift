import ControlWire
import Identifiers
import LoadSupport
import NIOCore

/// The clients of one server that search and reload while others are measured. On the event loop of a generator of their
/// own: a delivery that is measured does not wait until their answers are read.
final class Disturbers {
    fileprivate var searchers: [LoadConnection] = []
    fileprivate var queries: [RequestTemplate] = []
    fileprivate var reloaders: [LoadConnection] = []
    fileprivate var visits: [ReloadLoad.Visit] = []
    fileprivate var search: SearchLoad?
    fileprivate var reload: ReloadLoad?
    /// Refusals before the phase under way.
    fileprivate var refusalsBefore = 0

    fileprivate var all: [LoadConnection] { searchers + reloaders }
    fileprivate var refusalCount: Int { all.reduce(0) { $0 + $1.refusalCount } }

    struct Result: Sendable {
        var search = LatencyRecord()
        var reload = LatencyRecord()
        var refusedCount = 0
        var areLost = false
    }
}

extension LoadClients {
    /// Those who search all rooms, and those who reload history.
    func makeDisturbers(
        _ options: ChatBenchmarkOptions, _ vocabulary: Vocabulary, port: UInt16
    ) async throws -> NIOLoopBound<Disturbers> {
        let disturbers = Disturbers()
        for index in 0..<options.searcherCount {
            let connection = try await register("searcher\(index)", port: port, isEncrypted: options.isEncrypted)
            for room in 0..<MessageFill.roomCount {
                try await join(connection, RoomID(rawValue: MessageFill.firstRoom + UInt64(room)))
            }
            disturbers.searchers.append(connection)
        }
        disturbers.queries = try SearchLoad.queries(2_000, vocabulary, seed: options.seed)
        for index in 0..<options.reloaderCount {
            disturbers.reloaders.append(
                try await register("reloader\(index)", port: port, isEncrypted: options.isEncrypted))
        }
        // The newest page comes from memory, those before it from the file; ids of all rooms are mixed.
        let stored = UInt64(options.storedMessageCount)
        disturbers.visits = try (0..<options.roomCount).map { index in
            try ReloadLoad.Visit(
                RoomID(rawValue: MessageFill.firstRoom + UInt64(index)),
                pageBefore: [nil, MessageID(rawValue: stored * 3 / 4), MessageID(rawValue: stored / 4)])
        }
        return NIOLoopBound(disturbers, eventLoop: loop)
    }

    /// Lets those begin whose phase it is.
    func begin(_ phase: Phase, _ bound: NIOLoopBound<Disturbers>, _ options: ChatBenchmarkOptions) {
        let disturbers = bound.value
        let search = SearchLoad(disturbers.searchers, queries: disturbers.queries)
        let reload = ReloadLoad(
            disturbers.reloaders, disturbers.visits, every: .seconds(Int64(options.reloadIntervalSeconds)), on: loop)
        disturbers.search = search
        disturbers.reload = reload
        disturbers.refusalsBefore = disturbers.refusalCount
        switch phase {
        case .alone: break
        case .searching: search.start()
        case .reloading: reload.start()
        }
    }

    /// Lets them end, and says what they met.
    func end(_ bound: NIOLoopBound<Disturbers>) -> Disturbers.Result {
        let disturbers = bound.value
        defer { (disturbers.search, disturbers.reload) = (nil, nil) }
        return Disturbers.Result(
            search: disturbers.search?.stop() ?? LatencyRecord(), reload: disturbers.reload?.stop() ?? LatencyRecord(),
            refusedCount: disturbers.refusalCount - disturbers.refusalsBefore,
            areLost: disturbers.all.contains(where: \.isLost))
    }
}
