import Foundation
import Glibc
import Synchronization

/// Keeps a data directory for one process: a second server, or a restore under a running one, would damage what is there.
///
/// An advisory lock (flock(2)) on the file `lock`; the kernel gives it back when the process ends, however it does.
final class DataDirectoryLock: Sendable {
    static let file = "lock"

    private let descriptor: Mutex<Int32?>

    init(_ directory: String) throws(DaemonError) {
        let path = directory + "/" + Self.file
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        descriptor = Mutex(opened < 0 ? nil : opened)
        guard opened >= 0 else { throw DaemonError("\(path) cannot be made: \(String(cString: strerror(errno)))") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            throw DaemonError("\(directory) is in use by another server: stop it, or name another --data-directory")
        }
    }

    deinit { release() }

    /// Lets others have it. A second call does nothing.
    func release() {
        if let held = descriptor.withLock({ $0.take() }) { close(held) }
    }
}
