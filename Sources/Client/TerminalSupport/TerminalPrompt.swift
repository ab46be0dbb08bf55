import Glibc

/// Asks a person at the terminal, before anything else uses it. Blocks its thread until there is an answer.
public struct TerminalPrompt: Sendable {
    /// Longest answer, in bytes.
    public static let answerBytesMax = 1_024

    let input: Int32
    let output: Int32

    public init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// Whether there is anybody to ask.
    public var isPossible: Bool { Terminal.isTerminal(input) }

    /// One line, without its newline; nil at the end of the input. A signal puts the terminal in order and then does
    /// what it does.
    public func ask(_ question: String, isSecret: Bool) throws(CommandFailure) -> String? {
        let (answer, signal) = try answer(to: question, isSecret: isSecret)
        if let signal {
            kill(getpid(), signal)
            throw CommandFailure(.interrupted, "interrupted.")
        }
        return answer
    }

    /// Something that the person should know and need not answer. One line; blocks while the terminal takes nothing.
    public func tell(_ line: String) { write(line + "\n") }

    /// Yes only when the answer says so.
    public func confirm(_ question: String) throws(CommandFailure) -> Bool {
        guard let answer = try ask(question + " [y/N] ", isSecret: false) else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }

    /// However it ends, the terminal is in order again. Signals are taken before the echo goes, lest one come between.
    private func answer(to question: String, isSecret: Bool) throws(CommandFailure) -> (String?, Int32?) {
        let signals = try SignalPipe([SIGINT, SIGQUIT, SIGTERM, SIGHUP])
        write(question)
        let terminal = Terminal(input: input)
        if isSecret { terminal.hideInput() }
        defer {
            terminal.restore()
            if isSecret { write("\n") }
        }
        return try readLine(signals)
    }

    private func readLine(_ signals: borrowing SignalPipe) throws(CommandFailure) -> (String?, Int32?) {
        var line: [UInt8] = []
        while true {
            var watched = [
                pollfd(fd: input, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0 else { continue }
            var byte: UInt8 = 0
            if watched[1].revents != 0, read(signals.descriptor, &byte, 1) == 1 { return (nil, Int32(byte)) }
            guard watched[0].revents != 0 else { continue }
            guard read(input, &byte, 1) == 1 else { return (line.isEmpty ? nil : text(line), nil) }
            if byte == UInt8(ascii: "\n") { return (text(line), nil) }
            guard line.count < Self.answerBytesMax else {
                // The rest of a secret is nothing for the shell that reads this terminal next.
                tcflush(input, TCIFLUSH)
                throw CommandFailure(.usage, "an answer has at most \(Self.answerBytesMax) bytes.")
            }
            line.append(byte)
        }
    }

    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(output, bytes, bytes.count)
    }
}
