import Glibc
import NIOCore
import NetworkSimulator
import Testing

@testable import ControlServer

@Suite("The memory of connections' buffers")
struct BufferMemoryTests {
    @Test("of the size from which on it is mapped, only touched pages are resident")
    func residence() {
        var buffer = BufferMemory.allocator.buffer(capacity: BufferMemory.mappedBytesMin)
        buffer.writeRepeatingByte(1, count: 100)
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        let residentCount = buffer.withVeryUnsafeMutableBytes { bytes in
            let start = UnsafeMutableRawPointer(bitPattern: Int(bitPattern: bytes.baseAddress) & ~(pageBytes - 1))
            var pages = [UInt8](repeating: 0, count: BufferMemory.mappedBytesMin / pageBytes + 1)
            #expect(mincore(start, pages.count * pageBytes, &pages) == 0)
            return pages.count { $0 & 1 == 1 }
        }
        #expect(residentCount == 1)
    }

    @Test("keeps what was written while buffers grow from the heap into mappings", arguments: [UInt64(1), 2, 3])
    func growth(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var buffer = BufferMemory.allocator.buffer(capacity: Int.random(in: 0...2_000, using: &generator))
            var written: [UInt8] = []
            while written.count < 3 * BufferMemory.mappedBytesMin {
                let piece = (0..<Int.random(in: 1...9_000, using: &generator)).map { UInt8(truncatingIfNeeded: $0) }
                buffer.writeBytes(piece)
                written += piece
            }
            #expect(Array(buffer.readableBytesView) == written, "seed \(seed)")
        }
    }

    @Test("is aligned for whatever is put into it", arguments: [1, BufferMemory.mappedBytesMin])
    func alignment(capacity: Int) {
        var buffer = BufferMemory.allocator.buffer(capacity: capacity)
        buffer.withVeryUnsafeMutableBytes { #expect(Int(bitPattern: $0.baseAddress) % 16 == 0) }
    }
}
