import Glibc

/// The machine's processors that are online.
enum Processors {
    /// At least one.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
