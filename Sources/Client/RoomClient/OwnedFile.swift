import Glibc

/// A small file that belongs to one person: read whole, rewritten whole or not at all, by one process at a time.
///
/// Calls block on the disk and on other writers; keep them off event loops. Any thread.
package struct OwnedFile: Sendable {
    package let path: String
    /// Longest content, in bytes.
    package let bytesMax: Int
    /// Bits of the mode that others must not have.
    private let refusedMode: mode_t

    /// Why the file cannot be used. `advice` says what a person can do about it, where the failure itself tells.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
        package let advice: String?
    }

    /// - Parameter isSecret: others must not read it either; nobody else may ever write it.
    package init(path: String, bytesMax: Int, isSecret: Bool) {
        self.path = path
        self.bytesMax = bytesMax
        refusedMode = isSecret ? 0o077 : 0o022
    }

    /// The content; nil when there is no file yet.
    package func read() throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw failed("cannot be read", errno)
        }
        defer { close(descriptor) }
        try checkOwnership(of: descriptor)
        return String(decoding: try readAll(descriptor), as: UTF8.self)
    }

    /// Lets `change` make a new content from the present one under the writers' lock; nil leaves it.
    package func update<Result, Refusal: Error>(
        _ change: (String?) throws(Refusal) -> (content: String?, result: Result),
        refusing: (Failure) -> Refusal
    ) throws(Refusal) -> Result {
        do throws(Failure) {
            try makeDirectory()
        } catch {
            throw refusing(error)
        }
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw refusing(failed("cannot be locked", errno)) }
        // The lock ends with the descriptor. It is a file beside, because the content itself is replaced by rename.
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw refusing(failed("cannot be locked", errno)) }
        }
        let before: String?
        do throws(Failure) {
            before = try read()
        } catch {
            throw refusing(error)
        }
        let (content, result) = try change(before)
        do throws(Failure) {
            if let content, content != before { try replace(with: content) }
        } catch {
            throw refusing(error)
        }
        return result
    }

    private func replace(with content: String) throws(Failure) {
        let text = Array(content.utf8)
        guard text.count <= bytesMax else { throw tooLong("would exceed") }
        // One name is enough: the lock is held. A leftover of a crash is truncated.
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failed("cannot be written", errno) }
        // Before the content: what a crash left there may be open to others.
        var failure = fchmod(descriptor, 0o600) == 0 ? 0 : errno
        if failure == 0 { failure = write(text, to: descriptor) }
        if failure == 0 && fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0 && rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw failed("cannot be written", failure)
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

    private func readAll(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failed("cannot be read", errno) }
            if count == 0 { return content }
            content += chunk[..<count]
            guard content.count <= bytesMax else { throw tooLong("is longer than") }
        }
    }

    private func checkOwnership(of descriptor: Int32) throws(Failure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed("cannot be read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "\(path) is not a plain file", advice: "move it away.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & refusedMode == 0 else {
            let what = status.st_mode & refusedMode & 0o044 == 0 ? "written" : "read"
            throw Failure(
                description: "\(path) may be \(what) by others",
                advice: "make it yours and run: chmod 600 \(path)")
        }
    }

    /// The file's folder and its parents, private where they are new.
    private func makeDirectory() throws(Failure) {
        guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return }
        var prefix = ""
        for part in path[..<end].split(separator: "/") {
            prefix += (prefix.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            let failure = mkdir(prefix, 0o700) == 0 ? 0 : errno
            guard failure == 0 || access(prefix, F_OK) == 0 else { throw failed("cannot be made", failure) }
        }
    }

    private func tooLong(_ what: String) -> Failure {
        Failure(description: "\(path) \(what) \(bytesMax) bytes", advice: "delete lines you do not need.")
    }

    private func failed(_ what: String, _ number: Int32) -> Failure {
        Failure(description: "\(path) \(what): \(String(cString: strerror(number)))", advice: nil)
    }
}
