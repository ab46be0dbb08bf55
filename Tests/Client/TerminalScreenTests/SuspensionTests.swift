import CellScreen
import Foundation
import Glibc
import TerminalScreen
import TestSupport
import Testing

extension TerminalScreenTests {
    @Test func `while the process is stopped the terminal is as it was, and then the screen is back`() async throws {
        let pair = try PseudoTerminal()
        let (before, path) = (pair.mode, pair.path)
        let watcher = Task { await watchSuspension(pair, before) }
        await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
            // A group of its own with a parent in the same session, as a shell would make it: it can be stopped.
            setpgid(0, 0)
            let device = open(path, O_RDWR | O_NOCTTY)
            let screen = try TerminalScreen(input: device, output: device, environment: ["TERM": "xterm-256color"])
            screen.show(TakenTerminal.grid("process \(getpid()) shown"))
            // Ctrl-Z stops it here, SIGTSTP by itself, and SIGTERM ends it.
            for await event in screen.events {
                if case .input = event { await screen.suspend() }
                if event == .interrupted { break }
            }
            await screen.close()
            exit(0)
        }
        await watcher.value
        #expect(TakenTerminal.isSame(pair.mode, before))
    }

    private func watchSuspension(_ pair: PseudoTerminal, _ before: termios) async {
        let shown = String(decoding: await pair.read(to: "shown"), as: UTF8.self)
        guard let process = shown.firstMatch(of: /process ([0-9]+)/).flatMap({ pid_t($0.1) }) else {
            Issue.record("no process: \(shown)")
            return
        }
        for isKey in [true, false] {
            if isKey { pair.type("\u{1A}") } else { kill(process, SIGTSTP) }
            #expect(await pair.shows(TakenTerminal.leaving))
            let patience = ContinuousClock.now + PseudoTerminal.patience
            while !isStopped(process), ContinuousClock.now < patience { sched_yield() }
            #expect(TakenTerminal.isSame(pair.mode, before))
            kill(process, SIGCONT)
            let again = String(decoding: await pair.read(to: "shown"), as: UTF8.self)
            #expect(again.contains("\u{1B}[?1049h"))
            #expect(pair.mode.c_lflag & tcflag_t(ICANON) == 0)
        }
        kill(process, SIGTERM)
        #expect(await pair.shows(TakenTerminal.leaving))
    }

    /// As proc_pid_stat(5) has it: the letter behind the name.
    private func isStopped(_ process: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ") ").last?.hasPrefix("T") == true
    }
}
