// For `stat`, which Glibc and Dispatch both bring.
import CDispatch
import Glibc

/// What whoever administers the server has to show.
struct AdministrationToken: Sendable {
    private let bytes: [UInt8]

    init?(_ bytes: [UInt8]) {
        guard OperationsLimits.tokenBytesRange.contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.bytes = bytes
    }

    /// Reads it from a file that nobody else can have written or read; nil for no file.
    static func load(_ path: String) throws(OperationsError) -> AdministrationToken? {
        guard !path.isEmpty else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        // Of the open file, not of its name: nobody exchanges it in between.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure(path, "is not a file")
        }
        guard status.st_uid == geteuid() else {
            throw failure(path, "belongs to user \(status.st_uid), the server runs as \(geteuid()): change its owner")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw failure(path, "has mode \(mode), so that others can use the token: run “chmod 600 \(path)”")
        }
        var bytes = [UInt8](repeating: 0, count: OperationsLimits.tokenBytesRange.upperBound + 2)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        var token = bytes.prefix(count)
        while let last = token.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { token.removeLast() }
        guard let token = AdministrationToken(Array(token)) else {
            let range = OperationsLimits.tokenBytesRange
            throw failure(
                path,
                "must hold one line of \(range.lowerBound)…\(range.upperBound) letters, digits or signs: run "
                    + "“(umask 077; openssl rand -hex 32 > \(path))”")
        }
        return token
    }

    /// Whether an `Authorization` header shows it (RFC 6750 §2.1). Takes the same time wherever the first wrong byte is.
    func isShown(by header: String?) -> Bool {
        guard let header else { return false }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        let shown = Array(parts[1].utf8)
        var difference = UInt8(shown.count == bytes.count ? 0 : 1)
        for index in bytes.indices { difference |= bytes[index] ^ (index < shown.count ? shown[index] : 0) }
        return difference == 0
    }

    private static func failure(_ path: String, _ text: String) -> OperationsError {
        OperationsError(description: "operations.token_file: \(path) \(text)")
    }
}

extension AdministrationToken: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the token itself, wherever it or what holds it is printed.
    var description: String { "••••" }
    var debugDescription: String { description }
}
