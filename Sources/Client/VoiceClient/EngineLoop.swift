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
    private var ways: VoiceWays?
    private let source: any AudioSource
    private let sink: any AudioSink
    private let capture: DeviceFeed
    private let playback: DeviceFeed
    private let shared: EngineShared
    private var nextPublication = MonotonicInstant(nanoseconds: 0)
    /// Told after the statistics that belong to them.
    private var untold: [VoiceEngineEvent] = []
    /// A device signalled in this turn: sound moved, or its state changed.
    private var devicesSignalled = false
    /// Sockets replaced on paths that are over.
    private var pastReplacedCount: UInt64 = 0
    /// Lost samples of the microphone that the pipeline knows of.
    private var knownLostCount = 0
    private var isSourceOver = false
    private var isSinkOver = false
    private let samples: UnsafeMutableBufferPointer<Int16>
    private let datagram: UnsafeMutableRawBufferPointer

    /// Samples on their way between a device and this thread, channels interleaved.
    struct DeviceFeed {
        let ring: SampleRing
        let signal: EventSignal
        let channelCount: Int

        /// With room for at least `sampleCount` samples of each channel.
        init(channelCount: Int, sampleCount: Int) throws(EventSignal.DescriptorError) {
            ring = SampleRing(capacity: sampleCount * channelCount)
            signal = try EventSignal()
            self.channelCount = channelCount
        }

        /// Samples of one channel that wait to be read.
        var waitingCount: Int { ring.readableCount / channelCount }
    }

    /// Datagrams read in one turn, so that a flood cannot keep the thread from the devices.
    private static let datagramsPerTurnMax = 64
    /// How often the statistics are renewed.
    private static let publicationNanoseconds: Int64 = 100_000_000
    private static let publicationRetryNanoseconds: Int64 = 1_000_000
    /// Below that of the devices' threads, which only move samples.
    private static let realtimePriority: Int32 = 10
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
        unsafe samples = .allocate(
            capacity: VoicePipeline.renderSampleCountMax * max(capture.channelCount, playback.channelCount))
        unsafe samples.initialize(repeating: 0)
        unsafe datagram = .allocate(byteCount: Self.datagramBufferBytes, alignment: 16)
    }

    deinit {
        unsafe samples.deallocate()
        unsafe datagram.deallocate()
    }

    /// Works until ``EngineShared/isStopping``; then says goodbye and stops the devices.
    func run() {
        requestRealtimePriority()
        while !shared.isStopping.load(ordering: .acquiring) {
            wait()
            takeCommands()
            receiveDatagrams()
            // First: the speaker's thread waits for it, and capturing may take as long as encoding a frame does.
            renderSamples()
            captureFrames()
            keepTime()
        }
        pipeline.disconnect(emit: emit)
        source.stop()
        sink.stop()
        tellEvents()
        shared.events.finish()
    }

    /// Without the right to it (RLIMIT_RTPRIO) the thread stays as it is: sound still works, with more underruns.
    private func requestRealtimePriority() {
        var parameters = sched_param()
        parameters.sched_priority = Self.realtimePriority
        _ = unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
    }

    private func emit(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe ways?.send($0) ?? false }
    }

    private func emitStraight(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe ways?.sendStraight($0) ?? false }
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
        let descriptors: InlineArray<5, Int32> = [
            shared.commands.wake.fileDescriptor, capture.signal.fileDescriptor, playback.signal.fileDescriptor,
            // poll(2) passes over negative ones.
            ways?.socket(.direct)?.fileDescriptor ?? -1, ways?.socket(.tunnel)?.fileDescriptor ?? -1,
        ]
        var polled = InlineArray<5, pollfd> { pollfd(fd: descriptors[$0], events: Int16(POLLIN), revents: 0) }
        let deadline = min(pipeline.nextDeadline ?? nextPublication, nextPublication, nextChoice ?? nextPublication)
        let milliseconds = max(0, (MonotonicInstant.now.distance(to: deadline) + 999_999) / 1_000_000)
        unsafe withUnsafeMutableBytes(of: &polled) {
            unsafe _ = poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 5, Int32(min(milliseconds, 1_000)))
        }
        if polled[0].revents != 0 { shared.commands.wake.clear() }
        devicesSignalled = polled[1].revents != 0 || polled[2].revents != 0
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
            case .setMicrophone(let settings): pipeline.setMicrophone(settings)
            case .setActivation(let settings): pipeline.setActivation(settings)
            case .setVolume(let volume): pipeline.setVolume(volume)
            case .setTalkerVolume(let volume, let voice): pipeline.setVolume(volume, of: voice)
            case .setPriority(let hasPriority, let voice): pipeline.setPriority(hasPriority, of: voice)
            case .setBitrate(let bitsPerSecond): pipeline.setBitrate(bitsPerSecond)
            case .noteReception(let heard): pipeline.noteReception(heard, at: .now)
            case .connect(let session):
                session.take { transport, newWays in
                    pipeline.connect(transport, emit: emit)
                    takeLeave(of: ways)
                    ways = newWays
                }
            case .disconnect:
                pipeline.disconnect(emit: emit)
                takeLeave(of: ways)
                ways = nil
            }
            nextPublication = MonotonicInstant(nanoseconds: 0)
        }
    }

    private func receiveDatagrams() {
        receiveDatagrams(on: .direct)
        receiveDatagrams(on: .tunnel)
    }

    private func receiveDatagrams(on route: RouteChooser.Route) {
        guard let socket = ways?.socket(route) else { return }
        for _ in 0..<Self.datagramsPerTurnMax {
            guard let count = unsafe socket.receive(into: datagram) else { return }
            let (now, heardCount) = (MonotonicInstant.now, pipeline.heardCount)
            report(unsafe pipeline.receive(UnsafeRawBufferPointer(rebasing: datagram[..<count]), at: now))
            guard pipeline.heardCount > heardCount else { continue }
            if ways?.heard(on: route, at: now, isOpen: pipeline.isOpen) == true { pipeline.hurry(at: now) }
        }
    }

    private func captureFrames() {
        let lostCount = source.statistics.droppedSampleCount
        if lostCount > knownLostCount {
            pipeline.skipCapture(lostCount - knownLostCount)
            knownLostCount = lostCount
        }
        let frame = unsafe captureFrame
        while capture.ring.readableCount >= frame.count {
            pipeline.align(
                playbackPending: playback.waitingCount + sink.statistics.delaySampleCount,
                capturePending: capture.waitingCount + source.statistics.delaySampleCount)
            _ = unsafe capture.ring.read(into: frame)
            unsafe pipeline.capture(UnsafeBufferPointer(frame), emit: emit)
        }
    }

    /// Room for one frame of the microphone.
    private var captureFrame: UnsafeMutableBufferPointer<Int16> {
        unsafe UnsafeMutableBufferPointer(rebasing: samples[..<(pipeline.frameSampleCount * capture.channelCount)])
    }

    private func renderSamples() {
        while !isSinkOver {
            let waiting = playback.waitingCount
            let wanted = min(sink.wantedSampleCount - waiting, VoicePipeline.renderSampleCountMax)
            guard wanted > 0 else { return }
            let step = unsafe UnsafeMutableBufferPointer(rebasing: samples[..<(wanted * playback.channelCount)])
            // The first of these samples is needed when those before it have been played.
            unsafe pipeline.render(into: step, at: MonotonicInstant.now.advanced(bySamples: waiting))
            _ = unsafe playback.ring.write(UnsafeBufferPointer(step))
            sink.noteFilled()
        }
    }

    private func keepTime() {
        let now = MonotonicInstant.now
        ways?.mend(serverIsSilent: pipeline.seemsStranded(at: now), at: now)
        chooseWay(at: now)
        if let deadline = pipeline.nextDeadline, deadline <= now { report(pipeline.tick(at: now, emit: emit)) }
        if devicesSignalled || now >= nextPublication { watchDevices() }
        guard now >= nextPublication else { return }
        // While a reader holds the record, the engine goes on and tries again soon: not at once, or a reader of lower
        // priority would never come to let go.
        guard shared.statistics.withLockIfAvailable({ report(into: &$0) }) != nil else {
            nextPublication = now.advanced(byNanoseconds: Self.publicationRetryNanoseconds)
            return
        }
        nextPublication = now.advanced(byNanoseconds: Self.publicationNanoseconds)
        tellEvents()
    }

    private var nextChoice: MonotonicInstant? { ways?.chooser.nextDeadline }

    private func chooseWay(at now: MonotonicInstant) {
        let isNew = ways?.choose(
            at: now, isOpen: pipeline.isOpen, unansweredPingCount: pipeline.unansweredPingCount)
        if isNew == true { pipeline.hurry(at: now) }
        if ways?.takeProbe(at: now) == true { pipeline.sendProbe(emit: emitStraight) }
    }

    private func report(into record: inout VoiceStatisticsRecord) {
        pipeline.report(into: &record)
        record.isTunnelled = ways?.chooser.route == .tunnel
        record.source = source.statistics
        record.sink = sink.statistics
        record.counters.socketsReplaced = pastReplacedCount + (ways?.replacedCount ?? 0)
    }

    private func takeLeave(of ways: VoiceWays?) { pastReplacedCount += ways?.replacedCount ?? 0 }

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
        let frame = unsafe captureFrame
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
