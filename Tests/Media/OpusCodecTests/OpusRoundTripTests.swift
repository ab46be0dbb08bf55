import AudioTestSupport
import OpusCodec
import Testing

@Suite struct OpusRoundTripTests {
    @Test("Speech survives every frame duration", arguments: FrameDuration.allCases)
    func everyDuration(_ duration: FrameDuration) throws {
        let speech = try TestSignal.speech()
        var settings = OpusEncoderSettings()
        settings.frameDuration = duration
        let packets = try encoded(speech, settings)
        #expect(packets.count == speech.count / duration.sampleCount)

        let decoder = try ArrayDecoder()
        let decoded = try packets.flatMap { try decoder.decode($0) }
        #expect(decoded.count == packets.count * duration.sampleCount)
        let foundAlignment = Alignment.find(speech, in: decoded)
        let alignment = try #require(foundAlignment)
        #expect(alignment.correlation > 0.8, "\(alignment)")
        let foundSimilarity = SpectralSimilarity.between(speech, decoded, offset: alignment.offset)
        let similarity = try #require(foundSimilarity)
        #expect(similarity > 0.9)
        let gaps = GapFinder.gaps(Array(speech.prefix(decoded.count - 960)), decoded, offset: alignment.offset)
        #expect(gaps.isEmpty)
    }

    @Test("The decoded sound lags by the look-ahead that the encoder reports")
    func lookahead() throws {
        for application in [OpusEncoderSettings.Application.audio, .restrictedLowDelay] {
            var settings = OpusEncoderSettings()
            settings.application = application
            settings.bitsPerSecond = 128_000
            let lookahead = try OpusEncoder(settings: settings).lookaheadSampleCount
            let speech = try TestSignal.speech("Rear_Left")
            let decoder = try ArrayDecoder()
            let decoded = try encoded(speech, settings).flatMap { try decoder.decode($0) }
            let foundAlignment = Alignment.find(speech, in: decoded)
            let alignment = try #require(foundAlignment)
            #expect(abs(alignment.offset - lookahead) <= 1, "\(application): \(alignment), look-ahead \(lookahead)")
        }
    }

    @Test("Two channels stay apart, and are mixed down for a decoder of one")
    func stereo() throws {
        let left = try TestSignal.speech("Front_Left")
        let right = TestSignal.silence(left.count)
        var settings = OpusEncoderSettings()
        settings.channelCount = 2
        settings.application = .audio
        settings.bitsPerSecond = 128_000
        let packets = try encoded(zip(left, right).flatMap { [$0, $1] }, settings)
        let channelCount = try packets[10].withUnsafeBytes { try OpusPacket.channelCount(of: $0) }
        #expect(channelCount == 2)

        let stereo = try ArrayDecoder(channelCount: 2)
        let decoded = try packets.flatMap { try stereo.decode($0) }
        let decodedLeft = stride(from: 0, to: decoded.count, by: 2).map { decoded[$0] }
        let decodedRight = stride(from: 1, to: decoded.count, by: 2).map { decoded[$0] }
        #expect(Level.decibels(decodedLeft) - Level.decibels(decodedRight) > 30)

        let mono = try ArrayDecoder()
        let mixed = try packets.flatMap { try mono.decode($0) }
        #expect(mixed.count == decodedLeft.count)
        let foundAlignment = Alignment.find(left, in: mixed)
        let alignment = try #require(foundAlignment)
        #expect(alignment.correlation > 0.9)
    }

    @Test("A decoder that was reset gives the same samples again")
    func reset() throws {
        let packets = try encoded(TestSignal.speech(), OpusEncoderSettings())
        let decoder = try ArrayDecoder()
        let first = try packets.flatMap { try decoder.decode($0) }
        decoder.reset()
        #expect(try packets.flatMap { try decoder.decode($0) } == first)
    }
}
