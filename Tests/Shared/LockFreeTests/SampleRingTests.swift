import LockFree
import Testing

@Suite("Ring of samples between two threads")
struct SampleRingTests {
    @Test("takes what fits and gives what is there")
    func partial() {
        let ring = SampleRing(capacity: 5)
        #expect(ring.writableCount == 8, "rounded up to a power of two")
        let samples: [Int16] = Array(1...10)
        #expect(samples.withUnsafeBufferPointer { ring.write($0) } == 8)
        #expect(ring.writableCount == 0)
        var out = [Int16](repeating: 0, count: 3)
        #expect(out.withUnsafeMutableBufferPointer { ring.read(into: $0) } == 3)
        #expect(out == [1, 2, 3])
        #expect(samples.withUnsafeBufferPointer { ring.write($0) } == 3, "around the end")
        var rest = [Int16](repeating: 0, count: 20)
        #expect(rest.withUnsafeMutableBufferPointer { ring.read(into: $0) } == 8)
        #expect(rest[..<8] == [4, 5, 6, 7, 8, 1, 2, 3])
        #expect(ring.readableCount == 0)
    }

    @Test("carries a million samples from one thread to another in order")
    func twoThreads() async throws {
        let ring = SampleRing(capacity: 256)
        let total = 1_000_000
        let writer = try DedicatedThread(name: "writer") {
            var next = 0
            while next < total {
                let chunk = (next..<min(next + 100, total)).map { Int16(truncatingIfNeeded: $0) }
                next += chunk.withUnsafeBufferPointer { ring.write($0) }
            }
        }
        var received = 0
        var isRight = true
        var chunk = [Int16](repeating: 0, count: 77)
        while received < total {
            let count = chunk.withUnsafeMutableBufferPointer { ring.read(into: $0) }
            for index in 0..<count where chunk[index] != Int16(truncatingIfNeeded: received + index) { isRight = false }
            received += count
        }
        await writer.ended()
        #expect(isRight)
    }
}
