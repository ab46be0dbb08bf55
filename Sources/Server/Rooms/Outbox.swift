import Synchronization

/// What waits to be sent on one connection: bounded, filled by anybody, drained by the connection's writer.
///
/// A peer that reads slower than its rooms talk does not slow the rooms and does not grow without
/// bound: past ``init(bytesMax:counters:)``'s cap the connection is closed.
public final class Outbox: Sendable {
    /// Bytes that may wait unless configured otherwise: 1 MiB.
    public static let bytesMaxDefault = 1_048_576
    /// Bytes handed to the writer at a time, unless one line is longer: one flush each.
    public static let batchBytesMax = 65_536

    /// Why a connection ends.
    public enum CloseReason: Sendable, Equatable {
        case peerLeft, connectionLost, slowReader, offences, authenticationTimedOut, idle, serverStopping
        /// By its own wish; from elsewhere, or with a new password; by a ban.
        case loggedOut, sessionEnded, banned
    }

    fileprivate struct State {
        var lines: [[UInt8]] = []
        var byteCount = 0
        var closeReason: CloseReason?
        var writer: CheckedContinuation<Void, Never>?
        var onFilled: (@Sendable () -> Void)?
        /// Whether ``onFilled`` was called since the outbox was last found empty.
        var isReaderCalled = false
    }

    private let state = Mutex(State())
    private let bytesMax: Int
    private let counters: ControlCounters

    public init(bytesMax: Int = Outbox.bytesMaxDefault, counters: ControlCounters) {
        self.bytesMax = bytesMax
        self.counters = counters
    }

    /// Any thread; never blocks. Dropped when the outbox is closed; closes it when the line does not fit.
    public func post(_ line: EncodedLine) {
        let isOverflowing = state.withLock { state -> Bool in
            guard state.closeReason == nil else { return false }
            guard state.byteCount + line.bytes.count <= bytesMax else { return true }
            state.append(line)
            state.wakeWriter()
            return false
        }
        if isOverflowing { close(.slowReader) }
    }

    /// Posts a line that is of use now or never: dropped, and false, when more than so many bytes wait. Any thread; never blocks.
    func post(_ line: EncodedLine, unlessWaiting bytesMax: Int) -> Bool {
        state.withLock { state -> Bool in
            guard state.closeReason == nil, state.byteCount + line.bytes.count <= min(bytesMax, self.bytesMax) else {
                return false
            }
            state.append(line)
            state.wakeWriter()
            return true
        }
    }

    /// Any thread; never blocks; the first reason stands.
    /// - Parameter lastWords: sent after what waits. A slow reader is sent nothing more.
    public func close(_ reason: CloseReason, lastWords: EncodedLine? = nil) {
        let isFirst = state.withLock { state -> Bool in
            guard state.closeReason == nil else { return false }
            state.closeReason = reason
            if reason == .slowReader {
                state.lines = []
                state.byteCount = 0
            } else if let lastWords {
                state.append(lastWords)
            }
            // A reader that waits for its peer to take something learns of the end all the same.
            state.isReaderCalled = false
            state.wakeWriter()
            return true
        }
        if isFirst, reason == .slowReader { counters.count(.slowReaderClosed) }
    }

    /// The next lines to send, joined; waits for some; nil when closed and drained. One caller at a time.
    public func nextBatch() async -> [UInt8]? {
        while true {
            if let batch = takeBatch() { return batch.isEmpty ? nil : batch }
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    if state.lines.isEmpty, state.closeReason == nil {
                        state.writer = continuation
                    } else {
                        continuation.resume()
                    }
                }
            }
        }
    }

    /// Sets what is called, under the outbox's lock, when there is something to take or the outbox was closed; then not
    /// again before ``takeBatch()`` has found nothing. Called at once if there is something now.
    public func onFilled(_ call: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.onFilled = call
            if !state.lines.isEmpty || state.closeReason != nil { state.wakeWriter() }
        }
    }

    /// The next lines to send, joined; nil when there are none yet, empty when there will be none any more. Any thread;
    /// never blocks.
    public func takeBatch() -> [UInt8]? {
        state.withLock { state in
            let batch = state.takeBatch()
            if batch == nil { state.isReaderCalled = false }
            return batch
        }
    }

    /// Whether it is closed, and everything in it was taken.
    public var isDrained: Bool { state.withLock { $0.closeReason != nil && $0.lines.isEmpty } }

    public var closeReason: CloseReason? { state.withLock { $0.closeReason } }
}

extension Outbox.State {
    fileprivate mutating func append(_ line: EncodedLine) {
        lines.append(line.bytes)
        byteCount += line.bytes.count
    }

    fileprivate mutating func wakeWriter() {
        writer.take()?.resume()
        guard !isReaderCalled, let onFilled else { return }
        isReaderCalled = true
        onFilled()
    }

    /// Nil when there is nothing yet; empty when there will never be anything more.
    fileprivate mutating func takeBatch() -> [UInt8]? {
        guard !lines.isEmpty else { return closeReason == nil ? nil : [] }
        var batch: [UInt8] = []
        var count = 0
        for line in lines {
            guard count == 0 || batch.count + line.count <= Outbox.batchBytesMax else { break }
            batch += line
            count += 1
        }
        // Emptied, it gives its memory back: most connections are silent most of the time.
        if count == lines.count { lines = [] } else { lines.removeFirst(count) }
        byteCount -= batch.count
        return batch
    }
}
