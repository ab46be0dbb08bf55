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
    private let toSend: AsyncStream<ControlMessage>
    private let over: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    private(set) var model: Model
    /// For lines instead of a screen.
    private var lines: PlainLines?
    private var failure: CommandFailure?
    /// Why the last session ended that no retry could mend.
    var loginFailure: CommandFailure?
    private var isOver = false
    /// When the next drawing is due, and when the last one was.
    private var drawTime: Duration?
    private var drawnAt: Duration = .zero
    private var drawing: Task<Void, Never>?
    private var isReadingOn = false
    private var alarm: Task<Void, Never>?
    private var alarmTime: Duration?

    var session: ShellSession?
    var sessionNumber = 0
    var client: RoomClient?
    private var queue = RequestQueue()
    /// Waits for the person's word about a fingerprint.
    private var trustWaiter: CheckedContinuation<Bool, Never>?

    private var savedSettings: Settings
    private var saving: Task<Void, Never>?
    private var globalKey: GlobalKey?
    private var globalKeyStates: Task<Void, Never>?
    private var alerting: Task<Void, Never>?

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

    private func take(_ event: Event) {
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

// MARK: The screen, and time

extension ClientShell {
    /// What somebody does is seen at once, with all that has happened until it is the drawing's turn; what happens by itself no more
    /// often than eyes can follow.
    private func showSoon(after event: Event) {
        let time = event.isInput ? now : max(now, drawnAt + Self.frameInterval)
        if let drawTime, drawTime <= time { return }
        drawing?.cancel()
        drawTime = time
        drawing = Task {
            if time > now { try? await Task.sleep(for: time - now) }
            guard !Task.isCancelled else { return }
            (drawTime, drawnAt) = (nil, now)
            interface.show(model)
        }
    }

    private static let frameInterval: Duration = .milliseconds(33)

    /// For lines: what was read out closes, and the next line has its turn.
    private func readOn() {
        guard lines != nil, !isReadingOn else { return }
        isReadingOn = true
        defer { isReadingOn = false }
        while !isOver {
            if PlainInput.closes(model.overlay) {
                take(PlainInput.close)
            } else if let line = lines?.next(for: model) {
                for event in PlainInput.events(of: line, in: model) { take(event) }
            } else if lines?.isDone(for: model) == true, queue.isIdle {
                take(.line("/quit"))
                // Nobody is there to log in once more.
                if case .setup = model.overlay { failure = loginFailure }
            } else {
                return
            }
        }
    }

    private func hearInterface() async {
        for await event in interface.events {
            if case .line(let line) = event, lines != nil {
                if lines?.add(line) == true {
                    readOn()
                } else {
                    handle(.problem("\(PlainLines.waitingMax) lines are waiting already: “\(line)” was not taken."))
                }
            } else {
                handle(event)
            }
        }
        guard lines != nil else {
            handle(.terminated)
            return
        }
        lines?.isAtEnd = true
        readOn()
    }

    /// One sleeper, until the model's next deadline; none while nothing moves by itself.
    private func setAlarm() {
        let deadline = isOver ? nil : model.deadline
        guard deadline != alarmTime else { return }
        alarm?.cancel()
        alarmTime = deadline
        guard let deadline else { return }
        let delay = max(deadline - now, Self.alarmDelayMin)
        alarm = Task {
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            alarmTime = nil
            handle(.clock)
        }
    }

    private static let alarmDelayMin: Duration = .milliseconds(10)
}

// MARK: Requests

extension ClientShell {
    private func ask(_ request: Request) {
        if queue.add(request) {
            askMore()
        } else {
            let error = RoomClientError(
                .requestsOutstandingMax, "\(RequestQueue.waitingMax) requests to the server are waiting already.")
            Task { handle(.answered(request, .failure(error))) }
        }
    }

    private func askMore() {
        while let request = queue.next() {
            let (client, userID) = (client, model.account?.userID)
            let wishes = Request.VoiceWishes(
                ciphers: VoiceCipher.available.map(\.rawValue),
                bundleBytesMax: { VoiceEngineConfiguration().bundleBytesMax(towards: $0) })
            Task {
                let result: Result<Answer, RoomClientError>
                do throws(RoomClientError) {
                    guard let client, let userID else {
                        throw RoomClientError(.closed, "there is no connection to the server now.")
                    }
                    result = .success(
                        try await request.answer(from: client, userID: userID, voice: wishes) { message in
                            await self.handle(.announcement(ControlEnvelope(message: message)))
                        })
                } catch {
                    result = .failure(error)
                }
                queue.finish(request)
                askMore()
                handle(.answered(request, result))
            }
        }
    }

    /// In order, until the end. What finds no connection is dropped: it is said again when there is one.
    private func sendMessages() async {
        for await message in toSend { try? await client?.send(message) }
    }

    /// Asks the person whether a certificate is right.
    func confirm(_ trust: ServerTrust) async -> Bool {
        guard !isOver else { return false }
        trustWaiter?.resume(returning: false)
        return await withCheckedContinuation { waiter in
            trustWaiter = waiter
            handle(.fingerprint(trust.fingerprint.description))
        }
    }
}

// MARK: Files, devices, keys

extension ClientShell {
    private func save(_ settings: Settings) {
        guard let path = options.settingsPath else {
            handle(.settingsNotSaved("there is no place for them: set HOME or XDG_CONFIG_HOME."))
            return
        }
        let before = savedSettings
        savedSettings = settings
        saving = Task { [saving] in
            await saving?.value
            do throws(CommandFailure) {
                try await BlockingWork.run("settings") { () throws(CommandFailure) in
                    try SettingsFile(path: path).save(settings, over: before)
                }
            } catch {
                handle(.settingsNotSaved(error.description))
            }
        }
    }

    private func listDevices() {
        Task {
            let devices = try? await BlockingWork.run("devices") { () throws(CommandFailure) in
                do throws(AudioDeviceError) {
                    return try AudioDeviceList.all()
                } catch {
                    throw CommandFailure(error)
                }
            }
            let named = { (device: AudioDeviceDescription) in
                SettingsForm.Device(name: device.name, description: TerminalText.line(device.description))
            }
            handle(
                .devices(
                    inputs: (devices ?? []).filter(\.canCapture).map(named),
                    outputs: (devices ?? []).filter(\.canPlay).map(named)))
        }
    }

    private func watchGlobalKey(_ name: String?) {
        let (old, listening) = (globalKey, globalKeyStates)
        (globalKey, globalKeyStates) = (nil, nil)
        Task {
            await old?.stop()
            listening?.cancel()
        }
        guard let name else { return }
        guard let key = KeyCode(parsing: name) else {
            handle(.globalKeyUnavailable("Linux has no key “\(name)”: f13, rightctrl and capslock are some."))
            return
        }
        let (states, telling) = AsyncStream.makeStream(of: Bool.self)
        do throws(CommandFailure) {
            globalKey = try GlobalKey(key) { telling.yield($0) }
            globalKeyStates = Task { for await isDown in states { handle(.globalKey(isDown: isDown)) } }
        } catch {
            handle(.globalKeyUnavailable(error.description))
        }
    }

    /// One at a time: of alerts that come at once, the first says enough.
    private func sound(_ alert: Alert) {
        if model.settings.ringsBell { interface.ring() }
        let output = model.settings.outputDevice
        // A file records what is heard of the room.
        guard model.settings.playsSounds, alerting == nil, !(output.map(AudioSources.isSoundFile) ?? false) else {
            return
        }
        alerting = Task {
            try? await BlockingWork.run("alert") { () throws(CommandFailure) in
                try SoundPlayer.play(AlertSound.samples(of: alert), on: output)
            }
            alerting = nil
        }
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
