import AudioDevice
import CLinux
import Glibc
import LockFree
import Playout
import Synchronization
import VoiceSocket

/// The engine's thread: waits for socket, microphone, speaker and commands, and lets the pipeline do the work.
///
/// Made by the engine, then used by its thread alone. In steady state a turn makes system calls (`poll`, `recv`,
/// `send`, event descriptors) and allocates nothing.
@safe final class EngineLoop {
    private var pipeline: VoicePipeline
    private var socket: DatagramSocket?
    private let source: any AudioSource
    private let sink: any AudioSink
    private let capture: DeviceFeed
    private let playback: DeviceFeed
    private let shared: EngineShared
    private var nextPublication = MonotonicInstant(nanoseconds: 0)
    /// Told after the statistics that belong to them.
    private var untold: [VoiceEngineEvent] = []
    private var isSourceOver = false
    private var isSinkOver = false
    private let samples: UnsafeMutableBufferPointer<Int16>
    private let datagram: UnsafeMutableRawBufferPointer

    /// Samples on their way between a device and this thread.
    struct DeviceFeed {
        let ring: SampleRing
        let signal: EventSignal
    }

    /// Datagrams read in one turn, so that a flood cannot keep the thread from the devices.
    private static let datagramsPerTurnMax = 64
    /// How often the statistics are renewed.
    private static let publicationNanoseconds: Int64 = 100_000_000
    /// One byte more than a datagram may have: a longer one is seen to be too long.
    private static let datagramBufferBytes = 2_048

    init(
        pipeline: consuming VoicePipeline, source: any AudioSource, sink: any AudioSink, capture: DeviceFeed,
        playback: DeviceFeed, shared: EngineShared
    ) {
        self.pipeline = pipeline
        self.source = source
        self.sink = sink
        self.capture = capture
        self.playback = playback
        self.shared = shared
        unsafe samples = .allocate(capacity: VoicePipeline.renderSampleCountMax)
        unsafe samples.initialize(repeating: 0)
        unsafe datagram = .allocate(byteCount: Self.datagramBufferBytes, alignment: 16)
    }

    deinit {
        unsafe samples.deallocate()
        unsafe datagram.deallocate()
    }

    /// Works until ``EngineShared/isStopping``; then says goodbye and stops the devices.
    func run() {
        while !shared.isStopping.load(ordering: .acquiring) {
            wait()
            takeCommands()
            receiveDatagrams()
            captureFrames()
            renderSamples()
            keepTime()
        }
        pipeline.disconnect(emit: emit)
        source.stop()
        sink.stop()
        tellEvents()
        shared.events.finish()
    }

    private func emit(_ bytes: RawSpan) -> Bool {
        guard let socket else { return false }
        return unsafe bytes.withUnsafeBytes { unsafe socket.send($0) }
    }

    private func report(_ event: VoiceEngineEvent?) {
        guard let event else { return }
        untold.append(event)
        nextPublication = MonotonicInstant(nanoseconds: 0)
    }

    private func tellEvents() {
        for event in untold { shared.events.yield(event) }
        untold.removeAll(keepingCapacity: true)
    }

    // MARK: One turn

