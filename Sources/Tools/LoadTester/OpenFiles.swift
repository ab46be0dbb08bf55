import Glibc

/// A virtual user has two sockets; distributions start programs with room for 1,024 open files.
enum OpenFiles {
    /// Raises the soft limit as far as the hard one (setrlimit(2)).
    static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }
}
