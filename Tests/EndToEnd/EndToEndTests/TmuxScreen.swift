import AudioTestSupport
import Foundation
import TestSupport

/// A terminal that tmux keeps, with a program in it: keys go in, and what a person would see comes out.
///
/// A tmux server of its own, with a socket in a folder of its own and no configuration. It goes with this, and with the test's
/// process if that is ended. Blocks: run it in `blocking`.
final class TmuxScreen: @unchecked Sendable {
    // Unchecked: what the watching thread and the test share is guarded by the condition.
    private let folder: TemporaryFolder
    private let condition = NSCondition()
    private var outputCount = 0
    private let lifeline: Int32

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Starts `command`, a program and its arguments, in a terminal of that size.
    /// - Parameter environment: on top of this process's; the program's `TERM` is `tmux-256color`.
    init(_ command: [String], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24) throws {
        folder = try TemporaryFolder()
        try folder.write(Self.configuration, to: "tmux.conf")
        for name in ["output", "gate", "lifeline"] {
            guard mkfifo(folder.file(name), 0o600) == 0 else { throw Failure(description: "no fifo: errno \(errno)") }
        }
        // Both ways, so that it opens at once. Whoever reads it sees its end with this process's.
        lifeline = open(folder.file("lifeline"), O_RDWR | O_CLOEXEC)
        let variables = environment.sorted { $0.key < $1.key }.flatMap { ["-e", "\($0.key)=\($0.value)"] }
        // What the program writes first must not be missed: it starts when everything is in place. Its status goes into a
        // file: tmux loses that of a child that ends while utempter, which resets SIGCHLD, runs.
        let program = "read start < gate; \"$@\"; echo $? > status.new; mv status.new status"
        try tmux(
            ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + variables
                + ["sh", "-c", "cd '\(folder.path)'; \(program)", "sh"] + command)
        try tmux(["pipe-pane", "-O", "exec cat > '\(folder.file("output"))'"])
        try tmux(["run-shell", "-b", "cat '\(folder.file("lifeline"))' > /dev/null; tmux -S '\(socket)' kill-server"])
        Thread.detachNewThread { [output = folder.file("output"), weak self] in
            Self.watch(output) { self?.noteOutput() }
        }
        try Self.unlock(folder.file("gate"))
    }

    deinit {
        _ = try? tmux(["kill-server"])
        close(lifeline)
    }

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
        try waitFor("the program's end") { _ in FileManager.default.fileExists(atPath: folder.file("status")) }
        return Int32(try folder.text(of: "status").trimmingCharacters(in: .newlines)) ?? -1
    }

    private var socket: String { folder.file("socket") }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        try Command.output(
            "tmux", package: "tmux", ["-S", socket, "-f", folder.file("tmux.conf")] + arguments,
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
    private static func unlock(_ gate: String) throws {
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
