import ControlWire
import Glibc
import RoomClient
import VoiceClient

/// Performs what ``TalkModel`` decides: the only place that touches engine, session and screen while talking.
actor TalkShell {
    private let session: RoomSession
    private let engine: VoiceEngine
    private let output: Int32
    private let terminal: Terminal?
    private let startTime = ContinuousClock.now
    private let sending: AsyncStream<TalkEffect>.Continuation
    private let toSend: AsyncStream<TalkEffect>
    private var model: TalkModel
    private var composer: ScreenComposer
    private var isEngineStarted = false
    private(set) var failure: TalkFailure?

    /// Control messages that wait for the connection to take them; more are dropped, as keys pressed that fast may be.
    static let messagesMax = 64

    /// - Parameter terminal: the keyboard's, when both it and the output are one; nil for plain lines.
    init(model: TalkModel, session: RoomSession, engine: VoiceEngine, output: Int32, terminal: Terminal?) {
        self.model = model
        self.session = session
        self.engine = engine
        self.output = output
        self.terminal = terminal
        composer = ScreenComposer(terminal == nil ? .plain : .terminal)
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

    /// Gives the terminal back.
    func close() {
        put(composer.clear())
        terminal?.restore()
        sending.finish()
    }

    /// Ctrl-Z: the terminal is as it was while the program is stopped.
    func suspend() {
        put(composer.clear())
        terminal?.restore()
        kill(getpid(), SIGSTOP)
    }

    func resume() {
        terminal?.makeRaw()
        show()
    }

    private func perform(_ effect: TalkEffect) {
        switch effect {
        case .print(let line): put(composer.event(line))
        case .connectVoice(let grant, let host): connect(grant, host)
        case .disconnectVoice: engine.disconnect()
        case .setMuted(let isMuted): engine.setMuted(isMuted)
        case .setDeafened(let isDeafened): engine.setDeafened(isDeafened)
        case .setTransmitting(let isTransmitting): engine.setTransmitting(isTransmitting)
        case .setVolume(let volume): engine.setVolume(volume)
        case .send: sending.yield(effect)
        case .renewVoice(let error): session.renewVoice(after: error)
        case .quit(let failure):
            self.failure = failure
            session.stop()
        }
    }

    private func connect(_ grant: VoiceGrant, _ host: String) {
        do {
            let grant = try VoiceConnectionGrant(grant, host: host)
            // Not earlier: a file would play its beginning to nobody, and a microphone has nothing to hear before.
            if !isEngineStarted { try engine.start() }
            isEngineStarted = true
            try engine.connect(grant)
        } catch let error as TalkFailure {
            handle(.failed(error))
        } catch let error as VoiceEngineError {
            handle(.failed(TalkFailure(error)))
        } catch {
            handle(.failed(TalkFailure(.software, "voice cannot be opened: \(error).")))
        }
    }

    private func show() {
        guard terminal == nil else {
            // The last column stays free: a terminal that is drawn into it wraps.
            put(composer.status(TalkView.statusLine(model, columns: Terminal.columns(of: output) - 1, now: now)))
            return
        }
        if let status = TalkView.plainStatus(model) { put(composer.status(status, now: now)) }
    }

    private func put(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads any more: that is no reason to stop talking.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private var now: Duration { ContinuousClock.now - startTime }
}
