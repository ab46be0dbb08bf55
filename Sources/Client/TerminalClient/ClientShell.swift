import AudioDevice
import ControlWire
import Identifiers
import RoomClient
import Synchronization
import TalkInterface
import TerminalSupport
import TerminalUI
import VoiceClient
import VoiceSealing

/// Performs what the ``Model`` decides: the one place that touches server, voice, files and screen.
///
/// Everything that happens comes here, one after the other; nothing here waits for the screen, a disk or a device.
actor ClientShell {
    /// Control messages that wait for the connection to take them; more are dropped, as keys pressed that fast may be.
    static let messagesMax = 64

    let options: ShellOptions
    let interface: any ClientInterface
    private let startTime: ContinuousClock.Instant
    private let desk: VoiceDesk
    private let sending: AsyncStream<ControlMessage>.Continuation
    let toSend: AsyncStream<ControlMessage>
    private let over: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    private(set) var model: Model
    /// For lines instead of a screen.
    var lines: PlainLines?
    var failure: CommandFailure?
    /// Why the last session ended that no retry could mend.
    var loginFailure: CommandFailure?
    var isOver = false
    /// When the next drawing is due, and when the last one was.
    var drawTime: Duration?
    var drawnAt: Duration = .zero
    var drawing: Task<Void, Never>?
    var isReadingOn = false
    var alarm: Task<Void, Never>?
    var alarmTime: Duration?

    var session: ShellSession?
    var sessionNumber = 0
    var client: RoomClient?
    var queue = RequestQueue()
    /// Waits for the last answers, to leave.
    var leaver: CheckedContinuation<Void, Never>?
    /// Waits for the person's word about a fingerprint.
    var trustWaiter: CheckedContinuation<Bool, Never>?

    var savedSettings: Settings
    var saving: Task<Void, Never>?
    var globalKey: GlobalKey?
    var globalKeyStates: Task<Void, Never>?
    var alerting: Task<Void, Never>?

    /// - Parameter startTime: when the model's time was 0.
    init(
        model: Model, options: ShellOptions, interface: any ClientInterface,
        startTime: ContinuousClock.Instant = .now
    ) {
        self.model = model
        self.options = options
        self.interface = interface
        self.startTime = startTime
        savedSettings = model.settings
        lines = options.isPlain ? PlainLines() : nil
        (toSend, sending) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.messagesMax))
        (over, ending) = AsyncStream.makeStream()
        let teller = Teller()
        desk = VoiceDesk(now: { .now - startTime }, tell: { event in await teller.shell?.handle(event) })
        teller.shell = self
    }

    /// Runs until the person leaves or nothing can be mended; then everything is closed. Call once.
    ///
    /// - Parameter login: with which a session begins at once; nil when the model asks for it first.
    func run(_ login: Login?) async -> CommandFailure? {
        let tasks = [
            Task { await self.desk.run() },
            Task { await self.sendMessages() },
            Task { await self.hearInterface() },
        ]
        interface.show(model)
        if let name = model.settings.globalKey { watchGlobalKey(name) }
        if let login { connect(login) }
        for await _ in over {}
        alarm?.cancel()
        await finishRequests()
        trustWaiter?.resume(returning: false)
        trustWaiter = nil
        // A login that is just being prepared is none any more.
        sessionNumber += 1
        await session?.end()
        sending.finish()
        desk.finish()
        await globalKey?.stop()
        await interface.close()
        for task in tasks { await task.value }
        await saving?.value
        return failure
    }

    /// Takes what happened, and does what follows.
    func handle(_ event: Event) {
        take(event)
        readOn()
    }

    func take(_ event: Event) {
        guard !isOver else { return }
        for effect in model.update(event, now: now) { perform(effect) }
        if lines == nil { showSoon(after: event) } else { interface.show(model) }
        setAlarm()
    }

    var now: Duration { .now - startTime }

    private func perform(_ effect: Effect) {
        switch effect {
        case .connect(let login): connect(login)
        case .trust(let isTrusted):
            trustWaiter?.resume(returning: isTrusted)
            trustWaiter = nil
        case .request(let request): ask(request)
        case .send(let message): sending.yield(message)
        case .voice(let effect): desk.order(.effect(effect, setup))
        case .closeVoice, .restartVoice: desk.order(.close)
        case .save(let settings): save(settings)
        case .listDevices: listDevices()
        case .testMicrophone: desk.order(.testMicrophone(setup))
        case .watchGlobalKey(let name): watchGlobalKey(name)
        case .alert(let alert): sound(alert)
        case .suspend: Task { [interface] in await interface.suspend() }
        case .quit(let failure):
            self.failure = failure
            isOver = true
            ending.finish()
        }
    }

    private var setup: VoiceSetup {
        VoiceSetup(settings: model.settings, allowsUnsealedVoice: session?.isPlaintext ?? options.isPlaintext)
    }
}

/// How the voice desk, which is made first, finds the shell.
private final class Teller: Sendable {
    private let held = Mutex<Weak?>(nil)

    private struct Weak: Sendable {
        weak var shell: ClientShell?
    }

    var shell: ClientShell? {
        get { held.withLock { $0?.shell } }
        set { held.withLock { $0 = Weak(shell: newValue) } }
    }
}
