import CLinux
import Glibc
import LockFree
import Synchronization
import VoiceWire

/// Where relay threads leave copies of frames for one thread that mixes or records them.
///
/// A bounded ring: the relay never waits for its reader, frames that find it full are lost to the reader and counted. A frame
/// costs the relay a copy, and a system call only while the reader sleeps and asked to be woken by frames.
@safe public final class FrameTap: Sendable {
    private let ring: MPSCRing
    private let bell: EventSignal
    private let isAsleep = Atomic<Bool>(false)
    private let full = Atomic<UInt64>(0)

    /// Frames that may wait: at 50 a second, those of 80 talkers for a second.
    public static let capacityDefault = 4_096

    /// Memory is touched as far as the ring has ever been filled. Fails when the process has no descriptor left.
    /// - Parameter capacity: in frames, a power of two above one.
    public init(capacity: Int = FrameTap.capacityDefault) throws(EventSignal.DescriptorError) {
        bell = try EventSignal()
        ring = MPSCRing.allocate(capacity: capacity, slotByteCount: TapSlot.byteCount)
    }

    deinit { ring.deallocate() }

    /// Frames that found the ring full since the start. Any thread.
    public var fullCount: UInt64 { full.load(ordering: .relaxed) }

    /// Gives the oldest frame; false when there is none. The reader's thread only. Does not allocate or block.
    @inline(__always)
    public func pop(_ body: (TappedFrame) -> Void) -> Bool {
        unsafe ring.pop { body(unsafe TapSlot.read($0)) }
    }

    /// Sleeps until ``wake()`` was called or the instant has come; with `forFrames`, or until there is a frame. The reader's
    /// thread only. May return early.
    /// - Parameter instant: nanoseconds of CLOCK_MONOTONIC; nil waits without end.
    public func wait(untilNanoseconds instant: UInt64?, forFrames: Bool = true) {
        if forFrames {
            isAsleep.store(true, ordering: .relaxed)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
            guard ring.isEmpty else { return isAsleep.store(false, ordering: .relaxed) }
        }
        defer { isAsleep.store(false, ordering: .relaxed) }
        var left: Int64 = -1
        if let instant {
            let now = Self.nanoseconds()
            left = instant > now ? Int64(clamping: instant - now) : 0
        }
        if poll_readable(bell.fileDescriptor, left) == 1 { bell.clear() }
    }

    /// Ends the reader's sleep, or the next one if it does not sleep. Any thread; one system call.
    public func wake() { bell.signal() }

    /// CLOCK_MONOTONIC through the vDSO: no system call.
    public static func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Leaves a copy of a frame; false when the ring is full. Relay threads. Does not allocate or block.
    @inline(__always)
    func push(_ slot: TapSlot, _ frame: UnsafeRawBufferPointer) -> Bool {
        let isPushed = unsafe ring.push { unsafe slot.write(frame, to: $0) }
        if !isPushed { full.wrappingAdd(1, ordering: .relaxed) }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .relaxed), isAsleep.exchange(false, ordering: .relaxed) { bell.signal() }
        return isPushed
    }
}

/// The taps as a relay thread uses them: unowned references, so that a frame counts no reference.
@safe struct RelayTaps: ~Copyable {
    private let mixer: Unmanaged<FrameTap>?
    private let recorder: Unmanaged<FrameTap>?
    /// Keeps the taps while the core lives.
    private let retained: [FrameTap]

    init(mixer: FrameTap? = nil, recorder: FrameTap? = nil) {
        unsafe self.mixer = mixer.map { unsafe Unmanaged.passUnretained($0) }
        unsafe self.recorder = recorder.map { unsafe Unmanaged.passUnretained($0) }
        retained = [mixer, recorder].compactMap(\.self)
    }

    /// True when there was nobody to take it, too: nothing was lost.
    @inline(__always)
    func pushToMixer(_ slot: TapSlot, _ frame: UnsafeRawBufferPointer) -> Bool {
        unsafe mixer?._withUnsafeGuaranteedRef { unsafe $0.push(slot, frame) } ?? true
    }

    @inline(__always)
    func pushToRecorder(_ slot: TapSlot, _ frame: UnsafeRawBufferPointer) -> Bool {
        unsafe recorder?._withUnsafeGuaranteedRef { unsafe $0.push(slot, frame) } ?? true
    }
}
