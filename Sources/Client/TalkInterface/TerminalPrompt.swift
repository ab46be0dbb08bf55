import Glibc

/// Asks a person at the terminal, before anything else uses it. Blocks its thread until there is an answer.
struct TerminalPrompt {
    /// Longest answer, in bytes.
    static let answerBytesMax = 1_024

    let input: Int32
    let output: Int32

    /// Whether there is anybody to ask.
    var isPossible: Bool { Terminal.isTerminal(input) }

    /// One line, without its newline; nil at the end of the input. A signal puts the terminal in order and then does
    /// what it does.
    func ask(_ question: String, isSecret: Bool) throws(TalkFailure) -> String? {
        write(question)
        let terminal = Terminal(input: input)
        if isSecret { terminal.hideInput() }
        let (answer, signal) = try readLine()
        terminal.restore()
        if isSecret { write("\n") }
        if let signal {
            kill(getpid(), signal)
            throw TalkFailure(.interrupted, "interrupted.")
        }
        return answer
    }

    /// Yes only when the answer says so.
    func confirm(_ question: String) throws(TalkFailure) -> Bool {
        guard let answer = try ask(question + " [y/N] ", isSecret: false) else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }

    private func readLine() throws(TalkFailure) -> (String?, Int32?) {
        let signals = try SignalPipe([SIGINT, SIGTERM, SIGHUP])
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
                throw TalkFailure(.usage, "an answer has at most \(Self.answerBytesMax) bytes.")
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
