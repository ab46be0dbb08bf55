import Foundation
import Glibc
import TerminalSupport
import TestSupport
import Testing

@testable import TalkInterface

/// A process has one set of signal handlers: tests that take them go one after the other.
@Suite(.serialized) enum SignalTakingTests {}

extension SignalTakingTests {
    @Suite(.serialized) struct TerminalTests {
        @Test func `raw mode takes echo and lines away, and restoring brings exactly what was there`() throws {
            let pair = try PseudoTerminal()
            let before = pair.mode
            let terminal = Terminal(input: pair.device)
            terminal.makeRaw()
            #expect(pair.mode.c_lflag & tcflag_t(ICANON | ECHO) == 0)
            #expect(pair.mode.c_lflag & tcflag_t(ISIG) != 0)
            #expect(pair.mode.c_iflag & tcflag_t(IXON) == 0)
            terminal.makeRaw()
            terminal.restore()
            #expect(pair.mode.c_lflag == before.c_lflag)
            #expect(pair.mode.c_iflag == before.c_iflag)
            #expect(pair.mode.c_cc.6 == before.c_cc.6)
        }

        @Test func `a secret is not echoed and the echo comes back`() throws {
            let pair = try PseudoTerminal()
            let before = pair.mode
            var sink: [Int32] = [0, 0]
            pipe(&sink)
            pair.type("geheim\n")
            let prompt = TerminalPrompt(input: pair.device, output: sink[1])
            #expect(try prompt.ask("Password: ", isSecret: true) == "geheim")
            #expect(pair.mode.c_lflag == before.c_lflag)
            for descriptor in sink { close(descriptor) }
        }

        @Test func `an answer that is too long brings the echo back, and leaves nothing for the shell`() throws {
            let pair = try PseudoTerminal()
            let before = pair.mode
            var sink: [Int32] = [0, 0]
            pipe(&sink)
            pair.type(String(repeating: "a", count: TerminalPrompt.answerBytesMax + 100) + "\n")
            let prompt = TerminalPrompt(input: pair.device, output: sink[1])
            #expect(throws: CommandFailure.self) { try prompt.ask("Password: ", isSecret: true) }
            #expect(pair.mode.c_lflag == before.c_lflag)
            var watched = pollfd(fd: pair.device, events: Int16(POLLIN), revents: 0)
            #expect(poll(&watched, 1, 0) == 0)
            for descriptor in sink { close(descriptor) }
        }

        @Test(arguments: [SIGINT, SIGQUIT, SIGTERM, SIGHUP])
        func `a signal during the question brings the echo back and then does what it does`(number: Int32) throws {
            let pair = try PseudoTerminal()
            let before = pair.mode
            var sink: [Int32] = [0, 0]
            pipe(&sink)
            // What the signal does otherwise would end these tests: a handler of our own tells that it came through.
            let outer = try SignalPipe([number])
            let asker = Thread {
                while pair.mode.c_lflag & tcflag_t(ECHO) != 0 { sched_yield() }
                kill(getpid(), number)
            }
            asker.start()
            let prompt = TerminalPrompt(input: pair.device, output: sink[1])
            #expect { try prompt.ask("Password: ", isSecret: true) } throws: {
                ($0 as? CommandFailure)?.status == .interrupted
            }
            #expect(pair.mode.c_lflag == before.c_lflag)
            var watched = pollfd(fd: outer.descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&watched, 1, 10_000) == 1)
            for descriptor in sink { close(descriptor) }
        }

        @Test func `an answer may have answerBytesMax bytes and no more`() throws {
            var source: [Int32] = [0, 0]
            pipe(&source)
            let longest = [UInt8](repeating: 0x61, count: TerminalPrompt.answerBytesMax)
            let lines = longest + [0x0A] + longest + [0x61, 0x0A]
            #expect(write(source[1], lines, lines.count) == lines.count)
            let prompt = TerminalPrompt(input: source[0], output: source[1])
            #expect(try prompt.ask("", isSecret: false)?.utf8.count == TerminalPrompt.answerBytesMax)
            #expect(throws: CommandFailure.self) { try prompt.ask("", isSecret: false) }
            for descriptor in source { close(descriptor) }
        }

        @Test func `keys, signals and the end arrive in order, and stopping gives the signals back`() async throws {
            var source: [Int32] = [0, 0]
            pipe(&source)
            var before = sigaction()
            sigaction(SIGHUP, nil, &before)
            let reader = try TalkReader(input: source[0])
            var events = reader.events.makeAsyncIterator()
            _ = write(source[1], "m", 1)
            #expect(await events.next() == .bytes([UInt8(ascii: "m")]))
            for number in [SIGHUP, SIGQUIT] {
                kill(getpid(), number)
                #expect(await events.next() == .signal(number))
            }
            close(source[1])
            #expect(await events.next() == .endOfInput)
            await reader.stop()
            #expect(await events.next() == nil)
            var after = sigaction()
            sigaction(SIGHUP, nil, &after)
            #expect(
                unsafeBitCast(after.__sigaction_handler.sa_handler, to: Int.self)
                    == unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self))
            close(source[0])
        }

        @Test func `a password comes from its file, else the environment, else nowhere`() throws {
            var source: [Int32] = [0, 0]
            pipe(&source)
            let prompt = TerminalPrompt(input: source[0], output: source[1])
            let path = "/tmp/roomtone-password-\(getpid())"
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            _ = write(file, "from file\r\nsecond\n", 18)
            close(file)
            let environment = [PasswordSource.variable: "from environment"]
            let first = PasswordSource(file: path, environment: environment, prompt: prompt)
            #expect(try first.password(user: "ada", server: "s") == "from file")
            let second = PasswordSource(file: nil, environment: environment, prompt: prompt)
            #expect(try second.password(user: "ada", server: "s") == "from environment")
            let third = PasswordSource(file: nil, environment: [:], prompt: prompt)
            #expect { try third.password(user: "ada", server: "s") } throws: {
                ($0 as? CommandFailure)?.status == .usage
            }
            unlink(path)
            let fourth = PasswordSource(file: path, environment: environment, prompt: prompt)
            #expect { try fourth.password(user: "ada", server: "s") } throws: {
                ($0 as? CommandFailure)?.status == .fileMissing
            }
            for descriptor in source { close(descriptor) }
        }
    }
}
