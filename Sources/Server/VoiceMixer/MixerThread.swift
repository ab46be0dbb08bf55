import Glibc
import LockFree
import Playout
import Synchronization
import VoiceRelay
import VoiceWire

/// A thread that mixes the rooms whose wire id leaves its index as the remainder by the number of threads.
///
/// The first thread reads the relay's tap and passes on what is others'. While any of its rooms has a tick ahead no frame wakes a
/// thread: frames are needed at ticks, and no tick is further than 20 ms away.
final class MixerThread: Sendable {
    let index: Int
    let tap: FrameTap
    let counters = MixerCounters()
    private let plans = Mutex<[VoiceRoomID: MixPlan]>([:])
    private let hasPlans = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    init(index: Int) throws(EventSignal.DescriptorError) {
        self.index = index
        tap = try FrameTap()
    }

    /// Any thread; the newest plan of a room counts.
    func publish(_ plan: MixPlan, for room: VoiceRoomID) {
        plans.withLock { $0[room] = plan }
        hasPlans.store(true, ordering: .releasing)
        tap.wake()
    }

    func start(_ configuration: VoiceMixerConfiguration, relay: VoiceRelay, among threads: [MixerThread])
        throws(DedicatedThread.CreationError)
    {
        let started = try DedicatedThread(name: "voice-mixer-\(index)", scheduling: Self.scheduling) { [self] in
            run(
                MixerCore(settings: configuration.settings, seatsMax: configuration.seatsInForce, counters: counters),
                relay, threads)
        }
        thread.withLock { $0 = started }
    }

    func stop() async {
        isStopping.store(true, ordering: .releasing)
        tap.wake()
        await thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.ended()
    }

    private func run(_ core: MixerCore, _ relay: VoiceRelay, _ threads: [MixerThread]) {
        var sink = RelaySink(relay: relay, counters: counters)
        while !isStopping.load(ordering: .acquiring) {
            let start = Int64(FrameTap.nanoseconds())
            takePlans(core)
            while tap.pop({ take($0, core, threads) }) {}
            if let deadline = core.nextDeadline, deadline <= start {
                core.run(at: start, into: &sink)
                let end = Int64(FrameTap.nanoseconds())
                core.note(lateness: start - deadline, busy: end - start, at: end)
            }
            counters.set(.tapFull, to: tap.fullCount)
            counters.set(.busyMicroseconds, to: Self.processorMicroseconds())
            let next = core.nextDeadline
            tap.wait(untilNanoseconds: next.map(UInt64.init), forFrames: next == nil || threads.count > 1)
        }
    }

    private func takePlans(_ core: MixerCore) {
        guard hasPlans.exchange(false, ordering: .acquiring) else { return }
        let waiting = plans.withLock { plans in
            defer { plans = [:] }
            return plans
        }
        for (room, plan) in waiting { core.publish(plan, for: room) }
    }

    private func take(_ frame: TappedFrame, _ core: MixerCore, _ threads: [MixerThread]) {
        let owner = Int(frame.room.rawValue) % threads.count
        guard owner == index else {
            // What finds no room there is counted there.
            _ = threads[owner].tap.pass(frame)
            return
        }
        let opusByteCount = min(frame.opusByteCount, unsafe frame.frame.count)
        let header = VoiceHeader(
            type: .voice, flags: frame.flags, voice: frame.voice, room: frame.room, sequence: frame.sequence,
            timestamp: frame.timestamp, opusByteCount: UInt16(opusByteCount))
        core.take(
            unsafe SpokenFrame(
                header: header, opus: UnsafeRawBufferPointer(rebasing: frame.frame[..<opusByteCount]),
                extensions: UnsafeRawBufferPointer(rebasing: frame.frame[opusByteCount...]),
                hasPriority: frame.isPrioritySpeaker, arrival: .init(nanoseconds: Int64(frame.arrivalNanoseconds))))
    }

    /// A tick's work is long beside what a relay thread does for a datagram: that one goes first.
    private static let scheduling = ThreadScheduling(sliceNanoseconds: 10_000_000)

    /// Processor time of the calling thread.
    private static func processorMicroseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) &* 1_000_000 &+ UInt64(time.tv_nsec) / 1_000
    }
}

/// Hands frames of mixes to the relay, which never waits for it.
private struct RelaySink: MixSink {
    let relay: VoiceRelay
    let counters: MixerCounters

    mutating func send(_ frame: MixFrame) {
        guard unsafe !frame.opus.isEmpty else { return }
        for start in stride(from: 0, to: frame.listeners.count, by: MixedFrame.listenersMax) {
            let end = min(start + MixedFrame.listenersMax, frame.listeners.count)
            let isTaken = unsafe frame.listeners[start..<end].withUnsafeBufferPointer { listeners in
                unsafe relay.deliver(
                    MixedFrame(
                        room: frame.room, flags: frame.flags, sequence: frame.sequence, timestamp: frame.timestamp,
                        opus: frame.opus, listeners: listeners))
            }
            counters.add(isTaken ? .framesDelivered : .framesRefused, UInt64(end - start))
        }
    }
}
