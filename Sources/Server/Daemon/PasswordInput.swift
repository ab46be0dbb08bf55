import Glibc

/// A new password as somebody gives it to a tool: typed twice, unseen, at a terminal; elsewhere the first line. Never an argument,
/// which every user of the machine can read in the list of processes. Blocks its thread.
struct PasswordInput: Sendable {
    /// Longest line, in bytes without its end: twice what a password may have, whose normal form may be shorter.
    static let lineBytesMax = 1_024

    let input: Int32
    /// Where the questions go.
    let output: StandardError

    /// The password, unchecked; empty at the end of the input.
    /// - Parameter name: whose it is to be.
    func ask(for name: String) throws(DaemonError) -> String {
        guard isatty(input) == 1 else { return try line(interrupt: nil) }
        var found = termios()
        guard tcgetattr(input, &found) == 0 else { throw unreadable(errno) }
        var hidden = found
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        hidden.c_lflag |= tcflag_t(ICANON | ECHONL)
        // VEOL: the key that interrupts ends the line instead. A signal would leave the shell without an echo.
        let interrupt = found.c_cc.0
        hidden.c_cc.11 = interrupt
        tcsetattr(input, TCSANOW, &hidden)
        defer { tcsetattr(input, TCSANOW, &found) }
        output.write("New password of \(name): ")
        let password = try line(interrupt: interrupt)
        guard !password.isEmpty else { return password }
        output.write("Once more: ")
        guard try line(interrupt: interrupt) == password else {
            throw DaemonError("the two passwords differ; nothing was changed")
        }
        return password
    }

    /// Up to the end of a line, or of the input. Reads no byte more: what follows is somebody else's.
    private func line(interrupt: UInt8?) throws(DaemonError) -> String {
        var bytes: [UInt8] = []
        while let byte = try nextByte(), byte != UInt8(ascii: "\n") {
            if byte == interrupt {
                output.write("\n")
                throw DaemonError("interrupted; nothing was changed")
            }
            guard bytes.count < Self.lineBytesMax else {
                // The rest of a secret is nothing for the shell that reads this terminal next.
                tcflush(input, TCIFLUSH)
                throw DaemonError("the password's line is too long; at most \(Self.lineBytesMax) bytes are read")
            }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        // Repaired, it would be another one than was typed.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DaemonError("the password is not valid UTF-8")
        }
        return text
    }

    /// Nil at the end.
    private func nextByte() throws(DaemonError) -> UInt8? {
        var byte: UInt8 = 0
        var count: Int
        repeat { count = read(input, &byte, 1) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw unreadable(errno) }
        return count == 1 ? byte : nil
    }

    private func unreadable(_ number: Int32) -> DaemonError {
        DaemonError("the password cannot be read: \(String(cString: strerror(number)))")
    }
}
