import Glibc

/// Where the password comes from: the file that was named, else ROOMTONE_PASSWORD, else the person at the terminal.
/// Never the command line, which every user of the machine can read.
public struct PasswordSource {
    /// Longest password, in bytes.
    public static let passwordBytesMax = 1_024
    public static let variable = "ROOMTONE_PASSWORD"

    let file: String?
    let environment: [String: String]
    let prompt: TerminalPrompt
    private let variable: String

    /// - Parameter variable: the environment variable that may hold it.
    public init(
        file: String?, environment: [String: String], prompt: TerminalPrompt,
        variable: String = PasswordSource.variable
    ) {
        self.file = file
        self.environment = environment
        self.prompt = prompt
        self.variable = variable
    }

    public func password(user: String, server: String) throws(CommandFailure) -> String {
        let password = try find(asking: "Password of \(TerminalText.name(user)) on \(server): ")
        guard !password.isEmpty else { throw CommandFailure(.usage, "the password is empty.") }
        return password
    }

    /// A password that is made now: a person types it twice. `whose` is what the question calls it.
    public func newPassword(_ whose: String) throws(CommandFailure) -> String {
        let password = try find(asking: "\(whose): ")
        guard !password.isEmpty else { throw CommandFailure(.usage, "the password is empty.") }
        guard file == nil, environment[variable] == nil else { return password }
        guard try prompt.ask("Once more: ", isSecret: true) == password else {
            throw CommandFailure(.usage, "the two passwords differ; nothing was changed.")
        }
        return password
    }

    private func find(asking question: String) throws(CommandFailure) -> String {
        if let file { return try read(file) }
        if let password = environment[variable] { return password }
        guard prompt.isPossible else {
            throw CommandFailure(
                .usage, "there is no password: set \(variable), give --password-file, or run it in a terminal.")
        }
        return try prompt.ask(question, isSecret: true) ?? ""
    }

    private func read(_ path: String) throws(CommandFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.passwordBytesMax + 2)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw unreadable(path, errno) }
        var line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard line.count <= Self.passwordBytesMax else {
            throw CommandFailure(.usage, "\(path): a password has at most \(Self.passwordBytesMax) bytes.")
        }
        return String(decoding: line, as: UTF8.self)
    }

    private func unreadable(_ path: String, _ number: Int32) -> CommandFailure {
        CommandFailure(.fileMissing, "the password file \(path) cannot be read: \(String(cString: strerror(number))).")
    }
}
