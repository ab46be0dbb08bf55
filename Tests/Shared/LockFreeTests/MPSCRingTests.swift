import LockFree
import Synchronization
import Testing

@Suite("Ring of many producers and one consumer")
struct MPSCRingTests {
    private func push(_ value: UInt64, to ring: MPSCRing) -> Bool {
        ring.push { $0.storeBytes(of: value, as: UInt64.self) }
    }

    private func pop(from ring: MPSCRing) -> UInt64? {
        var value: UInt64?
        _ = ring.pop { value = $0.load(as: UInt64.self) }
        return value
    }

    @Test("takes as many as its capacity, and not one more")
    func capacity() {
        let ring = MPSCRing.allocate(capacity: 4, slotByteCount: 8)
        defer { ring.deallocate() }
        for round in 0..<3 {
            for value: UInt64 in 0..<4 { #expect(push(value, to: ring), "round \(round)") }
            #expect(!push(99, to: ring))
            #expect(!ring.isEmpty)
            for value: UInt64 in 0..<4 { #expect(pop(from: ring) == value) }
            #expect(pop(from: ring) == nil)
            #expect(ring.isEmpty)
        }
    }

    @Test("loses, repeats and reorders nothing of four producers")
    func producers() async throws {
        let ring = MPSCRing.allocate(capacity: 64, slotByteCount: 8)
        let perProducer: UInt64 = 50_000
        let threads = try (0..<4).map { producer in
            try DedicatedThread(name: "producer-\(producer)") {
                for count in 0..<perProducer {
                    let value = UInt64(producer) << 32 | count
                    while !ring.push({ $0.storeBytes(of: value, as: UInt64.self) }) {}
                }
            }
        }
        var expected: [UInt64] = [0, 0, 0, 0]
        var received: UInt64 = 0
        while received < 4 * perProducer {
            guard let value = pop(from: ring) else { continue }
            let producer = Int(value >> 32)
            #expect(value & 0xFFFF_FFFF == expected[producer])
            expected[producer] += 1
            received += 1
        }
        for thread in threads { await thread.ended() }
        #expect(pop(from: ring) == nil)
        ring.deallocate()
    }
}
