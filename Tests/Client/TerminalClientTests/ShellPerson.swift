import Daemon
import RoomClient
import Synchronization
import TerminalSupport
import TerminalUI
import TestSupport
import Testing

@testable import TerminalClient

/// A person before a shell: sees the models that it shows, and does something.
final class ShellPerson: Sendable {
    let shell: ClientShell
    private let seen: Seen
    private let login: Login?
    private let running: Mutex<Task<CommandFailure?, Never>?>

    /// What stands for the screen.
    private final class Seen: ClientInterface {
        let events: AsyncStream<Event>
        let telling: AsyncStream<Event>.Continuation
        /// The newest model, and who waits for another.
        private let state: Mutex<(model: Model, lines: [String], waiters: [CheckedContinuation<Void, Never>])>

        init(_ model: Model) {
            (events, telling) = AsyncStream.makeStream()
            state = Mutex((model, [], []))
        }

        func show(_ model: Model) {
            state.withLock { state in
                state.lines += PlainView.lines(from: state.model, to: model)
                state.model = model
            }
            release()
        }

        func ring() {}
        func suspend() async {}
        func close() async { telling.finish() }

        var model: Model { state.withLock { $0.model } }
        var lines: [String] { state.withLock { $0.lines } }

        /// Returns when `isSo`, at once or after a later change; or when the test's time is up, which has failed then.
        func wait(until isSo: (Model, [String]) -> Bool) async {
            while !Task.isCancelled {
                let (model, lines) = state.withLock { ($0.model, $0.lines) }
                if isSo(model, lines) { return }
                await withTaskCancellationHandler {
                    await change(from: model, lines)
                } onCancel: {
                    release()
                }
            }
        }

        private func change(from model: Model, _ lines: [String]) async {
            await withCheckedContinuation { waiter in
                let isOld = state.withLock { state in
                    guard state.model == model, state.lines == lines, !Task.isCancelled else { return true }
                    state.waiters.append(waiter)
                    return false
                }
                if isOld { waiter.resume() }
            }
        }

        private func release() {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// - Parameter login: nil: asked for first.
    init(
        _ name: String, at server: String, home: String, password: String? = "a long password",
        _ change: (inout ShellOptions, inout Model) -> Void = { _, _ in }
    ) {
        var settings = Settings()
        (settings.inputDevice, settings.outputDevice, settings.playsSounds) = ("null", "null", false)
        var model = Model(
            size: Model.Size(columns: 80, rows: 24), settings: settings, server: server, clientIDPrefix: name)
        model.link = .connecting
        model.wantedRoom = "General"
        var options = ShellOptions()
        options.asksFirstUse = false
        options.knownServersPath = home + "/known"
        options.credentialsPath = home + "/credentials"
        options.settingsPath = home + "/settings"
        change(&options, &model)
        seen = Seen(model)
        shell = ClientShell(model: model, options: options, interface: seen)
        login = Login(server: server, user: name, password: password, registers: password != nil)
        running = Mutex(nil)
    }

    func begin() {
        let task = Task { await shell.run(login) }
        running.withLock { $0 = task }
    }

    func `do`(_ events: Event...) {
        for event in events { seen.telling.yield(event) }
    }

    func say(_ text: String) { seen.telling.yield(.line(text)) }

    /// Nothing more will come from the person.
    func endInput() { seen.telling.finish() }

    var model: Model { seen.model }
    var lines: [String] { seen.lines }

    func sees(_ isSo: (Model) -> Bool) async { await seen.wait { model, _ in isSo(model) } }
    func reads(_ line: String) async { await seen.wait { _, lines in lines.contains { $0.contains(line) } } }

    /// How it ended.
    func end() async -> CommandFailure? { await running.withLock { $0 }?.value }

    func leave() async {
        say("/quit")
        _ = await end()
    }
}
