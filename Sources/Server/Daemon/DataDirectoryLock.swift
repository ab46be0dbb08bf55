import Foundation
import Glibc
import Synchronization

/// Keeps a data directory for one process: a second server, or a restore under a running one, would damage what is there.
///
/// Advisory locks (flock(2)) on the file `lock` and on the directory itself, because the file may be removed while somebody has it; the
/// kernel gives them back when the process ends, however it does.
final class DataDirectoryLock: Sendable {
    static let file = "lock"

    private let descriptors: Mutex<[Int32]>

    init(_ directory: String) throws(DaemonError) {
        let path = directory + "/" + Self.file
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let failure = errno
        let itself = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        descriptors = Mutex([opened, itself].filter { $0 >= 0 })
        guard opened >= 0 else { throw DaemonError("\(path) cannot be made: \(String(cString: strerror(failure)))") }
        // Not every file system locks a directory that is open for reading only; there the file has to do.
        guard flock(opened, LOCK_EX | LOCK_NB) == 0,
            itself < 0 || flock(itself, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
        else {
            throw DaemonError("\(directory) is in use by another server: stop it, or name another --data-directory")
        }
    }

    deinit { release() }

    /// Lets others have it. A second call does nothing.
    func release() {
        let held = descriptors.withLock { descriptors in
            defer { descriptors = [] }
            return descriptors
        }
        for descriptor in held { close(descriptor) }
    }
}
