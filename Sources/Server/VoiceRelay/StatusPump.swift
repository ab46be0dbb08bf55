import CLinux
import Glibc
import LockFree
import Synchronization
import VoiceWire

/// Carries the status board's changes from the world of threads to that of tasks.
///
/// A thread sleeps on the board's bell and only passes the ring on; the task that reads ``events`` empties
/// the board itself, at its own pace. So a consumer that is held up sees fewer, newer states, and a relay
/// thread never touches a stream's lock.
final class StatusPump: Sendable {
    let events: AsyncStream<VoiceRelayEvent>
    private let board: StatusBoard
    private let bell: AsyncStream<Void>.Continuation
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    init(board: StatusBoard) {
        self.board = board
        let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.bell = bell
        let reader = StatusReader(board: board, rings: rings)
        events = AsyncStream { await reader.next() }
    }

    func start() throws(DedicatedThread.CreationError) {
        let started = try DedicatedThread(name: "voice-status") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() async {
        isStopping.store(true, ordering: .releasing)
        board.wake.signal()
        let ending = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        await ending?.ended()
        bell.finish()
    }

    private func run() {
        var waiting = pollfd(fd: board.wake.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while !isStopping.load(ordering: .acquiring) {
            unsafe _ = poll(&waiting, 1, -1)
            board.wake.clear()
            bell.yield()
        }
    }
}

/// Turns states into events: what differs from the state last read. One task at a time.
private actor StatusReader {
    private let board: StatusBoard
    private let rings: AsyncStream<Void>
    private var pending: [VoiceRelayEvent] = []
    private var pendingIndex = 0
    /// Sessions that are not over, as they were read last.
    private var known: [VoiceID: SessionStatus] = [:]
    private static let pendingMax = 1_024

    init(board: StatusBoard, rings: AsyncStream<Void>) {
        self.board = board
        self.rings = rings
    }

    func next() async -> VoiceRelayEvent? {
        while true {
            if pendingIndex < pending.count {
                defer { pendingIndex += 1 }
                return pending[pendingIndex]
            }
            pending.removeAll(keepingCapacity: true)
            pendingIndex = 0
            readBoard()
            guard pending.isEmpty, board.readerWillSleep() else { continue }
            var ring = rings.makeAsyncIterator()
            if await ring.next() == nil { return nil }
        }
    }

    private func readBoard() {
        while pending.count < Self.pendingMax, let (voice, status) = board.next() {
            var before = known[voice] ?? []
            if before.generation != status.generation { before = SessionStatus(generation: status.generation) }
            note(voice, before, status)
            let isOver = !status.isDisjoint(with: [.saidGoodbye, .timedOut, .tokenExpired])
            known[voice] = isOver ? nil : status
        }
    }

    private func note(_ voice: VoiceID, _ before: SessionStatus, _ now: SessionStatus) {
        let appeared = now.subtracting(before)
        if appeared.contains(.established) { pending.append(.established(voice)) }
        if now.contains(.speaking) != before.contains(.speaking) {
            pending.append(.speaking(voice, now.contains(.speaking)))
        }
        if appeared.contains(.saidGoodbye) { pending.append(.ended(voice, .goodbye)) }
        if appeared.contains(.timedOut) { pending.append(.ended(voice, .timedOut)) }
        if appeared.contains(.tokenExpired) { pending.append(.ended(voice, .tokenExpired)) }
    }
}
