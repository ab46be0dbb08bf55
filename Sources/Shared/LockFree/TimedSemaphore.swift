import CLinux
import Glibc

/// A semaphore whose one waiting thread may stop waiting at an instant (sem_overview(7)). Needs no descriptor.
@safe public final class TimedSemaphore: @unchecked Sendable {
    // Unchecked: a semaphore is made for threads.
    private let semaphore: UnsafeMutablePointer<sem_t>

    public init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe semaphore.initialize(to: sem_t())
        _ = unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        _ = unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Lets one wait end, now or later. Any thread; does not block.
    public func signal() { _ = unsafe sem_post(semaphore) }

    /// Waits for a signal; false if `deadlineNanoseconds` of the monotonic clock came first, or a signal to the process did.
    public func wait(untilNanoseconds deadlineNanoseconds: Int64) -> Bool {
        unsafe semaphore_wait_until(semaphore, deadlineNanoseconds) == 0
    }
}
