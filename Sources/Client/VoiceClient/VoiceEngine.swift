public import AudioDevice
import LockFree
import OpusCodec
import Playout
public import SpeechProcessing
import Synchronization
import VoiceSocket
public import VoiceWire

/// Talks and listens in one room: microphone to network, network to speaker.
///
/// One thread of its own does everything between the devices and the socket; the methods here hand it commands and
/// return at once. Any thread may call them. The devices belong to the engine from ``start()`` to ``stop()``; a new
/// session on the same devices needs only ``connect(_:)``.
///
/// ```swift
/// let engine = try VoiceEngine(configuration: configuration, source: microphone, sink: speaker)
/// try engine.start()
/// try engine.connect(grant)
/// for await event in engine.events { … }
/// await engine.stop()
/// ```
///
/// Limits: ``CommandRing/commandsMax`` commands may wait (one more is dropped and counted in
/// ``VoiceCounters/commandsRefused``), ``eventsMax`` events, ``TalkerTable/talkersMax`` talkers are heard at once.
public final class VoiceEngine: Sendable {
    /// What happened, in order; ends after ``stop()``. One consumer. Of more than ``eventsMax`` the oldest are dropped.
    public let events: AsyncStream<VoiceEngineEvent>

    /// Channels in which the microphone is sent.
    public var captureChannelCount: Int { source.channelCount }

    /// Events that wait for the consumer.
    public static let eventsMax = 64

    private let shared: EngineShared
    private let source: any AudioSource
    private let sink: any AudioSink
    private let capture: EngineLoop.DeviceFeed
    private let playback: EngineLoop.DeviceFeed
    private let phase: Mutex<Phase>

    private enum Phase {
        case ready(EngineLoop)
        case running(DedicatedThread)
        case stopped
    }

    /// Makes encoder, buffers and the engine's descriptors. Starts nothing. What is heard has the sink's channels.
    /// Throws ``VoiceEngineError``: a setting out of range, the encoder's channels are not the source's, or no descriptors left.
    public init(
        configuration: VoiceEngineConfiguration, source: any AudioSource, sink: any AudioSink
    ) throws(VoiceEngineError) {
        let (events, continuation) = AsyncStream.makeStream(
            of: VoiceEngineEvent.self, bufferingPolicy: .bufferingNewest(Self.eventsMax))
        self.events = events
        self.source = source
        self.sink = sink
        guard configuration.encoder.channelCount == source.channelCount else {
            throw VoiceEngineError(
                .settingInvalid,
                "the microphone's channels are \(source.channelCount): set the encoder's to as many")
        }
        let pipeline = try VoicePipeline(
            configuration, renderSampleCount: sink.periodSampleCount, renderChannelCount: sink.channelCount)
        do {
            shared = try EngineShared(events: continuation)
            capture = try EngineLoop.DeviceFeed(
                channelCount: source.channelCount,
                sampleCount: Self.periodsInRing * max(source.periodSampleCount, pipeline.frameSampleCount))
            playback = try EngineLoop.DeviceFeed(
                channelCount: sink.channelCount, sampleCount: Self.periodsInRing * sink.periodSampleCount)
        } catch {
            throw VoiceEngineError(.resourceExhausted, "\(error)")
        }
        let loop = EngineLoop(
            pipeline: pipeline, source: source, sink: sink, capture: capture, playback: playback, shared: shared)
        phase = Mutex(.ready(loop))
    }

    // An engine that nobody stopped still lets its thread end, and with it the devices.
    deinit { requestStop() }

    /// Starts devices and thread; once. Without a session nothing is heard and nothing is sent. May take as long as
    /// the devices need to start.
    ///
    /// Throws ``VoiceEngineError``: a device did not start, no thread was to be had, or the engine was stopped.
    public func start() throws(VoiceEngineError) {
        try phase.withLock { phase throws(VoiceEngineError) in
            guard case .ready(let loop) = phase else {
                throw VoiceEngineError(.stopped, "the voice engine was started before; make a new one")
            }
            phase = .stopped
            try startDevices()
            do {
                phase = .running(try DedicatedThread(name: "voice-engine") { loop.run() })
            } catch {
                source.stop()
                sink.stop()
                throw VoiceEngineError(.resourceExhausted, "\(error)")
            }
        }
    }

