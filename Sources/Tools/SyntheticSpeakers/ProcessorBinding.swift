import CLinux
import Glibc

/// Which processors a process runs on, for measurements in which server and generator must not share one.
public enum ProcessorBinding {
    /// Binds the calling thread to one processor while it does something: what it starts meanwhile, processes and
    /// threads, is bound there for good (sched_setaffinity(2)). Nil changes nothing.
    public static func running<Output>(on processor: Int?, _ body: () throws -> Output) rethrows -> Output {
        guard let processor, thread_set_processor(UInt32(processor)) == 0 else { return try body() }
        defer { _ = thread_set_all_processors() }
        return try body()
    }
}
