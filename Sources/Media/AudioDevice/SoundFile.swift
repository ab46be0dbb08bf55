import Glibc

/// A file that sound is read from or written to, by descriptor.
struct SoundFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Opens an existing file to read.
    init(reading path: String) throws(AudioDeviceError) {
        try self.init(path, unsafe open(path, O_RDONLY | O_CLOEXEC), "read")
    }

    /// Makes an empty file to write, replacing what was there.
    init(creating path: String) throws(AudioDeviceError) {
        try self.init(path, unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644), "written")
    }

    private init(_ path: String, _ opened: Int32, _ verb: String) throws(AudioDeviceError) {
        guard opened >= 0 else { throw Self.failure(path, verb, errno) }
        self.path = path
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// All bytes from the current position to the end. Throws ``AudioDeviceError/Code/fileTooLarge`` beyond `bytesMax`.
    func readAll(bytesMax: Int) throws(AudioDeviceError) -> [UInt8] {
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0 { try checkSize(Int(status.st_size), bytesMax) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path, "read", errno) }
            guard count > 0 else { return bytes }
            bytes += piece[0..<count]
            try checkSize(bytes.count, bytesMax)
        }
    }

    private func checkSize(_ byteCount: Int, _ bytesMax: Int) throws(AudioDeviceError) {
        guard byteCount > bytesMax else { return }
        throw AudioDeviceError(
            code: .fileTooLarge, device: path,
            message: "it is larger than \(bytesMax >> 20) MiB; cut it into shorter files")
    }

    /// Writes at the end, all of it.
    func append(_ bytes: UnsafeRawBufferPointer) throws(AudioDeviceError) {
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
            let count = unsafe Glibc.write(descriptor, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, "written", errno) }
            unsafe rest = rest.dropFirst(count)
        }
    }

    /// Writes at the end, all of it.
    func append(_ bytes: [UInt8]) throws(AudioDeviceError) {
        let result: Result<Void, AudioDeviceError> = unsafe bytes.withUnsafeBytes { bytes in
            do throws(AudioDeviceError) { return .success(try unsafe append(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Replaces bytes that were written before, at `offset`.
    func replace(at offset: Int, with bytes: [UInt8]) throws(AudioDeviceError) {
        let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count == bytes.count else { throw Self.failure(path, "written", errno) }
    }

    private static func failure(_ path: String, _ verb: String, _ number: Int32) -> AudioDeviceError {
        let reason = unsafe String(cString: strerror(number))
        return AudioDeviceError(
            code: .fileInaccessible, device: path,
            message: "it cannot be \(verb): \(reason.lowercased()); check the path, its permissions and the space left")
    }
}