    /// Opens the session of `grant`, in place of the one before, if any (which gets a goodbye).
    ///
    /// Returns when the handshake is under way; ``VoiceEngineEvent/connected`` or ``VoiceEngineEvent/lost(_:)``
    /// follows. Allocates; makes system calls that do not block. Throws ``VoiceEngineError``: the grant is not
    /// usable, no socket can be had, or the engine was stopped.
    public func connect(_ grant: VoiceConnectionGrant) throws(VoiceEngineError) {
        guard let address = SocketAddress(host: grant.host, port: grant.port) else {
            throw VoiceEngineError(.grantInvalid, "\"\(grant.host)\" is not a numeric address of the voice server")
        }
        let transport = try VoiceTransport(grant, at: .now)
        let tunnel = grant.tunnelPort.flatMap { SocketAddress(host: "127.0.0.1", port: $0) }
        let ways: VoiceWays
        do {
            ways = try VoiceWays(to: address, tunnel: tunnel, at: .now)
        } catch {
            throw VoiceEngineError(.socketFailed, "\(error)")
        }
        try checkNotStopped()
        let session = PreparedSession(transport, ways)
        guard shared.commands.push(.connect(session)) else {
            session.take { _, _ in }
            throw VoiceEngineError(.resourceExhausted, "the voice engine is not keeping up; try again")
        }
    }

    /// Ends the session with a goodbye; the devices go on.
    public func disconnect() { shared.commands.push(.disconnect) }

    /// Ends session, thread and devices, then ``events``. The engine cannot be started again.
    public func stop() async {
        let thread = phase.withLock { phase -> DedicatedThread? in
            defer { phase = .stopped }
            if case .running(let thread) = phase { return thread }
            return nil
        }
        requestStop()
        // The thread stops the devices: that blocks, and this is no place to block.
        await thread?.ended()
        shared.events.finish()
    }

    /// Muted: nothing of the microphone is sent, whatever the mode.
    public func setMuted(_ isMuted: Bool) { shared.commands.push(.setMuted(isMuted)) }
    /// Deafened: silence is played. Sending goes on.
    public func setDeafened(_ isDeafened: Bool) { shared.commands.push(.setDeafened(isDeafened)) }
    /// Push-to-talk: the key is down or up. Of no effect in the other modes.
    public func setTransmitting(_ isTransmitting: Bool) { shared.commands.push(.setTransmitting(isTransmitting)) }
    public func setMode(_ mode: TransmissionMode) { shared.commands.push(.setMode(mode)) }
    /// What is done to the microphone's sound, from the next frame on, without a click. Settings out of range change nothing.
    public func setMicrophone(_ settings: MicrophoneSettings) { shared.commands.push(.setMicrophone(settings)) }
    /// What opens and closes voice activation, from the next frame on.
    public func setActivation(_ settings: VoiceActivityGate.Settings) { shared.commands.push(.setActivation(settings)) }
    /// Volume of everything heard, clamped to ``VoiceEngineConfiguration/volumeRange``.
    public func setVolume(_ volume: Float) { shared.commands.push(.setVolume(volume)) }
    /// Volume of one talker, in addition to the master's. Kept until the session ends, also while the talker is silent.
    public func setVolume(_ volume: Float, of voice: VoiceID) { shared.commands.push(.setTalkerVolume(volume, voice)) }
    /// Whether a talker is a priority speaker, for whom others step back (``VoiceEngineConfiguration/duckingDecibels``). Kept
    /// until the session ends.
    public func setPriority(_ hasPriority: Bool, of voice: VoiceID) {
        shared.commands.push(.setPriority(hasPriority, voice))
    }

    /// Bits a second that the sound itself is to have where the path and the server's limit allow it; clamped to
    /// ``VoiceEngineConfiguration/bitsPerSecondRange``.
    public func setBitrate(_ bitsPerSecond: Int) { shared.commands.push(.setBitrate(bitsPerSecond)) }
    /// How the room's listeners get this client's voice, as the server said just now: what redundancy goes by.
    public func noteReception(_ heard: HeardByOthers) { shared.commands.push(.noteReception(heard)) }

    /// What the engine is doing now. Any thread; never makes the engine wait. Allocates.
    public var statistics: VoiceStatistics {
        var statistics = VoiceStatistics(shared.statistics.withLock { $0 })
        statistics.counters.commandsRefused = shared.commands.refusedCount
        return statistics
    }

    private func requestStop() {
        shared.isStopping.store(true, ordering: .releasing)
        shared.commands.wake.signal()
    }

    private func startDevices() throws(VoiceEngineError) {
        do {
            try sink.start(from: playback.ring, signal: playback.signal)
            try source.start(into: capture.ring, signal: capture.signal)
        } catch {
            sink.stop()
            throw VoiceEngineError(.deviceFailed, "\(error)")
        }
    }

    private func checkNotStopped() throws(VoiceEngineError) {
        let isStopped = phase.withLock { if case .stopped = $0 { true } else { false } }
        if isStopped { throw VoiceEngineError(.stopped, "the voice engine was stopped; make a new one") }
    }

    /// Of the larger of a device's period and a frame: what may gather while the thread is held up.
    private static let periodsInRing = 8
}
