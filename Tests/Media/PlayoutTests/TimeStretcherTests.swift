import AudioTestSupport
import NetworkSimulator
import Playout
import Testing

/// Sound becomes shorter and longer as asked, keeps its pitch and its words, and does not click.
@Suite struct TimeStretcherTests {
    /// Feeds frames of 20 ms, asks for `wanted` after each, and collects what is heard.
    private func stretched(
        _ samples: [Int16], by wanted: Int, share: Double = 0.15
    ) -> (heard: [Int16], changed: Int, largestChange: Int) {
        var stretcher = TimeStretcher()
        var heard: [Int16] = []
        var changed = 0
        var largest = 0
        for start in stride(from: 0, to: samples.count - 959, by: 960) {
            let space = stretcher.space(for: 960)
            for index in 0..<960 { space[index] = samples[start + index] }
            stretcher.append(960, changingAtMost: share)
            let change = stretcher.stretch(by: wanted)
            changed += change
            largest = max(largest, abs(change))
            heard += Array(stretcher.take(stretcher.waitingCount))
        }
        return (heard, changed, largest)
    }

    /// Periods a second, by the upward crossings of zero.
    private func hertz(_ samples: [Int16]) -> Double {
        let crossings = zip(samples, samples.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
        return Double(crossings) * 48_000 / Double(samples.count)
    }

    private func steepest(_ samples: [Int16]) -> Int {
        zip(samples, samples.dropFirst()).map { abs(Int($1) - Int($0)) }.max() ?? 0
    }

    @Test(arguments: [90.0, 120, 220, 440, 1_000], [-1_920, 1_920])
    func `A tone keeps its pitch, changes its length, and has no edge`(tone: Double, wanted: Int) {
        let samples = TestSignal.tone(hertz: tone, sampleCount: 48_000, level: 0.5)
        let (heard, changed, _) = stretched(samples, by: wanted)
        #expect(heard.count == samples.count + changed)
        #expect(abs(Double(changed)) / 48_000 > 0.08, "changed by \(changed)")
        #expect(abs(Double(changed)) / 48_000 < 0.17, "changed by \(changed)")
        #expect((changed < 0) == (wanted < 0))
        #expect(abs(hertz(heard) - tone) / tone < 0.015, "\(hertz(heard)) Hz")
        #expect(Double(steepest(heard)) <= Double(steepest(samples)) * 1.25)
    }

    @Test(arguments: [-1_920, 1_920])
    func `Two channels are changed alike, even where their sum is nothing`(wanted: Int) throws {
        let speech = try TestSignal.speech("Front_Center")
        var stretcher = TimeStretcher(channelCountMax: 2)
        var heard: [Int16] = []
        var changed = 0
        for start in stride(from: 0, to: speech.count - 959, by: 960) {
            if start == 9_600 {
                // What waits when the second channel begins is in both.
                let space = stretcher.space(for: 480)
                for index in 0..<480 { space[index] = Int16(index) }
                stretcher.append(480)
                stretcher.widen()
                #expect(Array(stretcher.take(480)) == (0..<960).map { Int16($0 / 2) })
            }
            let isWide = stretcher.channelCount == 2
            let space = stretcher.space(for: 960)
            for index in 0..<960 {
                if isWide {
                    space[2 * index] = speech[start + index]
                    space[2 * index + 1] = 0 &- speech[start + index]
                } else {
                    space[index] = speech[start + index]
                }
            }
            stretcher.append(960)
            let change = stretcher.stretch(by: wanted)
            let next = Array(stretcher.take(stretcher.waitingCount))
            // The first pieces repeat what was heard in one channel.
            if start > 12_000 {
                heard += next
                changed += change
            }
        }
        #expect(abs(changed) > speech.count / 25)
        #expect(stride(from: 0, to: heard.count, by: 2).allSatisfy { abs(Int(heard[$0]) + Int(heard[$0 + 1])) <= 1 })
        stretcher.removeAll()
        #expect(stretcher.channelCount == 1)
    }

    @Test(arguments: [-1_920, 1_920])
    func `Speech keeps its words, and no seam is steeper than speech itself`(wanted: Int) throws {
        let speech = try TestSignal.speech("Front_Center")
        let (heard, changed, _) = stretched(speech, by: wanted)
        #expect(abs(changed) > speech.count / 20)
        #expect(Double(steepest(heard)) <= Double(steepest(speech)) * 1.1)
        // Piece by piece, for every seam moves what follows: most of 60 ms are found in what was said.
        var found = 0
        var tried = 0
        for start in stride(from: 0, to: heard.count - 2_880, by: 2_880) {
            let piece = Array(heard[start..<start + 2_880])
            guard Level.decibels(piece) > -35 else { continue }
            tried += 1
            if let alignment = Alignment.find(piece, in: speech), alignment.correlation > 0.6 { found += 1 }
        }
        #expect(tried > 8)
        #expect(found * 10 >= tried * 7, "\(found) of \(tried)")
    }

    @Test(arguments: [-600, 600])
    func `Noise that is like nothing beside it is left alone`(wanted: Int) {
        let noise = TestSignal.noise(seed: 3, sampleCount: 48_000, level: 0.2)
        #expect(stretched(noise, by: wanted).changed == 0)
    }

    @Test(arguments: [-600, 600])
    func `Silence is changed at once by all that is asked for`(wanted: Int) {
        #expect(stretched(TestSignal.silence(4_800), by: wanted).changed == 5 * wanted)
    }

    @Test func `No change is longer than asked for, and a wish under 2,5 ms is none`() {
        let samples = TestSignal.tone(hertz: 400, sampleCount: 48_000)
        #expect(stretched(samples, by: -300).largestChange <= 300)
        #expect(stretched(samples, by: -119).changed == 0)
        #expect(stretched(samples, by: 119).changed == 0)
        #expect(stretched(samples, by: 120).changed > 0)
    }

    @Test(arguments: [0.05, 0.15, 0.3])
    func `The share bounds the change`(share: Double) {
        let samples = TestSignal.tone(hertz: 200, sampleCount: 144_000)
        let changed = -stretched(samples, by: -1_920, share: share).changed
        #expect(Double(changed) <= 144_000 * share + 600)
        #expect(Double(changed) > 144_000 * share * 0.7)
    }

    @Test func `Without a wish nothing is touched, at any size`() {
        let samples = TestSignal.noise(seed: 9, sampleCount: 30_000)
        var stretcher = TimeStretcher()
        var heard: [Int16] = []
        var generator = SeededGenerator(seed: 9)
        var start = 0
        while start < samples.count {
            let count = min(Int.random(in: 1...5_760, using: &generator), samples.count - start)
            let space = stretcher.space(for: count)
            for index in 0..<count { space[index] = samples[start + index] }
            stretcher.append(count)
            start += count
            heard += Array(stretcher.take(Int.random(in: 0...stretcher.waitingCount, using: &generator)))
            if stretcher.waitingCount > 5_760 { heard += Array(stretcher.take(stretcher.waitingCount)) }
        }
        heard += Array(stretcher.take(stretcher.waitingCount))
        #expect(heard == samples)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `Whatever is appended, asked for and taken, lengths add up`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stretcher = TimeStretcher()
        var balance = 0
        for _ in 0..<500 {
            let count = Int.random(
                in: 0...min(5_760, TimeStretcher.capacity - stretcher.waitingCount), using: &generator)
            let space = stretcher.space(for: count)
            let loudness = [0, 20, 20_000].randomElement(using: &generator) ?? 0
            for index in 0..<count {
                space[index] = Int16.random(in: Int16(-loudness)...Int16(loudness), using: &generator)
            }
            stretcher.append(count)
            balance += count
            // Repeating needs room: as in use, never with more than a packet waiting.
            if stretcher.waitingCount <= 5_760 {
                balance += stretcher.stretch(by: Int.random(in: -3_000...3_000, using: &generator))
            }
            #expect(stretcher.waitingCount == balance, "seed \(seed)")
            let taken = Int.random(in: 0...stretcher.waitingCount, using: &generator)
            _ = stretcher.take(taken)
            balance -= taken
        }
    }
}
