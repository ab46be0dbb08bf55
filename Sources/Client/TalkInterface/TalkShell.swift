import ControlWire
import Glibc
import Identifiers
import RoomClient
import TerminalSupport
import VoiceClient

/// Performs what ``TalkModel`` decides: the only place that touches engine, session and screen while talking.
actor TalkShell {
    private let session: RoomSession
    private let engine: VoiceEngine
    private let output: Int32
    private let screen: ScreenWriter
    private let terminal: Terminal?
    private let startTime = ContinuousClock.now
    private let sending: AsyncStream<TalkEffect>.Continuation
    private let toSend: AsyncStream<TalkEffect>
    private var model: TalkModel
    private let allowsUnsealedVoice: Bool
    /// No status is drawn once the terminal is given back, or on its way.
    private var isTerminalGivenBack = false
    private var isEngineStarted = false
    private(set) var failure: CommandFailure?

    /// Control messages that wait for the connection to take them; more are dropped, as keys pressed that fast may be.
    static let messagesMax = 64

    /// - Parameters:
    ///   - terminal: the keyboard's, when both it and the output are one; nil for plain lines.
    ///   - allowsUnsealedVoice: the control connection is plaintext, so voice may be.
    init(
        model: TalkModel, session: RoomSession, engine: VoiceEngine, output: Int32, terminal: Terminal?,
        allowsUnsealedVoice: Bool
    ) throws(CommandFailure) {
        self.model = model
        self.session = session
        self.engine = engine
        self.output = output
        self.terminal = terminal
        self.allowsUnsealedVoice = allowsUnsealedVoice
        screen = try ScreenWriter(output: output, kind: terminal == nil ? .plain : .terminal)
        (toSend, sending) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.messagesMax))
    }

    func handle(_ input: TalkInput) {
        for effect in model.update(input, now: now) { perform(effect) }
        show()
    }

    /// Sends what the model wants sent, in order, until ``close()``. What finds no connection is dropped: the session
    /// says all of it again when it is back.
    func sendMessages() async {
        for await case .send(let message) in toSend { try? await session.send(message) }
    }

    /// Gives the terminal back. A screen that takes nothing delays it by ``ScreenWriter/patience`` at most.
    func close() async {
        sending.finish()
        isTerminalGivenBack = true
        screen.show(.clear)
        await screen.finish()
        terminal?.restore()
    }

    /// Ctrl-Z: the terminal is as it was while the program is stopped.
    func suspend() async {
        isTerminalGivenBack = true
        screen.show(.clear)
        await screen.flush()
        terminal?.restore()
        kill(getpid(), SIGSTOP)
    }

    func resume() {
        isTerminalGivenBack = false
        terminal?.makeRaw()
        show()
    }

    private func perform(_ effect: TalkEffect) {
        switch effect {
        case .print(let line): screen.show(.event(line))
        case .connectVoice(let grant, let host, let tunnelPort): connect(grant, host, tunnelPort)
        case .disconnectVoice: engine.disconnect()
        case .setMuted(let isMuted): engine.setMuted(isMuted)
        case .setDeafened(let isDeafened): engine.setDeafened(isDeafened)
        case .setTransmitting(let isTransmitting): engine.setTransmitting(isTransmitting)
        case .setMicrophone(let settings): engine.setMicrophone(settings)
        case .setMode(let mode): engine.setMode(mode)
        case .setActivation(let settings): engine.setActivation(settings)
        case .setVolume(let volume): engine.setVolume(volume)
        case .setTalkerVolume(let volume, let voice): engine.setVolume(volume, of: voice)
        case .setPriority(let hasPriority, let voice): engine.setPriority(hasPriority, of: voice)
        case .setBitrate(let bitsPerSecond): engine.setBitrate(bitsPerSecond)
        case .noteReception(let heard): engine.noteReception(heard)
        case .send: sending.yield(effect)
        case .renewVoice(let error): session.renewVoice(after: error)
        case .moveRoom(let room): Task { [session] in await session.move(to: room) }
        case .quit(let failure):
            self.failure = failure
            session.stop()
        }
    }

    private func connect(_ grant: VoiceGrant, _ host: String, _ tunnelPort: UInt16?) {
        do {
            var grant = try VoiceConnectionGrant(grant, host: host, allowsUnsealed: allowsUnsealedVoice)
            grant.tunnelPort = tunnelPort
            // Not earlier: a file would play its beginning to nobody, and a microphone has nothing to hear before.
            if !isEngineStarted { try engine.start() }
            isEngineStarted = true
            try engine.connect(grant)
        } catch let error as CommandFailure {
            handle(.failed(error))
        } catch let error as VoiceEngineError {
            handle(.failed(CommandFailure(error)))
        } catch {
            handle(.failed(CommandFailure(.software, "voice cannot be opened: \(error).")))
        }
    }

    private func show() {
        guard !isTerminalGivenBack else { return }
        if terminal != nil {
            // The last column stays free: a terminal that is drawn into it wraps.
            screen.show(.status(TalkView.statusLine(model, columns: Terminal.columns(of: output) - 1, now: now)))
        } else if let status = TalkView.plainStatus(model) {
            screen.show(.plainStatus(status, at: now))
        }
    }

    private var now: Duration { ContinuousClock.now - startTime }
}
