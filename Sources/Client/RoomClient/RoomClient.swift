public import ControlWire
import DatagramTunnel
import Identifiers
import NIOCore

/// One connection to a server's control channel: questions with their answers, and the server's announcements.
///
/// It lives until ``close()``, until the server ends it, or until the server falls silent; then every open question
/// fails, ``announcements`` ends and ``closeReason`` says why. It does not reconnect: ``RoomSession`` does.
/// Any task may call any of it; nothing blocks a thread.
public actor RoomClient {
    /// Everything the server says unasked, in order, for one reader.
    ///
    /// The reader has to keep up: when more than ``RoomClientOptions/announcementsMax`` wait, what the client believes
    /// about the room would be wrong from then on, so the connection ends instead and a new one starts fresh.
    public nonisolated let announcements: AsyncStream<ControlEnvelope>
    /// The server's numeric address as connected: where its voice port is, too.
    public nonisolated let remoteHost: String
    /// Why the certificate was believed; nil without TLS.
    public nonisolated let trust: ServerTrust?

    /// Why the connection is over; nil while it lives.
    public private(set) var closeReason: RoomClientError?
    public private(set) var counters = Counters()
    /// Who logged in over this connection.
    var userID: UserID?
    /// Where a voice engine on this machine finds this connection.
    var tunnel: TunnelSocket?

    /// What a connection has met that nobody was told.
    public struct Counters: Equatable, Sendable {
        /// Lines longer than the limit, thrown away.
        public var linesTooLong = 0
        /// Lines that are no message, or of a variant that this version does not know.
        public var linesRefused = 0
        /// Answers that came after their time-out, or to no question.
        public var answersUnmatched = 0
        /// Requests and messages refused because too many were waiting.
        public var messagesRefused = 0
    }

    typealias Wire = NIOAsyncChannel<InboundLine, ByteBuffer>

    private struct Waiter {
        let answer: CheckedContinuation<Result<ControlMessage, RoomClientError>, Never>
        let timer: Task<Void, Never>
    }

    private let options: RoomClientOptions
    private let server: ServerAddress
    private let startTime = ContinuousClock.now
    private let lines: AsyncStream<ByteBuffer>
    let outgoing: AsyncStream<ByteBuffer>.Continuation
    private let announcing: AsyncStream<ControlEnvelope>.Continuation
    private var connection: Task<Void, Never>?
    private var table: RequestTable<Waiter>
    private var liveness: ControlLiveness

    init(server: ServerAddress, remoteHost: String, trust: ServerTrust?, options: RoomClientOptions) {
        self.server = server
        self.remoteHost = remoteHost
        self.trust = trust
        self.options = options
        table = RequestTable(outstandingMax: options.requestsOutstandingMax)
        liveness = ControlLiveness(idle: options.idleBeforePing, patience: options.pingPatience, now: .zero)
        (announcements, announcing) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(options.announcementsMax))
        (lines, outgoing) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(options.outgoingLinesMax))
    }

    /// Once, right after `init`.
    func start(_ wire: Wire) {
        connection = Task { await self.run(wire) }
    }

    /// Asks and waits for the answer that carries the question's `request_id`.
    ///
    /// Throws when no answer comes in ``RoomClientOptions/requestTimeout``, when the connection ends first, when too
    /// many questions are open, or when the task is cancelled. An answer that is an error is returned, not thrown.
    public func request(_ message: ControlMessage) async throws(RoomClientError) -> ControlMessage {
        if let closeReason { throw closeReason }
        guard let id = table.open() else {
            counters.messagesRefused += 1
            throw RoomClientError(
                .requestsOutstandingMax,
                "\(options.requestsOutstandingMax) requests to \(server) are unanswered already.")
        }
        let line = try encode(message, requestID: id)
        let isLong = message == .backUp || message == .checkIntegrity
        let patience = isLong ? options.maintenanceTimeout : options.requestTimeout
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(for: id, continuation, sending: line, patience: patience)
            }
        } onCancel: {
            Task { await self.resolve(id, .failure(RoomClientError(.cancelled, "the request was cancelled."))) }
        }
        return try answer.get()
    }

    /// Says something that has no answer of its own. Returns when the line is queued, not when it has arrived.
    public func send(_ message: ControlMessage) throws(RoomClientError) {
        if let closeReason { throw closeReason }
        try enqueue(try encode(message, requestID: nil))
    }

    /// Ends the connection after what has been said is written, for which the server gets two seconds.
    public func close() async {
        outgoing.finish()
        let deadline = Task { [connection] in
            guard (try? await Task.sleep(for: Self.closePatience)) != nil else { return }
            connection?.cancel()
        }
        await connection?.value
        deadline.cancel()
    }

    private func wait(
        for id: UInt64, _ answer: CheckedContinuation<Result<ControlMessage, RoomClientError>, Never>,
        sending line: ByteBuffer, patience: Duration
    ) {
        let timer = Task { [timeout = patience, server] in
            // Cancelled as soon as the answer is there.
            guard (try? await Task.sleep(for: timeout)) != nil else { return }
            self.resolve(id, .failure(RoomClientError(.requestTimedOut, "\(server) did not answer within \(timeout).")))
        }
        table.wait(for: id, Waiter(answer: answer, timer: timer))
        do throws(RoomClientError) {
            try enqueue(line)
        } catch {
            resolve(id, .failure(error))
        }
    }

    @discardableResult
    private func resolve(_ id: UInt64, _ result: Result<ControlMessage, RoomClientError>) -> Bool {
        guard let waiter = table.take(id) else { return false }
        waiter.timer.cancel()
        waiter.answer.resume(returning: result)
        return true
    }

    private func encode(_ message: ControlMessage, requestID: UInt64?) throws(RoomClientError) -> ByteBuffer {
        do {
            return ByteBuffer(
                bytes: try ControlLine.encode(
                    ControlEnvelope(senderID: userID ?? .server, message: message, requestID: requestID)))
        } catch {
            throw RoomClientError(
                .messageTooLong, "the message cannot be sent: a line has at most \(ControlLine.bytesMax) bytes.")
        }
    }

    private func enqueue(_ line: ByteBuffer) throws(RoomClientError) {
        switch outgoing.yield(line) {
        case .enqueued: return
        case .dropped:
            counters.messagesRefused += 1
            throw RoomClientError(
                .requestsOutstandingMax, "\(server) does not read: \(options.outgoingLinesMax) lines are waiting.")
        case .terminated: throw closeReason ?? Self.closed
        @unknown default: throw closeReason ?? Self.closed
        }
    }

    private static let closePatience: Duration = .seconds(2)
    private static let closed = RoomClientError(.closed, "the connection was closed.")
}

