import Glibc

/// A ``KnownServers`` file on disk: private to its owner, rewritten whole or not at all, by one process at a time.
///
/// Calls block on the disk and on other writers; keep them off event loops. Any thread.
public struct KnownServersFile: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// `$XDG_DATA_HOME/roomtone/known_servers`, or under `~/.local/share` (XDG Base Directory Specification);
    /// nil when neither variable is set to an absolute path.
    public static func pathDefault(environment: [String: String]) -> String? {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/roomtone/known_servers" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/share/roomtone/known_servers" }
        return nil
    }

    /// The content; empty when there is no file yet. Throws ``RoomClientError`` (`knownServersUnusable`) when the
    /// file cannot be read, is not a plain file, is too large, or may be written by others.
    public func read() throws(RoomClientError) -> KnownServers {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            if errno == ENOENT { return KnownServers() }
            throw unusable("cannot be read", errno)
        }
        defer { close(descriptor) }
        try checkOwnership(of: descriptor)
        return KnownServers(parsing: String(decoding: try readAll(descriptor), as: UTF8.self))
    }

    /// Reads, lets `change` decide under the writers' lock, and replaces the file if the content differs.
    public func update<Result>(
        _ change: (inout KnownServers) throws(RoomClientError) -> Result
    ) throws(RoomClientError) -> Result {
        try makeDirectory()
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw unusable("cannot be locked", errno) }
        // The lock ends with the descriptor. It is a file beside, because the list itself is replaced by rename.
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw unusable("cannot be locked", errno) }
        }
        let before = try read()
        var content = before
        let result = try change(&content)
        if content != before { try replace(with: content) }
        return result
    }

    private func replace(with content: KnownServers) throws(RoomClientError) {
        let text = Array(content.text.utf8)
        guard text.count <= KnownServers.bytesMax else {
            throw RoomClientError(
                .knownServersUnusable,
                "\(path) would exceed \(KnownServers.bytesMax) bytes: delete lines you do not need.")
        }
        // One name is enough: the lock is held. A leftover of a crash is truncated.
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unusable("cannot be written", errno) }
        var failure = write(text, to: descriptor)
        if failure == 0 && fchmod(descriptor, 0o600) != 0 { failure = errno }
        if failure == 0 && fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0 && rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw unusable("cannot be written", failure)
        }
    }

    /// Zero, or the error number.
    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return errno }
            written += count
        }
        return 0
    }

    private func readAll(_ descriptor: Int32) throws(RoomClientError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unusable("cannot be read", errno) }
            if count == 0 { return content }
            content += chunk[..<count]
            guard content.count <= KnownServers.bytesMax else {
                throw RoomClientError(
                    .knownServersUnusable,
                    "\(path) is longer than \(KnownServers.bytesMax) bytes: delete lines you do not need.")
            }
        }
    }

    private func checkOwnership(of descriptor: Int32) throws(RoomClientError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unusable("cannot be read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw RoomClientError(.knownServersUnusable, "\(path) is not a plain file: move it away.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & 0o022 == 0 else {
            throw RoomClientError(
                .knownServersUnusable,
                "\(path) may be written by others, so it proves nothing: make it yours and run chmod 600 on it.")
        }
    }

    /// The file's folder and its parents, private where they are new.
    private func makeDirectory() throws(RoomClientError) {
        guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return }
        var prefix = ""
        for part in path[..<end].split(separator: "/") {
            prefix += (prefix.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            let failure = mkdir(prefix, 0o700) == 0 ? 0 : errno
            guard failure == 0 || access(prefix, F_OK) == 0 else { throw unusable("cannot be made", failure) }
        }
    }

    private func unusable(_ what: String, _ number: Int32) -> RoomClientError {
        RoomClientError(
            .knownServersUnusable,
            "\(path) \(what): \(String(cString: strerror(number))). Set XDG_DATA_HOME to a folder of yours, or demand the "
                + "server's certificate by its fingerprint.")
    }
}
