import CLinux

/// How the program's heap is set up (see `Documentation/Decisions/0008-memory.md`).
enum ProcessMemory {
    /// Blocks of this many bytes and more come from the kernel and go back to it one by one.
    ///
    /// The two buffers that NIO's TLS handler keeps for each connection have 16 and 32 KiB, of which an idle connection
    /// touched a page each. Out of the heap they would hold what others left there.
    static let mappedBytesMin: Int32 = 16_384

    /// Called once, before there are threads. What cannot be set stays as it was, and costs memory only.
    static func prepare() { _ = heap_set_mapped_bytes_min(mappedBytesMin) }
}
