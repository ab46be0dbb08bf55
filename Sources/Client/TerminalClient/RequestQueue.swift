import ControlWire
import Identifiers
import RoomClient
import TerminalUI

/// Requests on their way to the server: some at once, in order where the order matters. Pure.
///
/// Messages of one conversation are posted one after the other, and so is what takes and leaves a place in voice.
struct RequestQueue: Sendable {
    /// Requests whose answers are waited for at once: half of what a connection takes (``RoomClientOptions``).
    static let inFlightMax = 32
    /// Requests that wait for their turn; one more is refused.
    static let waitingMax = 1_024

    /// What is done one after the other.
    enum Lane: Hashable, Sendable {
        case posts(Conversation)
        case voice
    }

    private var waiting: [Request] = []
    private var inFlightCount = 0
    private var busyLanes: Set<Lane> = []

    /// False when too many wait.
    mutating func add(_ request: Request) -> Bool {
        guard waiting.count < Self.waitingMax else { return false }
        waiting.append(request)
        return true
    }

    /// The next one to be asked now; nil when none may. Each that was given is given back with ``finish(_:)``.
    mutating func next() -> Request? {
        guard inFlightCount < Self.inFlightMax,
            let index = waiting.firstIndex(where: { Self.lane(of: $0).map { !busyLanes.contains($0) } ?? true })
        else { return nil }
        let request = waiting.remove(at: index)
        inFlightCount += 1
        if let lane = Self.lane(of: request) { busyLanes.insert(lane) }
        return request
    }

    /// Nothing waits, and nothing is under way.
    var isIdle: Bool { waiting.isEmpty && inFlightCount == 0 }

    /// Its answer is there.
    mutating func finish(_ request: Request) {
        inFlightCount -= 1
        if let lane = Self.lane(of: request) { busyLanes.remove(lane) }
    }

    private static func lane(of request: Request) -> Lane? {
        switch request {
        case .post(_, let place, _, _): .posts(place)
        case .voice, .leaveVoice: .voice
        default: nil
        }
    }
}
