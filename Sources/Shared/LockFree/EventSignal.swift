import CLinux
import Glibc

/// An `eventfd(2)`: any thread signals, one thread waits by polling the descriptor among others.
public final class EventSignal: Sendable {
    /// Readable while a signal is pending. Poll it; never read it elsewhere.
    public let fileDescriptor: Int32

    /// The kernel gave no descriptor: the process has too many open.
    public struct DescriptorError: Error, CustomStringConvertible {
        public let errorNumber: Int32
        public var description: String {
            "no event descriptor (errno \(errorNumber)): raise the limit of open files (ulimit -n)"
        }
    }

    public init() throws(DescriptorError) {
        fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard fileDescriptor >= 0 else { throw DescriptorError(errorNumber: errno) }
    }

    deinit { close(fileDescriptor) }

    /// Makes the descriptor readable. Any thread, a signal handler too; one system call, never blocks.
    public func signal() { Self.signal(fileDescriptor) }

    /// Takes all pending signals back. The waiting thread.
    public func clear() { Self.clear(fileDescriptor) }

    /// ``signal()`` by descriptor, for threads that hold no reference.
    public static func signal(_ fileDescriptor: Int32) {
        _ = eventfd_write(fileDescriptor, 1)
    }

    /// ``clear()`` by descriptor.
    public static func clear(_ fileDescriptor: Int32) {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(fileDescriptor, &count)
    }
}
