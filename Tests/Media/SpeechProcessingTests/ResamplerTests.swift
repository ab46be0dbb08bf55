import AudioTestSupport
import SpeechProcessing
import Testing

@Suite struct ResamplerTests {
    /// Feeds `input` in pieces, as a device delivers it.
    private func resampled(_ input: [Int16], from: Int, to: Int, piece: Int = 441) throws -> [Int16] {
        var resampler = try Resampler(from: from, to: to)
        resampler.skipLatency()
        var room = [Int16](repeating: 0, count: resampler.outputSampleCountMax(forInput: piece))
        var output: [Int16] = []
        for start in stride(from: 0, to: input.count, by: piece) {
            let piece = Array(input[start..<min(start + piece, input.count)])
            let progress = try piece.withUnsafeBufferPointer { piece in
                try room.withUnsafeMutableBufferPointer { try resampler.process(piece, into: $0) }
            }
            #expect(progress.consumed == piece.count)
            output += room[0..<progress.produced]
        }
        return output
    }

    @Test("A tone keeps its frequency and level", arguments: [8_000, 11_025, 16_000, 22_050, 44_100, 96_000, 192_000])
    func tone(_ rate: Int) throws {
        for hertz in [200.0, 1_000, 3_000] {
            let input = TestSignal.tone(hertz: hertz, sampleCount: rate, sampleRate: Double(rate))
            let output = try resampled(input, from: rate, to: 48_000)
            #expect(abs(output.count - 48_000) <= 240)

            let middle = output[4_800..<43_200]
            let crossings = zip(middle, middle.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
            #expect(abs(Double(crossings) / 0.8 - hertz) <= 1.3, "\(rate) Hz: \(crossings) crossings")
            #expect(abs(Level.decibels(middle) - Level.decibels(input)) < 0.1)
        }
    }

    @Test("What the lower rate cannot hold is removed, not folded down")
    func aliasing() throws {
        let output = try resampled(TestSignal.tone(hertz: 15_000, sampleCount: 48_000), from: 48_000, to: 16_000)
        #expect(Level.decibels(output[1_000...]) < -60)
    }

    @Test("Speech comes back from a detour at another rate")
    func thereAndBack() throws {
        let speech = try TestSignal.speech()
        let back = try resampled(resampled(speech, from: 48_000, to: 44_100, piece: 480), from: 44_100, to: 48_000)
        let foundAlignment = Alignment.find(speech, in: back)
        let alignment = try #require(foundAlignment)
        #expect(abs(alignment.offset) <= 1)
        #expect(alignment.correlation > 0.999)
    }

    @Test("Too little room stops it without losing samples")
    func smallOutput() throws {
        let input = TestSignal.tone(hertz: 500, sampleCount: 1_600, sampleRate: 16_000)
        var whole = try Resampler(from: 16_000, to: 48_000)
        var pieces = try Resampler(from: 16_000, to: 48_000)
        var expected = [Int16](repeating: 0, count: 4_800)
        _ = try input.withUnsafeBufferPointer { input in
            try expected.withUnsafeMutableBufferPointer { try whole.process(input, into: $0) }
        }
        var output: [Int16] = []
        var rest = input[...]
        var room = [Int16](repeating: 0, count: 100)
        while !rest.isEmpty {
            let progress = try Array(rest).withUnsafeBufferPointer { rest in
                try room.withUnsafeMutableBufferPointer { try pieces.process(rest, into: $0) }
            }
            rest = rest.dropFirst(progress.consumed)
            output += room[0..<progress.produced]
        }
        #expect(output == Array(expected[0..<output.count]))
        #expect(output.count > 4_700)
    }

    @Test("Rates and quality are accepted at their edges and refused one past them")
    func edges() throws {
        for rate in [8_000, 192_000] { _ = try Resampler(from: rate, to: 48_000) }
        for rate in [7_999, 192_001, 0, -1] {
            #expect(throws: SpeechProcessingError.settingOutOfRange(.sampleRate)) {
                _ = try Resampler(from: rate, to: 48_000)
            }
            #expect(throws: SpeechProcessingError.settingOutOfRange(.sampleRate)) {
                _ = try Resampler(from: 48_000, to: rate)
            }
        }
        for quality in [0, 10] { _ = try Resampler(from: 44_100, to: 48_000, quality: quality) }
        for quality in [-1, 11] {
            #expect(throws: SpeechProcessingError.settingOutOfRange(.resamplerQuality)) {
                _ = try Resampler(from: 44_100, to: 48_000, quality: quality)
            }
        }
    }
}
