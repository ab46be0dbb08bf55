import ControlWire
import Identifiers
import LoadSupport
import NIOCore

/// Clients that join a room, read its history page by page, leave, and go to the next room, again and again. On the
/// generator's event loop only.
final class ReloadLoad {
    /// What is asked in one room.
    struct Visit {
        let requests: [RequestTemplate]
        let leave: RequestTemplate

        /// - Parameter pages: from the newest back.
        init(_ room: RoomID, pageBefore: [MessageID?]) throws {
            let pages = pageBefore.map {
                ControlMessage.history(HistoryRequest(conversation: .room(room), before: $0, limit: 50))
            }
            requests = try ([.join(roomID: room, password: nil)] + pages).map { try RequestTemplate($0) }
            leave = try RequestTemplate(.leave(roomID: room))
        }
    }

    private let clients: [LoadConnection]
    private let visits: [Visit]
    private let interval: TimeAmount
    private let loop: any EventLoop
    /// From `Join` to the last page.
    private var latency = LatencyRecord()
    private var isStopping = false

    /// - Parameter interval: from one client's visit to its next. Clients start spread over it.
    init(_ clients: [LoadConnection], _ visits: [Visit], every interval: TimeAmount, on loop: any EventLoop) {
        self.clients = clients
        self.visits = visits
        self.interval = interval
        self.loop = loop
    }

    func start() {
        for (index, client) in clients.enumerated() {
            let delay = TimeAmount.nanoseconds(interval.nanoseconds * Int64(index) / Int64(clients.count))
            _ = loop.assumeIsolated().scheduleTask(in: delay) { self.visit(client, index) }
        }
    }

    /// No further visits; rooms that somebody is in are left.
    func stop() -> LatencyRecord {
        isStopping = true
        return latency
    }

    private func visit(_ client: LoadConnection, _ turn: Int) {
        guard !isStopping else { return }
        let start = NIODeadline.now()
        let visit = visits[turn % visits.count]
        step(client, visit.requests[...]) { [self] in
            if !isStopping { latency.record(nanoseconds: UInt64((NIODeadline.now() - start).nanoseconds)) }
            client.ask(visit.leave) { [self] line in
                guard line != nil else { return }
                _ = loop.assumeIsolated().scheduleTask(deadline: start + interval) {
                    self.visit(client, turn + self.clients.count)
                }
            }
        }
    }

    private func step(
        _ client: LoadConnection, _ requests: ArraySlice<RequestTemplate>, then done: @escaping () -> Void
    ) {
        guard let request = requests.first else { return done() }
        client.ask(request) { [self] line in
            guard line != nil else { return }
            step(client, requests.dropFirst(), then: done)
        }
    }
}
