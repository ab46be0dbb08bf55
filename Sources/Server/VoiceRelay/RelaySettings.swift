/// A relay's configuration in the units that the packet path counts in.
package struct RelaySettings: BitwiseCopyable, Sendable {
    var tokenLifetimeNanoseconds: UInt64
    var sessionTimeoutNanoseconds: UInt64
    var burstNanoseconds: UInt64
    var rates: RelayRates
    var bundleWindowNanosecondsMax: UInt64
    /// Whether the thread's socket has less room than it was to have.
    var isReceiveBufferShort = false

    /// A talker is taken for silent when no frame came for this long without an end-of-talkspurt flag: three 60 ms
    /// frames and some jitter.
    static let speakingHoldNanoseconds: UInt64 = 250_000_000
    /// How often talkers are looked through for that, while there are any.
    static let speakingSweepNanoseconds: UInt64 = 50_000_000
    /// By how much sooner, when the thread is awake anyway: somebody who talks alone then never wakes it for this alone.
    static let speakingSweepSlackNanoseconds: UInt64 = 25_000_000
    /// How often sessions are looked through for time-outs, while there are any.
    static let sessionSweepNanoseconds: UInt64 = 1_000_000_000

    package init(_ configuration: VoiceRelayConfiguration) {
        tokenLifetimeNanoseconds = configuration.tokenLifetime.nanoseconds
        sessionTimeoutNanoseconds = configuration.sessionTimeout.nanoseconds
        burstNanoseconds = configuration.burst.nanoseconds
        rates = RelayRates(configuration)
        bundleWindowNanosecondsMax = configuration.bundleWindowMax.nanoseconds
    }
}

/// What sessions and rooms may send: the part of a relay's settings that changes while it forwards.
struct RelayRates: BitwiseCopyable, Sendable {
    var nanosecondsPerDatagram: UInt64
    var nanosecondsPerByte: UInt64
    /// In picoseconds: a room's bytes may cost less than a nanosecond.
    var picosecondsPerRoomByte: UInt64

    init(_ configuration: VoiceRelayConfiguration) {
        nanosecondsPerDatagram = 1_000_000_000 / UInt64(max(1, configuration.datagramsPerSecondMax))
        nanosecondsPerByte = 1_000_000_000 / UInt64(max(1, configuration.bytesPerSecondMax))
        picosecondsPerRoomByte = 1_000_000_000_000 / UInt64(max(1, configuration.bytesPerSecondPerRoomMax))
    }
}

extension Duration {
    /// Whole nanoseconds; a negative duration is none.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
