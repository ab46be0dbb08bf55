import AudioTestSupport
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Operations

/// What people do to the listener who do not mean it well, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct HTTPListenerTests {
    /// More than both kernels' buffers take.
    private static let long = [UInt8](repeating: UInt8(ascii: "x"), count: 32 << 20)
    /// In parts, as long as somebody takes them: Hummingbird holds an answer that it was given as a whole for one that is over.
    private static let endless = HTTPFile(contentType: "text/plain", byteCount: 1 << 40) { _ in
        Array(long.prefix(65_536))
    }

    private let registry = MetricsRegistry()
    private let paper = LogPaper()

    private func start(
        _ change: (inout HTTPListener.Settings) -> Void = { _ in },
        reply: @escaping @Sendable (HTTPQuestion) async -> HTTPReply = { question in
            switch question.path {
            case "/long": HTTPReply(body: Self.long)
            case "/endless": Self.endless.reply(first: Array(Self.long.prefix(65_536)))
            default: HTTPReply(body: [])
            }
        }
    ) async throws -> HTTPListener {
        var settings = HTTPListener.Settings()
        change(&settings)
        return try await HTTPListener.start(settings, registry: registry, logger: paper.logger, reply: reply)
    }

    private var figures: String { String(decoding: MetricText.render(registry.families), as: UTF8.self) }

    /// Who has asked for much, and has had the beginning of it.
    private static func greedy(_ port: UInt16) throws -> RawHTTPConnection {
        let connection = try RawHTTPConnection(port: port)
        try connection.ask("/endless")
        #expect(connection.isAnswered(within: 30_000))
        return connection
    }

    @Test func whoDoesNotReadDoesNotKeepItFromStopping() async throws {
        let listener = try await start { $0.stopTime = .milliseconds(100) }
        let port = listener.port
        let client = try await blocking { try Self.greedy(port) }
        await listener.stop()
        #expect(paper.lines == ["connections were closed before their answers were taken"])
        // And their connection is closed.
        _ = try await blocking { try client.rest() }
        // As often as one likes.
        await listener.stop()
    }

    @Test func anAnswerThatIsNeverMadeDoesNotKeepItFromStopping() async throws {
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        let gate = Gate()
        let listener = try await start {
            $0.stopTime = .milliseconds(50)
            $0.closeTime = .milliseconds(50)
        } reply: { _ in
            asking.yield()
            await gate.wait()
            return HTTPReply(body: [])
        }
        let port = listener.port
        let client = try await blocking {
            let client = try RawHTTPConnection(port: port)
            try client.ask("/")
            return client
        }
        for await _ in asked { break }
        await listener.stop()
        #expect(paper.lines.first == "connections were closed before their answers were taken")
        // Hummingbird may have its own word before it.
        #expect(paper.lines.contains("a request has not ended: it is left to itself"))
        #expect(try await blocking { try client.rest() } == "")
        gate.open()
    }

    @Test func whoWasAnsweredDoesNotKeepItFromStopping() async throws {
        let listener = try await start()
        let port = listener.port
        try await blocking {
            let client = try RawHTTPConnection(port: port)
            try client.ask("/")
            #expect(try client.answer().hasPrefix("HTTP/1.1 200"))
        }
        await listener.stop()
        #expect(paper.lines.isEmpty)
    }

    /// Those who may have a connection are few: the next one has it when who does not read has lost theirs.
    @Test func whoDoesNotReadLosesTheirConnection() async throws {
        let listener = try await start {
            $0.connectionsMax = 1
            $0.writeTimeout = .milliseconds(200)
        }
        let port = listener.port
        try await blocking {
            let greedy = try Self.greedy(port)
            let next = try RawHTTPConnection(port: port)
            try next.ask("/")
            #expect(try next.answer().hasPrefix("HTTP/1.1 200"))
            _ = try greedy.rest()
        }
        #expect(figures.contains("roomtone_http_connections_closed_total{reason=\"slow\"} 1\n"))
        await listener.stop()
    }

    /// Who reads gets all, however long it is.
    @Test func whoReadsGetsAll() async throws {
        let listener = try await start()
        let port = listener.port
        let count = try await blocking {
            let client = try RawHTTPConnection(port: port)
            try client.say("GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return try client.rest().utf8.count
        }
        #expect(count > Self.long.count)
        #expect(!figures.contains("roomtone_http_connections_closed_total"))
        await listener.stop()
    }

    @Test(arguments: [OperationsLimits.pipelinedMax, OperationsLimits.pipelinedMax + 1])
    func soManyMayBeAskedAtOnce(count: Int) async throws {
        let listener = try await start()
        let port = listener.port
        let answers = try await blocking {
            let client = try RawHTTPConnection(port: port)
            let request = "GET / HTTP/1.1\r\nHost: a\r\n"
            try client.say(
                String(repeating: request + "\r\n", count: count - 1) + request + "Connection: close\r\n\r\n")
            return try client.rest().matches(of: /HTTP\/1\.1 200/).count
        }
        let isAllowed = count == OperationsLimits.pipelinedMax
        #expect(isAllowed ? answers == count : answers < count, "\(answers)")
        #expect(figures.contains("roomtone_http_connections_closed_total{reason=\"pipelined\"} 1\n") != isAllowed)
        await listener.stop()
    }

    @Test func whatIsNoHTTPIsCountedAsRefused() async throws {
        let listener = try await start()
        let port = listener.port
        try await blocking {
            let stranger = try RawHTTPConnection(port: port)
            try stranger.say("GET / HTTP/1.1\r\nHost : a\r\n\r\n")
            #expect(try stranger.answer().hasPrefix("HTTP/1.1 400"))
            let client = try RawHTTPConnection(port: port)
            try client.ask("/")
            #expect(try client.answer().hasPrefix("HTTP/1.1 200"))
        }
        #expect(figures.contains("roomtone_http_requests_total{status=\"400\"} 1\n"))
        #expect(figures.contains("roomtone_http_requests_total{status=\"200\"} 1\n"))
        await listener.stop()
    }

    /// HTTP/1.0 ends with its answer, unless it was asked to stay.
    @Test func theVersionBeforeEndsWithItsAnswer() async throws {
        let listener = try await start()
        let port = listener.port
        try await blocking {
            let old = try RawHTTPConnection(port: port)
            try old.say("GET / HTTP/1.0\r\n\r\n")
            let answer = try old.rest()
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.lowercased().contains("connection: close\r\n"))
            let staying = try RawHTTPConnection(port: port)
            for _ in 0..<2 {
                try staying.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try staying.answer().hasPrefix("HTTP/1.1 200"))
            }
        }
        await listener.stop()
    }

    /// As when files run out: nobody is let in for a while, without a thread that asks again and again.
    @Test func whenNobodyCanBeLetInThereIsAPause() async throws {
        let listener = try await start { $0.acceptPause = .seconds(2) }
        let (port, channel) = (listener.port, listener.channel)
        try await channel.eventLoop.submit {
            for _ in 0..<2 { channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept")) }
        }.get()
        try await blocking {
            let client = try RawHTTPConnection(port: port)
            try client.ask("/")
            #expect(!client.isAnswered(within: 200))
            #expect(try client.answer().hasPrefix("HTTP/1.1 200"))
        }
        #expect(paper.lines == ["a connection could not be accepted"])
        #expect(figures.contains("roomtone_http_accepts_failed_total 2\n"))
        await listener.stop()
    }
}

/// Keeps whoever waits until it is opened, and does not care whether they were cancelled.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            defer { state = State(isOpen: true) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
