import NetworkSimulator
import Testing

@testable import SyntheticSpeakers

@Suite("When what is due")
struct ScheduleTests {
    @Test("deadlines come in the order of their time, none early, none twice", arguments: [1, 2, 3] as [UInt64])
    func heap(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var heap = DeadlineHeap(capacity: 1)
        var (waiting, now): ([UInt64], UInt64) = ([], 0)
        for serial in 0..<5_000 {
            let due = now + generator.next() % 1_000
            heap.push(DeadlineHeap.Deadline(due: due, serial: UInt32(serial), user: 0, kind: .beat))
            waiting.append(due)
            now += generator.next() % 40
            waiting.sort()
            while let deadline = heap.pop(dueBy: now) {
                #expect(deadline.due == waiting.first && deadline.due <= now, "seed \(seed)")
                waiting.removeFirst()
            }
            #expect(heap.nextDue == waiting.first ?? .max, "seed \(seed)")
        }
        #expect(heap.count == waiting.count)
    }

    private let beat = FrameBeat(start: 1_000_000_007, frameNanoseconds: 20_000_000)

    @Test("a beat is never before the instant that asks, and never a frame after it")
    func firstDue() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<10_000 {
            let offset = beat.offset(ofUser: Int(generator.next() % 5_000), phase: nil)
            let now = beat.start + generator.next() % 10_000_000_000
            let due = beat.firstDue(notBefore: now, offset: offset)
            #expect(due >= now && due - now <= beat.frameNanoseconds)
            #expect((due - beat.start - offset).isMultiple(of: beat.frameNanoseconds))
        }
    }

    @Test("timestamps grow by a frame's samples from beat to beat, whatever the phase", arguments: [2.5, 20, 60])
    func timestamps(milliseconds: Double) {
        let beat = FrameBeat(start: 12_345, frameNanoseconds: UInt64(milliseconds * 1e6))
        for phase in [0, 0.3, 0.999] {
            let first = beat.firstDue(notBefore: beat.start, offset: beat.offset(ofUser: 0, phase: phase))
            for count in 0..<100 {
                let stamp = beat.timestamp(at: first + UInt64(count) * beat.frameNanoseconds)
                #expect(stamp == UInt32(Double(count) * milliseconds * 48))
            }
        }
    }

    @Test("users without a phase of their own leave no gap of more than three even ones")
    func spread() {
        for count in [2, 5, 50, 1_000] {
            let offsets = (0..<count).map { beat.offset(ofUser: $0, phase: nil) }.sorted()
            let gaps = zip(offsets.dropFirst() + [offsets[0] + beat.frameNanoseconds], offsets).map { $0 - $1 }
            #expect((gaps.max() ?? 0) < 3 * beat.frameNanoseconds / UInt64(count), "\(count) users")
        }
    }

    @Test("phases outside of the frame are brought inside")
    func phases() {
        #expect(beat.offset(ofUser: 0, phase: -1) == 0)
        #expect(beat.offset(ofUser: 0, phase: 7) < beat.frameNanoseconds)
    }
}
