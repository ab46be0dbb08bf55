import AudioTestSupport
import Foundation
import TestSupport

/// A terminal that tmux keeps, with a program in it: keys go in, and what a person would see comes out.
///
/// A tmux server of its own, with a socket in a folder of its own and no configuration, which goes with it. Blocks: run it in `blocking`.
final class TmuxScreen: @unchecked Sendable {
    // Unchecked: what the watching thread and the test share is guarded by the condition.
    private let folder: TemporaryFolder
    private let condition = NSCondition()
    private var outputCount = 0

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Starts `command`, a program and its arguments, in a terminal of that size.
    /// - Parameter environment: on top of this process's; the program's `TERM` is `tmux-256color`.
    init(_ command: [String], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24) throws {
        folder = try TemporaryFolder()
        try folder.write(Self.configuration, to: "tmux.conf")
        let fifo = folder.file("output")
        guard mkfifo(fifo, 0o600) == 0 else { throw Failure(description: "no fifo: errno \(errno)") }
        // What the program reads and writes first must not be missed: it starts when everything is in place.
        let gate = folder.file("gate")
        guard mkfifo(gate, 0o600) == 0 else { throw Failure(description: "no fifo: errno \(errno)") }
        let variables = environment.sorted { $0.key < $1.key }.flatMap { ["-e", "\($0.key)=\($0.value)"] }
        try tmux(
            ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + variables
                + ["sh", "-c", "read start < '\(gate)'; exec \"$@\"", "sh"] + command)
        try tmux(["pipe-pane", "-O", "exec cat > '\(fifo)'"])
        Thread.detachNewThread { [weak self] in Self.watch(fifo) { self?.noteOutput() } }
        try Self.open(gate)
    }

    deinit { _ = try? tmux(["kill-server"]) }

    /// Presses keys by tmux's names: `Enter`, `F2`, `C-z`, `M-m`, `Up`, `a`.
    func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

    /// Types text as it stands.
    func type(_ text: String) throws { try tmux(["send-keys", "-l", "--", text]) }

    /// Feeds bytes as a terminal would send them.
    func feed(_ text: String) throws {
        try tmux(["send-keys", "-H"] + text.utf8.map { String($0, radix: 16) })
    }

    /// Pastes text; between marks, if the program has asked for them.
    func paste(_ text: String) throws {
        try tmux(["set-buffer", "--", text])
        try tmux(["paste-buffer", "-p", "-r"])
    }

    func resize(columns: Int, rows: Int) throws {
        try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// The screen as it is now: rows without the blanks at their ends.
    func screen() throws -> String { try tmux(["capture-pane", "-p"]) }

    /// The screen with colours and other attributes as SGR sequences.
    func styledScreen() throws -> String { try tmux(["capture-pane", "-p", "-e"]) }

    /// A format of tmux(1) about the terminal: `#{cursor_x}`, `#{alternate_on}`, `#{pane_dead_status}`.
    func value(_ format: String) throws -> String {
        try tmux(["display-message", "-p", format]).trimmingCharacters(in: .newlines)
    }

    /// Waits until the screen shows all of `texts`, and gives it.
    @discardableResult
    func waitFor(_ texts: String...) throws -> String {
        try waitFor("“\(texts.joined(separator: "”, “"))”") { screen in texts.allSatisfy { screen.contains($0) } }
    }

    /// Waits until the condition holds for the screen, and gives it; throws with the screen after a minute.
    @discardableResult
    func waitFor(_ what: String, _ holds: (String) throws -> Bool) throws -> String {
        let deadline = Date().addingTimeInterval(60)
        while true {
            let before = condition.withLock { outputCount }
            let screen = try screen()
            if try holds(screen) { return screen }
            guard waitForOutput(after: before, until: deadline) else {
                throw Failure(description: "waited for \(what); the screen:\n\(screen)")
            }
        }
    }

    /// Waits for the program's end and gives its exit status.
    func waitForEnd() throws -> Int32 {
        try waitFor("the program's end") { _ in try value("#{pane_dead}") == "1" }
        return Int32(try value("#{pane_dead_status}")) ?? -1
    }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        try Command.output(
            "tmux", package: "tmux", ["-S", folder.file("socket"), "-f", folder.file("tmux.conf")] + arguments,
            environment: ["TMUX": ""])
    }

    /// False when the deadline passes first. Looks now and then without output: a program that ends writes nothing.
    private func waitForOutput(after count: Int, until deadline: Date) -> Bool {
        condition.withLock {
            if outputCount == count { _ = condition.wait(until: Date().addingTimeInterval(0.2)) }
            return Date() < deadline
        }
    }

    private func noteOutput() {
        condition.withLock {
            outputCount += 1
            condition.broadcast()
        }
    }

    /// Lets the one go on who reads the fifo.
    private static func open(_ gate: String) throws {
        guard let file = FileHandle(forWritingAtPath: gate) else { throw Failure(description: "no gate at \(gate)") }
        try file.write(contentsOf: Data("\n".utf8))
        try file.close()
    }

    /// Reads what the program writes, which tmux copies there, until the terminal is gone.
    private static func watch(_ fifo: String, _ note: () -> Void) {
        guard let file = FileHandle(forReadingAtPath: fifo) else { return }
        while !file.availableData.isEmpty { note() }
    }

    /// A program that has ended leaves its screen to look at; keys arrive as they are.
    private static let configuration = """
        set -g default-terminal tmux-256color
        set -g remain-on-exit on
        set -gq remain-on-exit-format ""
        set -g status off
        set -s escape-time 0
        set -g focus-events on

        """
}

extension NSCondition {
    fileprivate func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
        lock()
        defer { unlock() }
        return try body()
    }
}
