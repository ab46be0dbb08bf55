import AudioTestSupport
import Testing

@testable import AudioDevice

/// Between a device's own format and the product's, without a device.
@Suite struct RateConversionTests {
    private func format(_ rate: Int, _ channels: Int) -> PCMDevice.Format {
        .init(sampleRate: rate, channelCount: channels, periodFrameCount: rate / 200, bufferFrameCount: rate / 50)
    }

    @Test("Two captured channels are averaged without overflow")
    func mixDown() throws {
        var conversion = try RateConversion(format(48_000, 2), .capture)
        let device = conversion.deviceSamples.all
        let frames: [(Int16, Int16)] = [(100, 300), (.max, .max), (.min, .min), (.max, .min), (-3, 0)]
        for (index, frame) in frames.enumerated() {
            device[2 * index] = frame.0
            device[2 * index + 1] = frame.1
        }
        #expect(Array(conversion.toProduct(frameCount: 5)) == [200, .max, .min, 0, -1])
    }

    @Test("Two channels stay apart, at any rate", arguments: [44_100, 48_000])
    func stereo(_ rate: Int) throws {
        var format = format(rate, 2)
        format.productChannelCount = 2
        var playback = try RateConversion(format, .playback)
        var capture = try RateConversion(format, .capture)
        #expect(playback.productPeriod.count == 2 * RateConversion.productSampleCount(format))
        let tone = TestSignal.tone(hertz: 440, sampleCount: 48_000)
        var captured: [Int16] = []
        for period in 0..<100 {
            let product = playback.productPeriod
            for index in 0..<product.count / 2 {
                product[2 * index] = tone[period * product.count / 2 + index]
                product[2 * index + 1] = 0
            }
            playback.toDevice()
            let frameCount = min(playback.pendingFrameCount, rate / 200)
            for index in 0..<2 * frameCount { capture.deviceSamples.all[index] = playback.pending[index] }
            playback.wrotePending(frameCount: playback.pendingFrameCount)
            captured += Array(capture.toProduct(frameCount: frameCount))
        }
        let left = stride(from: 0, to: captured.count, by: 2).map { captured[$0] }
        #expect(Level.decibels(left.suffix(10_000)) > -10)
        #expect(stride(from: 1, to: captured.count, by: 2).allSatisfy { captured[$0] == 0 })
    }

    @Test("One played channel sounds on both")
    func bothChannels() throws {
        var conversion = try RateConversion(format(48_000, 2), .playback)
        let period = conversion.productPeriod
        #expect(period.count == 240)
        for index in period.indices { period[index] = Int16(index) }
        conversion.toDevice()
        #expect(conversion.pendingFrameCount == 240)
        #expect(conversion.pending.prefix(480).enumerated().allSatisfy { Int($1) == $0 / 2 })
        conversion.wrotePending(frameCount: 100)
        #expect(conversion.pendingFrameCount == 140)
        #expect(conversion.pending[0] == 100 && conversion.pending[1] == 100)
        conversion.silence()
        #expect(conversion.pendingFrameCount == 0)
    }

    @Test(
        "No rate loses a sample over time", arguments: [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
    func rates(_ rate: Int) throws {
        for channels in 1...2 {
            var capture = try RateConversion(format(rate, channels), .capture)
            var playback = try RateConversion(format(rate, channels), .playback)
            let periods = 720  // 3.6 s: long enough for any rounding to add up to a lost sample
            var (captured, played) = (0, 0)
            for _ in 0..<periods {
                captured += capture.toProduct(frameCount: rate / 200).count
                playback.toDevice()
                played += playback.pendingFrameCount
                playback.wrotePending(frameCount: playback.pendingFrameCount)
            }
            let inputSeconds = Double(periods * (rate / 200)) / Double(rate)
            #expect(abs(Double(captured) - inputSeconds * 48_000) <= 241, "\(rate) Hz, \(channels) channels")
            let playedSeconds = Double(periods * playback.productPeriod.count) / 48_000
            #expect(abs(Double(played) - playedSeconds * Double(rate)) <= Double(rate) / 200, "\(rate) Hz")
        }
    }
}
