import LoadSupport
import NIOCore

/// Authors that each keep a few messages under way, and send the next for every one acknowledged. On the generator's
/// event loop only.
final class ThroughputLoad {
    struct Author {
        let connection: LoadConnection
        let template: RequestTemplate
    }

    struct Result {
        /// Acknowledged in all, and within the measured time.
        var acknowledgedCount = 0
        var measuredCount = 0
        var acknowledgement = LatencyRecord()
    }

    private let authors: [Author]
    private let window: Int
    private let measured: Range<NIODeadline>
    private var result = Result()
    private var nextMark: UInt64
    private var sentAt: [UInt64: NIODeadline] = [:]
    private var whenDone: ((Result) -> Void)?

    /// - Parameter measured: what comes before warms up; sending ends with it.
    init(_ authors: [Author], window: Int, measured: Range<NIODeadline>, firstMark: UInt64) {
        self.authors = authors
        self.window = window
        self.measured = measured
        nextMark = firstMark
    }

    /// Calls `whenDone` when everything that was sent is acknowledged, or a connection was lost.
    func run(_ whenDone: @escaping (Result) -> Void) {
        self.whenDone = whenDone
        for author in authors {
            author.connection.onLine = { [unowned self] line in take(line, author) }
            author.connection.onLost = { [unowned self] in finish() }
            for _ in 0..<window { send(author, at: .now()) }
        }
    }

    private func send(_ author: Author, at now: NIODeadline) {
        sentAt[nextMark] = now
        author.connection.say(author.template, mark: nextMark)
        nextMark += 1
    }

    private func take(_ line: ServerLine, _ author: Author) {
        // Others' messages carry no request number.
        guard let mark = line.requestID, let sent = sentAt.removeValue(forKey: mark) else { return }
        let now = NIODeadline.now()
        if line.mark == mark {
            result.acknowledgedCount += 1
            if measured.contains(now) {
                result.measuredCount += 1
                result.acknowledgement.record(nanoseconds: UInt64((now - sent).nanoseconds))
            }
        }
        if now < measured.upperBound { send(author, at: now) } else if sentAt.isEmpty { finish() }
    }

    private func finish() {
        for author in authors { (author.connection.onLine, author.connection.onLost) = (nil, nil) }
        whenDone?(result)
        whenDone = nil
    }
}