// MARK: The connection's own tasks

extension RoomClient {
    /// Reader, writer and watchman, until the first of them ends.
    private func run(_ wire: Wire) async {
        var reason = Self.closed
        do {
            try await wire.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await line in self.lines { try await outbound.write(line) }
                    }
                    group.addTask {
                        for try await line in inbound { try await self.receive(line) }
                        throw await self.lost(ConnectionEnd.closed)
                    }
                    group.addTask { try await self.watch() }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        } catch let error as RoomClientError {
            reason = error
        } catch {
            reason = lost(ConnectionEnd.words(for: error))
        }
        finish(reason)
    }

    private func finish(_ reason: RoomClientError) {
        closeReason = reason
        outgoing.finish()
        tunnel?.close()
        tunnel = nil
        for waiter in table.takeAll() {
            waiter.timer.cancel()
            waiter.answer.resume(returning: .failure(reason))
        }
        announcing.finish()
    }

    private func receive(_ inbound: InboundLine) throws(RoomClientError) {
        liveness.heard(now: now)
        guard case .line(let line) = inbound else {
            counters.linesTooLong += 1
            return
        }
        let envelope: ControlEnvelope
        do {
            envelope = try ControlLine.decode(line.readableBytesView)
        } catch {
            counters.linesRefused += 1
            return
        }
        if envelope.message == .ping {
            try enqueue(try encode(.pong, requestID: envelope.requestID))
        } else if case .voiceDatagram(let data) = envelope.message {
            if tunnel?.send(base64: data) == false { counters.linesRefused += 1 }
        } else if let id = envelope.requestID {
            if !resolve(id, .success(envelope.message)) { counters.answersUnmatched += 1 }
        } else if envelope.message != .pong {
            try announce(envelope)
        }
    }

    private func announce(_ envelope: ControlEnvelope) throws(RoomClientError) {
        if case .dropped = announcing.yield(envelope) {
            throw RoomClientError(
                .connectionLost,
                "this client fell more than \(options.announcementsMax) announcements of \(server) behind.")
        }
    }

    private func watch() async throws {
        while true {
            switch liveness.check(now: now) {
            case .wait(let end): try await Task.sleep(for: end - now)
            case .ping: try send(.ping)
            case .dead: throw RoomClientError(.serverSilent, "\(server) has fallen silent.")
            }
        }
    }

    private var now: Duration { ContinuousClock.now - startTime }

    private func lost(_ why: String) -> RoomClientError {
        RoomClientError(.connectionLost, "the connection to \(server) was lost: \(why).")
    }
}
