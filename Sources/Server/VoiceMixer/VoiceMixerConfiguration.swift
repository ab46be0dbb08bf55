/// How rooms are mixed. The defaults suit a small server; values out of range are clamped.
public struct VoiceMixerConfiguration: Equatable, Sendable {
    /// Threads that mix, 1…``threadsMax``. A room is mixed by one of them.
    public var threadCount = 1
    /// Speakers who are heard in a mix at once, the loudest of them, 1…16.
    public var speakersMax = 8
    /// Bitrate of a mix, 16,000…128,000 bit/s.
    public var bitsPerSecond = 40_000
    /// Bitrate of a mix for those who asked for little, 8,000…64,000 bit/s.
    public var thinBitsPerSecond = 16_000
    /// Computation that encoders spend on quality, 0…10.
    public var complexity = 5
    /// How much softer everybody else is while a priority speaker is heard, 0…40 dB.
    public var duckingDecibels = 12
    /// Jitter buffers and decoders of one thread, 16…65,536, of about 250 KB each; made when first needed.
    public var seatsMax = 512

    public static let threadsMax = 16
    public static let speakersRange = 1...16
    public static let bitsPerSecondRange = 16_000...128_000
    public static let thinBitsPerSecondRange = 8_000...64_000
    public static let complexityRange = 0...10
    public static let duckingDecibelsRange = 0...40
    public static let seatsRange = 16...65_536

    public init() {}

    var threadsInForce: Int { threadCount.clamped(to: 1...Self.threadsMax) }

    var seatsInForce: Int { seatsMax.clamped(to: Self.seatsRange) }

    var settings: MixSettings {
        MixSettings(
            speakersMax: speakersMax.clamped(to: Self.speakersRange),
            bitsPerSecond: bitsPerSecond.clamped(to: Self.bitsPerSecondRange),
            thinBitsPerSecond: thinBitsPerSecond.clamped(to: Self.thinBitsPerSecondRange),
            complexity: complexity.clamped(to: Self.complexityRange),
            duckingGain: MixSettings.gain(decibels: -duckingDecibels.clamped(to: Self.duckingDecibelsRange)))
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
