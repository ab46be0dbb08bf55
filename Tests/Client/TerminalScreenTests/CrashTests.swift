import CellScreen
import Foundation
import Glibc
import TerminalScreen
import TestSupport
import Testing

extension TerminalScreenTests {
    /// Watches a child process: has it go on once its screen is shown, and gives what it writes from then on.
    private func watch(_ pair: PseudoTerminal) -> Task<String, Never> {
        Task {
            _ = await pair.read(to: "shown")
            pair.type("x")
            return String(decoding: await pair.read(to: TakenTerminal.leaving), as: UTF8.self)
        }
    }

    /// In the child: takes the terminal and returns once that shows something.
    private static func take(_ path: String) async throws -> TerminalScreen {
        let device = open(path, O_RDWR | O_NOCTTY)
        let screen = try TerminalScreen(input: device, output: device, environment: ["TERM": "xterm-256color"])
        screen.show(TakenTerminal.grid("shown"))
        for await event in screen.events { if case .input = event { break } }
        return screen
    }

    private func expectInOrder(_ pair: PseudoTerminal, _ before: termios, _ written: String) {
        #expect(written.contains(TakenTerminal.leaving))
        #expect(TakenTerminal.isSame(pair.mode, before))
    }

    @Test func `a memory fault leaves the terminal in order`() async throws {
        let pair = try PseudoTerminal()
        let (before, path) = (pair.mode, pair.path)
        let written = watch(pair)
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            let screen = try await TerminalScreenTests.take(path)
            UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
            await screen.close()
        }
        expectInOrder(pair, before, await written.value)
    }

    @Test func `a trap leaves the terminal in order`() async throws {
        let pair = try PseudoTerminal()
        let (before, path) = (pair.mode, pair.path)
        let written = watch(pair)
        await #expect(processExitsWith: .failure) { [path = path as String] in
            let screen = try await TerminalScreenTests.take(path)
            _ = [1][Int.random(in: 5...9)]
            await screen.close()
        }
        expectInOrder(pair, before, await written.value)
    }

    @Test func `an abort leaves the terminal in order`() async throws {
        let pair = try PseudoTerminal()
        let (before, path) = (pair.mode, pair.path)
        let written = watch(pair)
        await #expect(processExitsWith: .signal(SIGABRT)) { [path = path as String] in
            _ = try await TerminalScreenTests.take(path)
            abort()
        }
        expectInOrder(pair, before, await written.value)
    }

    @Test func `an exit that nobody foresaw leaves the terminal in order`() async throws {
        let pair = try PseudoTerminal()
        let (before, path) = (pair.mode, pair.path)
        let written = watch(pair)
        await #expect(processExitsWith: .exitCode(3)) { [path = path as String] in
            _ = try await TerminalScreenTests.take(path)
            exit(3)
        }
        expectInOrder(pair, before, await written.value)
    }
}
