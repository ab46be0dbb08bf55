import Glibc
import LockFree
import Synchronization

/// What an engine's thread and its callers share: a ring of commands, a bell, and how far users have come.
final class SpeakerShared: Sendable {
    static let commandsMax = 4_096
    let commands = MPSCRing.allocate(
        capacity: SpeakerShared.commandsMax, slotByteCount: MemoryLayout<SpeakerCommand>.stride)
    let bell: EventSignal
    let establishedCount = Atomic<Int>(0)
    private let sent = Atomic<Int>(0)
    /// By user number; a ``SpeakerStatus`` each.
    private let statuses: StatusTable
    /// Set while the thread sleeps: only then does a caller pay for a system call.
    private let isAsleep = Atomic<Bool>(false)

    /// Handle to the statuses' memory.
    private struct StatusTable: @unchecked Sendable {
        // Unchecked: the memory holds atomics and lives as long as the object.
        let memory: UnsafeMutablePointer<Atomic<UInt8>>
        let count: Int
    }

    init(usersMax: Int) throws(EventSignal.DescriptorError) {
        bell = try EventSignal()
        let memory = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: usersMax)
        for user in 0..<usersMax { (memory + user).initialize(to: Atomic(SpeakerStatus.absent.rawValue)) }
        statuses = StatusTable(memory: memory, count: usersMax)
    }

    deinit {
        statuses.memory.deinitialize(count: statuses.count).deallocate()
        commands.deallocate()
    }

    /// Voice frames that the kernel took since the start, in a window or in none. Any thread.
    var framesSent: Int { sent.load(ordering: .relaxed) }

    /// The engine's thread alone: a load and a store.
    func noteFrameSent() { sent.store(sent.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }

    func status(of user: Int) -> SpeakerStatus {
        guard user < statuses.count else { return .absent }
        return SpeakerStatus(rawValue: statuses.memory[user].load(ordering: .acquiring)) ?? .absent
    }

    func set(_ status: SpeakerStatus, of user: Int) {
        statuses.memory[user].store(status.rawValue, ordering: .releasing)
    }

    /// Hands a command over; any thread. Waits only in the moment that ``commandsMax`` are ahead of it.
    func push(_ command: SpeakerCommand) {
        while !commands.push({ $0.storeBytes(of: command, as: SpeakerCommand.self) }) {
            ring()
            sched_yield()
        }
        ring()
    }

    private func ring() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .relaxed), isAsleep.exchange(false, ordering: .relaxed) { bell.signal() }
    }

    /// The thread announces that it is about to sleep; false when a command has come in the meantime.
    func willSleep() -> Bool {
        isAsleep.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return commands.isEmpty
    }

    func awoke() { isAsleep.store(false, ordering: .relaxed) }
}

/// Where somebody waits for a window.
final class WindowTicket: Sendable {
    private let continuation: CheckedContinuation<SpeakerMeasurement, Never>

    init(_ continuation: CheckedContinuation<SpeakerMeasurement, Never>) { self.continuation = continuation }

    /// On the engine's thread, which goes on at once: reading thousands of histograms is somebody else's work.
    func fulfil(_ block: MeasurementBlock?, rooms: [(number: UInt16, userCount: Int)]) {
        guard let block else { return continuation.resume(returning: SpeakerMeasurement()) }
        let task = continuation
        Task.detached {
            task.resume(returning: block.measurement(rooms: rooms))
            block.deallocate()
        }
    }
}
