import ControlWire
import LoadSupport
import NIOCore
import NetworkSimulator

/// Clients that search without pause: each asks the next as soon as it has its answer. On the generator's event loop only.
final class SearchLoad {
    private let clients: [LoadConnection]
    private let queries: [RequestTemplate]
    private var latency = LatencyRecord()
    private var nextQuery = 0
    private var isStopping = false

    init(_ clients: [LoadConnection], queries: [RequestTemplate]) {
        self.clients = clients
        self.queries = queries
    }

    static func queries(_ count: Int, _ vocabulary: Vocabulary, seed: UInt64) throws -> [RequestTemplate] {
        var generator = SeededGenerator(seed: seed)
        return try (0..<count).map { _ in
            try RequestTemplate(.search(SearchRequest(query: vocabulary.query(&generator), limit: 20)))
        }
    }

    func start() {
        for client in clients { search(client) }
    }

    /// No further searches; those under way are not waited for.
    func stop() -> LatencyRecord {
        isStopping = true
        return latency
    }

    private func search(_ client: LoadConnection) {
        guard !isStopping, !queries.isEmpty else { return }
        let query = queries[nextQuery % queries.count]
        nextQuery += 1
        let start = NIODeadline.now().uptimeNanoseconds
        client.ask(query) { [self] line in
            guard line != nil, !isStopping else { return }
            latency.record(nanoseconds: NIODeadline.now().uptimeNanoseconds - start)
            search(client)
        }
    }
}
