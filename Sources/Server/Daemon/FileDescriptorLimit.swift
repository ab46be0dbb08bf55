import Glibc

/// Every connection is an open file; distributions start programs with room for 1,024.
enum FileDescriptorLimit {
    /// Raises the soft limit as far as the hard one and says how many files may be open now (`setrlimit(2)`).
    static func raise() -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 else {
            return UInt64(limit.rlim_cur)
        }
        return UInt64(raised.rlim_cur)
    }
}
