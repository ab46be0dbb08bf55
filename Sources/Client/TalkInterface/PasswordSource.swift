import Glibc

/// Where the password comes from: the file that was named, else ROOMTONE_PASSWORD, else the person at the terminal.
/// Never the command line, which every user of the machine can read.
struct PasswordSource {
    /// Longest password, in bytes.
    static let passwordBytesMax = 1_024
    static let variable = "ROOMTONE_PASSWORD"

    let file: String?
    let environment: [String: String]
    let prompt: TerminalPrompt

    func password(user: String, server: String) throws(TalkFailure) -> String {
        let password = try find(user: user, server: server)
        guard !password.isEmpty else { throw TalkFailure(.usage, "the password is empty.") }
        return password
    }

    private func find(user: String, server: String) throws(TalkFailure) -> String {
        if let file { return try read(file) }
        if let password = environment[Self.variable] { return password }
        guard prompt.isPossible else {
            throw TalkFailure(
                .usage, "there is no password: set \(Self.variable), give --password-file, or run it in a terminal.")
        }
        return try prompt.ask("Password of \(TerminalText.name(user)) on \(server): ", isSecret: true) ?? ""
    }

    private func read(_ path: String) throws(TalkFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.passwordBytesMax + 2)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw unreadable(path, errno) }
        var line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard line.count <= Self.passwordBytesMax else {
            throw TalkFailure(.usage, "\(path): a password has at most \(Self.passwordBytesMax) bytes.")
        }
        return String(decoding: line, as: UTF8.self)
    }

    private func unreadable(_ path: String, _ number: Int32) -> TalkFailure {
        TalkFailure(.fileMissing, "the password file \(path) cannot be read: \(String(cString: strerror(number))).")
    }
}
