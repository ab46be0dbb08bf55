import NetworkSimulator
import Testing

@testable import VoiceMixer

@Suite struct DeadlineQueueTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Rooms come out in the order of their deadlines`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = DeadlineQueue()
        let deadlines = (0..<200).map { _ in Int64.random(in: 0...1_000, using: &generator) }
        for (room, deadline) in deadlines.enumerated() { queue.insert(UInt16(room), at: deadline) }
        var out: [Int64] = []
        for now in stride(from: Int64(0), through: 1_000, by: 10) {
            while let (deadline, room) = queue.popFirst(notAfter: now) {
                #expect(deadline <= now, "seed \(seed)")
                #expect(deadlines[Int(room)] == deadline, "seed \(seed)")
                out.append(deadline)
            }
            #expect((queue.next ?? .max) > now, "seed \(seed)")
        }
        #expect(out.sorted() == deadlines.sorted(), "seed \(seed)")
    }
}
