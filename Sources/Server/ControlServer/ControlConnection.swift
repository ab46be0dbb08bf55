import ControlWire
import Rooms
import Synchronization

/// What the tasks of one connection share.
final class ConnectionState: Sendable {
    let outbox: Outbox
    let address: ClientAddress
    private let limits: Mutex<ConnectionGuard>

    init(_ configuration: ControlServerConfiguration, address: ClientAddress, counters: ControlCounters) {
        outbox = Outbox(bytesMax: configuration.outboxBytesMax, counters: counters)
        self.address = address
        limits = Mutex(ConnectionGuard(configuration, now: .now))
    }

    func withGuard<Output: Sendable>(_ body: (inout ConnectionGuard) -> Output) -> Output {
        limits.withLock { body(&$0) }
    }
}

/// One connection's way in: bytes to lines, lines to messages, messages to its session, under the connection's limits.
///
/// Knows no socket. Owned and driven by one task.
final class ControlConnection {
    private let session: MemberSession
    private let state: ConnectionState
    private let counters: ControlCounters
    private let onAuthenticated: () -> Void
    private var assembler = LineAssembler()

    /// - Parameter onAuthenticated: called once, when the connection logs in.
    init(
        session: MemberSession, state: ConnectionState, counters: ControlCounters, onAuthenticated: @escaping () -> Void
    ) {
        self.session = session
        self.state = state
        self.counters = counters
        self.onAuthenticated = onAuthenticated
    }

    /// Serves what was read. Afterwards the outbox tells whether the connection goes on.
    func receive(_ bytes: some Sequence<UInt8>) async {
        state.withGuard { $0.heard(now: .now) }
        assembler.append(bytes)
        while state.outbox.closeReason == nil, let item = assembler.next() {
            switch item {
            case .line(let line):
                counters.count(.lineReceived)
                await serve(line)
            case .blank:
                if let wait = state.withGuard({ $0.admitMessage(now: .now) }) { await delay(nil, wait) }
            case .overlong:
                offend(
                    .lineTooLong, "A line may have \(ControlLine.bytesMax) bytes; this one is longer and was ignored",
                    .lineTooLong)
            }
        }
    }

    private func serve(_ line: ArraySlice<UInt8>) async {
        let envelope: ControlEnvelope
        do {
            envelope = try ControlLine.decode(line)
        } catch {
            return refuse(line, error)
        }
        if case .voiceDatagram = envelope.message {
            await holdBackDatagrams()
        } else if let wait = state.withGuard({ $0.admitMessage(cost: envelope.message.cost, now: .now) }) {
            return await delay(envelope.requestID, wait)
        }
        if envelope.requestID != nil || envelope.message == .ping || envelope.message == .pong {
            state.withGuard { $0.understandsPing() }
        }
        let verdict = await session.handle(envelope)
        if session.isAuthenticated, !state.withGuard({ $0.isAuthenticated }) {
            state.withGuard { $0.authenticated() }
            onAuthenticated()
        }
        if verdict == .offence { countOffence() }
    }

    private func refuse(_ line: ArraySlice<UInt8>, _ failure: ControlLine.Failure) {
        let requestID = ControlLine.requestID(of: line)
        switch failure {
        case .malformed(let cause):
            offend(.malformedMessage, "Not a message: \(cause)", .messageMalformed, requestID)
        case .unknownVariant(let name):
            offend(.unknownVariant, "This server knows no message “\(name)”", .variantUnknown, requestID)
        case .tooLong(let byteCount):
            offend(.lineTooLong, "The line has \(byteCount) bytes", .lineTooLong, requestID)
        }
    }

    /// Refuses a message that came too soon, and reads no further until one may come: a flood costs its
    /// sender time, not the server.
    private func delay(_ requestID: UInt64?, _ wait: Duration) async {
        counters.count(.messageRateLimited)
        answer(
            .serverResponse(
                success: false, content: "Too many messages; slow down", code: .rateLimited,
                retryAfterMilliseconds: wait.wholeMilliseconds), requestID)
        try? await Task.sleep(for: wait)
    }

    /// A flood of them waits in its sender's buffers; nobody would read a refusal of each.
    private func holdBackDatagrams() async {
        while let wait = state.withGuard({ $0.admitDatagram(now: .now) }) {
            counters.count(.tunnelRateLimited)
            guard (try? await Task.sleep(for: wait)) != nil else { return }
        }
    }

    private func offend(_ code: ErrorCode, _ text: String, _ event: ControlEvent, _ requestID: UInt64? = nil) {
        counters.count(event)
        answer(.serverResponse(success: false, content: text, code: code), requestID)
        countOffence()
    }

    private func countOffence() {
        guard state.withGuard({ $0.offend(now: .now) }) else { return }
        counters.count(.offenderClosed)
        let farewell = ControlMessage.serverResponse(
            success: false, content: "Too many bad messages; this connection is closed", code: .notPermitted)
        state.outbox.close(.offences, lastWords: EncodedLine(farewell))
    }

    private func answer(_ message: ControlMessage, _ requestID: UInt64?) {
        state.outbox.post(EncodedLine(message, answering: requestID))
    }
}

extension ControlMessage {
    /// How many ordinary messages a message counts for: a few bytes that ask for a whole line of rows cost more.
    fileprivate var cost: Int {
        switch self {
        case .requestUserList, .listRooms, .browseRooms, .browseUsers, .history, .listUnread, .listAudit,
            .listBans, .listOverrides, .listInvitations, .listSessions, .listRecordings, .listVoiceLog:
            ConnectionGuard.listCost
        default: 1
        }
    }
}