    private func wait() {
        let descriptors: InlineArray<4, Int32> = [
            shared.commands.wake.fileDescriptor, capture.signal.fileDescriptor, playback.signal.fileDescriptor,
            socket?.fileDescriptor ?? -1,  // poll(2) passes over negative ones
        ]
        var polled = InlineArray<4, pollfd> { pollfd(fd: descriptors[$0], events: Int16(POLLIN), revents: 0) }
        let deadline = min(pipeline.nextDeadline ?? nextPublication, nextPublication)
        let milliseconds = max(0, (MonotonicInstant.now.distance(to: deadline) + 999_999) / 1_000_000)
        unsafe withUnsafeMutableBytes(of: &polled) {
            unsafe _ = poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 4, Int32(min(milliseconds, 1_000)))
        }
        if polled[0].revents != 0 { shared.commands.wake.clear() }
        if polled[1].revents != 0 { capture.signal.clear() }
        if polled[2].revents != 0 { playback.signal.clear() }
    }

    private func takeCommands() {
        while let command = shared.commands.pop() {
            switch command {
            case .setMuted(let isMuted): pipeline.setMuted(isMuted)
            case .setDeafened(let isDeafened): pipeline.setDeafened(isDeafened)
            case .setTransmitting(let isTransmitting): pipeline.setTransmitting(isTransmitting)
            case .setMode(let mode): pipeline.setMode(mode)
            case .setVolume(let volume): pipeline.setVolume(volume)
            case .setTalkerVolume(let volume, let voice): pipeline.setVolume(volume, of: voice)
            case .connect(let session):
                session.take { transport, newSocket in
                    pipeline.connect(transport, emit: emit)
                    socket = newSocket
                }
            case .disconnect:
                pipeline.disconnect(emit: emit)
                socket = nil
            }
            nextPublication = MonotonicInstant(nanoseconds: 0)
        }
    }

    private func receiveDatagrams() {
        guard let socket else { return }
        for _ in 0..<Self.datagramsPerTurnMax {
            guard let count = unsafe socket.receive(into: datagram) else { return }
            report(unsafe pipeline.receive(UnsafeRawBufferPointer(rebasing: datagram[..<count]), at: .now))
        }
    }

    private func captureFrames() {
        let frame = unsafe UnsafeMutableBufferPointer(rebasing: samples[..<pipeline.frameSampleCount])
        while capture.ring.readableCount >= frame.count {
            _ = unsafe capture.ring.read(into: frame)
            unsafe pipeline.capture(UnsafeBufferPointer(frame), emit: emit)
        }
    }

    private func renderSamples() {
        while !isSinkOver {
            let waiting = playback.ring.readableCount
            let wanted = min(sink.targetFillSampleCount - waiting, VoicePipeline.renderSampleCountMax)
            guard wanted > 0 else { return }
            let step = unsafe UnsafeMutableBufferPointer(rebasing: samples[..<wanted])
            // The first of these samples is needed when those before it have been played.
            unsafe pipeline.render(into: step, at: MonotonicInstant.now.advanced(bySamples: waiting))
            _ = unsafe playback.ring.write(UnsafeBufferPointer(step))
        }
    }

    private func keepTime() {
        let now = MonotonicInstant.now
        if let deadline = pipeline.nextDeadline, deadline <= now { report(pipeline.tick(at: now, emit: emit)) }
        guard now >= nextPublication else { return }
        watchDevices()
        // While a reader holds the record, the engine goes on and tries again in its next turn.
        guard shared.statistics.withLockIfAvailable({ pipeline.report(into: &$0) }) != nil else { return }
        nextPublication = now.advanced(byNanoseconds: Self.publicationNanoseconds)
        tellEvents()
    }

    private func watchDevices() {
        if !isSourceOver {
            switch source.state {
            case .idle, .running: break
            case .ended:
                endCapture()
                report(.sourceEnded)
            case .stopped: isSourceOver = true
            case .failed(let error):
                endCapture()
                report(.deviceFailed("\(error)"))
            }
        }
        if !isSinkOver, case .failed(let error) = sink.state {
            isSinkOver = true
            report(.deviceFailed("\(error)"))
        }
    }

    /// Sends what the source left, filled up with silence, and ends the talkspurt.
    private func endCapture() {
        isSourceOver = true
        captureFrames()
        let frame = unsafe UnsafeMutableBufferPointer(rebasing: samples[..<pipeline.frameSampleCount])
        let rest = unsafe capture.ring.read(into: frame)
        if rest > 0 {
            unsafe UnsafeMutableBufferPointer(rebasing: frame[rest...]).update(repeating: 0)
            unsafe pipeline.capture(UnsafeBufferPointer(frame), emit: emit)
        }
        pipeline.endCapture(emit: emit)
    }
}

// Unchecked: the engine hands it to its thread and touches it no more.
extension EngineLoop: @unchecked Sendable {}

/// What the engine's thread and its callers share; all of it may be used by any thread.
final class EngineShared: Sendable {
    let commands: CommandRing
    let events: AsyncStream<VoiceEngineEvent>.Continuation
    let statistics = Mutex(VoiceStatisticsRecord())
    let isStopping = Atomic<Bool>(false)

    init(events: AsyncStream<VoiceEngineEvent>.Continuation) throws(EventSignal.DescriptorError) {
        self.events = events
        commands = try CommandRing()
    }
}

extension MonotonicInstant {
    /// The machine's monotonic clock, read.
    static var now: MonotonicInstant {
        var time = timespec()
        unsafe _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
