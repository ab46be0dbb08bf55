import ChatStore
import Identifiers

/// Who waits for which change to be durable. Owned by the actor that submits the changes.
struct PendingAnswers {
    struct Asker {
        let member: Member
        let requestID: UInt64?
        /// The other one of a private conversation; nil in rooms.
        let correspondent: Correspondent?
        fileprivate let askedAt = ContinuousClock.now
        fileprivate let continuation: CheckedContinuation<RoomRefusal?, Never>

        init(
            _ member: Member, requestID: UInt64?, with correspondent: Correspondent? = nil,
            _ continuation: CheckedContinuation<RoomRefusal?, Never>
        ) {
            self.member = member
            self.requestID = requestID
            self.correspondent = correspondent
            self.continuation = continuation
        }

        /// Lets the session go on, with the next request or with the refusal to answer.
        func resume(_ refusal: RoomRefusal? = nil) { continuation.resume(returning: refusal) }
    }

    private var askers: [MessageTicket: Asker] = [:]
    private let latency: LatencyCounter

    /// - Parameter latency: takes how long each change took from its submission to its outcome.
    init(latency: LatencyCounter) { self.latency = latency }

    /// After the end nobody would resume who waits.
    private(set) var isEnded = false

    mutating func add(_ asker: Asker, _ ticket: MessageTicket) { askers[ticket] = asker }

    mutating func take(_ ticket: MessageTicket) -> Asker? {
        guard let asker = askers.removeValue(forKey: ticket) else { return nil }
        latency.record(ContinuousClock.now - asker.askedAt)
        return asker
    }

    /// No outcome comes any more.
    mutating func end() {
        isEnded = true
        for asker in askers.values { asker.resume(.textEnded) }
        askers = [:]
    }
}
