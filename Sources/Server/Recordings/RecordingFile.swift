import Glibc

/// Why a file could not be written or read.
public struct RecordingFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let errorNumber: Int32

    init(_ path: String) {
        self.path = path
        errorNumber = errno
    }

    /// What the system says, without the path: that is the server's own affair.
    public var reason: String { unsafe String(cString: strerror(errorNumber)) }

    public var description: String { "\(path): \(reason)" }
}

/// A file that grows by whole pages. One owner; blocks while the disk does.
struct RecordingFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    /// Bytes that were written whole.
    private(set) var byteCount: UInt64 = 0

    /// Makes it for its owner only.
    init(path: String) throws(RecordingFileError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RecordingFileError(path) }
        self.path = path
    }

    /// Opens one that is there, cuts it at `byteCount`, and goes on from there.
    init(continuing path: String, at byteCount: UInt64) throws(RecordingFileError) {
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        self.path = path
        self.byteCount = byteCount
        guard descriptor >= 0, ftruncate(descriptor, off_t(byteCount)) == 0 else { throw RecordingFileError(path) }
    }

    deinit { close(descriptor) }

    /// Writes all of it, or takes back what was written of it.
    mutating func append(_ bytes: [UInt8]) throws(RecordingFileError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress! + done, $0.count - done)
            }
            guard count >= 0 else {
                if errno == EINTR { continue }
                let error = RecordingFileError(path)
                // A page that ends in the middle is one that some players stop at.
                _ = ftruncate(descriptor, off_t(byteCount))
                throw error
            }
            done += count
        }
        byteCount += UInt64(bytes.count)
    }

    /// Returns when the disk has it.
    func synchronise() { _ = fdatasync(descriptor) }

    /// Replaces a file's content, whole or not at all.
    static func replace(_ path: String, with bytes: [UInt8]) throws(RecordingFileError) {
        let temporary = path + ".new"
        var file = try RecordingFile(path: temporary)
        try file.append(bytes)
        file.synchronise()
        guard unsafe rename(temporary, path) == 0 else { throw RecordingFileError(path) }
    }

    /// Up to `countMax` bytes from `offset` on.
    static func read(
        _ path: String, from offset: UInt64, countMax: Int
    ) throws(RecordingFileError) -> (bytes: [UInt8], fileByteCount: UInt64) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw RecordingFileError(path) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw RecordingFileError(path) }
        guard let start = off_t(exactly: offset) else { return ([], UInt64(status.st_size)) }
        let wanted = Int(min(UInt64(countMax), UInt64(status.st_size) &- min(offset, UInt64(status.st_size))))
        guard wanted > 0 else { return ([], UInt64(status.st_size)) }
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            let got = unsafe pread(descriptor, buffer.baseAddress, wanted, start)
            failed = got < 0
            count = max(0, got)
        }
        if failed { throw RecordingFileError(path) }
        return (bytes, UInt64(status.st_size))
    }
}
