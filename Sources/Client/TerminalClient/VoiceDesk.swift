import AudioDevice
import ControlWire
import RoomClient
import SpeechProcessing
import Synchronization
import TalkInterface
import TerminalSupport
import TerminalUI
import VoiceClient

/// Has the voice engine: makes one when there is a grant, hands it what the model wants, stops it when voice is over.
///
/// Orders are obeyed one after the other, in a task of their own: a device that is slow to open keeps nobody waiting.
/// Audio itself runs on the engine's threads.
actor VoiceDesk {
    enum Order: Sendable {
        case effect(TalkEffect, VoiceSetup)
        /// The next grant gets a new engine.
        case close
        case testMicrophone(VoiceSetup)
    }

    /// Orders that may wait while a device opens. Past it one is lost, which may be the one that shuts the microphone: voice is
    /// closed then, and the person told why.
    static let ordersMax = 256

    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation
    /// An order was lost since it was looked at last.
    private let hasLost = Atomic<Bool>(false)
    private let tell: @Sendable (Event) async -> Void
    private let now: @Sendable () -> Duration
    private var testing: Task<Void, Never>?
    private var engine: VoiceEngine?
    private var listening: Task<Void, Never>?
    private var ticking: Task<Void, Never>?
    private var tidying: Task<Void, Never>?
    /// What the person has said so far, for engines to come.
    private var isMuted = false
    private var isDeafened = false

    /// - Parameters:
    ///   - now: the model's time.
    ///   - tell: hears of the engine's events, and of its figures about ten times a second while there is one.
    init(now: @escaping @Sendable () -> Duration, tell: @escaping @Sendable (Event) async -> Void) {
        self.now = now
        self.tell = tell
        (orders, ordering) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.ordersMax))
    }

    /// Any task; returns at once.
    nonisolated func order(_ order: Order) {
        if case .dropped = ordering.yield(order) { hasLost.store(true, ordering: .relaxed) }
    }

    /// Obeys until ``finish()``.
    func run() async {
        for await order in orders {
            await obey(order)
            guard hasLost.exchange(false, ordering: .relaxed) else { continue }
            await close()
            await tell(.voiceFailed(Self.overrun))
        }
        await testing?.value
        await close()
    }

    /// Everything ordered so far is done, then voice ends.
    nonisolated func finish() { ordering.finish() }

    private func obey(_ order: Order) async {
        switch order {
        case .effect(let effect, let setup): await perform(effect, setup)
        case .close: await close()
        case .testMicrophone(let setup): testMicrophone(setup)
        }
    }

    private func perform(_ effect: TalkEffect, _ setup: VoiceSetup) async {
        switch effect {
        case .connectVoice(let grant, let host, let tunnelPort):
            do throws(CommandFailure) {
                try await connect(grant, host, tunnelPort, setup)
            } catch {
                await close()
                await tell(.voiceFailed(error))
            }
        case .setMuted(let isMuted):
            self.isMuted = isMuted
            engine?.setMuted(isMuted)
        case .setDeafened(let isDeafened):
            self.isDeafened = isDeafened
            engine?.setDeafened(isDeafened)
        case .disconnectVoice: engine?.disconnect()
        case .setTransmitting(let isTransmitting): engine?.setTransmitting(isTransmitting)
        case .setMode(let mode): engine?.setMode(mode)
        case .setVolume(let volume): engine?.setVolume(volume)
        case .setTalkerVolume(let volume, let voice): engine?.setVolume(volume, of: voice)
        case .setPriority(let hasPriority, let voice): engine?.setPriority(hasPriority, of: voice)
        case .setBitrate(let bitsPerSecond): engine?.setBitrate(bitsPerSecond)
        case .noteReception(let heard): engine?.noteReception(heard)
        case .setMicrophone(let settings): engine?.setMicrophone(settings)
        case .setActivation(let settings): engine?.setActivation(settings)
        // The model's own to obey.
        case .print, .send, .renewVoice, .moveRoom, .quit: break
        }
    }

    private func connect(
        _ grant: VoiceGrant, _ host: String, _ tunnelPort: UInt16?, _ setup: VoiceSetup
    ) async throws(CommandFailure) {
        var grant = try VoiceConnectionGrant(grant, host: host, allowsUnsealed: setup.allowsUnsealedVoice)
        grant.tunnelPort = tunnelPort
        let engine: VoiceEngine
        if let running = self.engine { engine = running } else { engine = try await begin(setup) }
        do throws(VoiceEngineError) {
            try engine.connect(grant)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func begin(_ setup: VoiceSetup) async throws(CommandFailure) -> VoiceEngine {
        let (isMuted, isDeafened) = (isMuted, isDeafened)
        let engine = try await BlockingWork.run("voice-start") { () throws(CommandFailure) in
            try setup.engine(isMuted: isMuted, isDeafened: isDeafened)
        }
        self.engine = engine
        listening = Task { [tell] in for await event in engine.events { await tell(.engine(event)) } }
        ticking = Task { [tell] in
            while (try? await Task.sleep(for: Self.tickInterval)) != nil { await tell(.statistics(engine.statistics)) }
        }
        tidying = Task { await ProgramPages.letGoWhenStarted() }
        return engine
    }

    private func close() async {
        ticking?.cancel()
        tidying?.cancel()
        await engine?.stop()
        await listening?.value
        (engine, ticking, listening, tidying) = (nil, nil, nil, nil)
    }

    /// One at a time. It does not keep orders waiting: somebody may be talking meanwhile.
    private func testMicrophone(_ setup: VoiceSetup) {
        guard testing == nil else { return }
        testing = Task {
            await runTest(setup)
            testing = nil
        }
    }

    private func runTest(_ setup: VoiceSetup) async {
        await tell(.microphoneTest(.recording(until: now() + MicrophoneTest.duration)))
        do throws(CommandFailure) {
            let samples = try await BlockingWork.run("microphone-test") { () throws(CommandFailure) in
                try MicrophoneTest.record(setup)
            }
            let output = setup.settings.outputDevice
            if let output, AudioSources.isSoundFile(output) {
                throw CommandFailure(
                    .device, "the speaker is a file, which records voice: choose a device to hear the test.")
            }
            await tell(.microphoneTest(.playing))
            try await BlockingWork.run("microphone-test") { () throws(CommandFailure) in
                try SoundPlayer.play(samples, on: output)
            }
            await tell(.microphoneTest(nil))
        } catch {
            await tell(.microphoneTest(.failed(error.description)))
        }
    }

    private static let overrun = CommandFailure(
        .device,
        "the sound device took too long: more than \(ordersMax) changes were waiting, so voice was left. Join it again."
    )
    private static let tickInterval: Duration = .milliseconds(100)
}
