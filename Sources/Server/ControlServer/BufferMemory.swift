import Glibc
@_spi(CustomByteBufferAllocator) import NIOCore

/// Where the buffers of connections get their memory (see `Documentation/Decisions/0008-memory.md`).
///
/// NIO's TLS handler keeps two for each connection, of 16 and 32 KiB, of which an idle connection touched a page each. Out
/// of the heap they would hold what others left in all of their pages; pages of their own hold nothing until touched.
enum BufferMemory {
    /// Blocks of this many bytes and more are mapped one by one; smaller ones come from the heap.
    static let mappedBytesMin = 16_384

    static let allocator = ByteBufferAllocator(
        allocate: { BufferMemory.allocate($0) },
        reallocate: { BufferMemory.reallocate($0, from: $1, to: $2) },
        deallocate: { BufferMemory.deallocate($0) },
        copy: { $0.copyMemory(from: $1, byteCount: $2) })

    /// Before each block: the bytes that were mapped, 0 if it is the heap's. As much as keeps a block aligned.
    private static let headerBytes = 16

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let total = byteCount + headerBytes
        if byteCount >= mappedBytesMin, let block = map(total) { return start(of: block, mapped: total) }
        return malloc(total).map { start(of: $0, mapped: 0) }
    }

    private static func reallocate(
        _ bytes: UnsafeMutableRawPointer?, from oldCount: Int, to newCount: Int
    ) -> UnsafeMutableRawPointer? {
        guard let bytes else { return allocate(newCount) }
        let block = bytes - headerBytes
        if block.load(as: Int.self) == 0, newCount < mappedBytesMin {
            return realloc(block, newCount + headerBytes).map { $0 + headerBytes }
        }
        guard let moved = allocate(newCount) else { return nil }
        moved.copyMemory(from: bytes, byteCount: min(oldCount, newCount))
        deallocate(bytes)
        return moved
    }

    private static func deallocate(_ bytes: UnsafeMutableRawPointer) {
        let block = bytes - headerBytes
        let mapped = block.load(as: Int.self)
        if mapped == 0 { return free(block) }
        // Unmapping may need one mapping more than there may be: then at least the pages go back.
        if munmap(block, mapped) != 0 { madvise(block, mapped, MADV_DONTNEED) }
    }

    private static func start(of block: UnsafeMutableRawPointer, mapped: Int) -> UnsafeMutableRawPointer {
        block.storeBytes(of: mapped, as: Int.self)
        return block + headerBytes
    }

    /// Nil when the process has as many mappings as it may have: then the heap has to do.
    private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let block = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return block == MAP_FAILED ? nil : block
    }
}
