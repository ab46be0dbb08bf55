import LockFree
public import VoiceRelay
public import VoiceWire

/// Mixes rooms for listeners who want one stream instead of everybody's, on threads of its own.
///
/// The relay copies frames of such rooms into ``tap``, the mixer decodes, sums and encodes them, and hands the result back to the
/// relay. Forwarding never waits for any of it: both ways are bounded rings that lose frames, counted, when the mixer is behind.
/// Every method may be called from any thread.
public final class VoiceMixer: Sendable {
    private let configuration: VoiceMixerConfiguration
    private let threads: [MixerThread]

    /// Takes no frame before ``start(delivering:)``.
    public init(_ configuration: VoiceMixerConfiguration = VoiceMixerConfiguration()) throws(EventSignal
        .DescriptorError)
    {
        self.configuration = configuration
        var threads: [MixerThread] = []
        for index in 0..<configuration.threadsInForce { threads.append(try MixerThread(index: index)) }
        self.threads = threads
    }

    /// What the relay is made with.
    public var tap: FrameTap { threads[0].tap }

    /// Starts the threads, which sleep until somebody is to be mixed.
    public func start(delivering relay: VoiceRelay) throws(DedicatedThread.CreationError) {
        for thread in threads { try thread.start(configuration, relay: relay, among: threads) }
    }

    /// Ends the threads. What a relay still copies into the tap is lost.
    public func stop() async {
        for thread in threads { await thread.stop() }
    }

    /// Takes into force who of a room gets its mix, from the next tick on. A plan without listeners ends it; the room's wire id
    /// may mean another room afterwards. Takes a lock that the mixer's thread holds for a moment; the relay has no part in it.
    public func publish(_ plan: MixPlan, for room: VoiceRoomID) {
        threads[Int(room.rawValue) % threads.count].publish(plan, for: room)
    }

    /// The quality for a listener who wants a mix to take so many bits a second at most; nil: no wish.
    public func quality(forBitsPerSecond bitsPerSecond: Int?) -> MixQuality {
        guard let bitsPerSecond else { return .standard }
        return bitsPerSecond < configuration.settings.bitsPerSecond ? .thin : .standard
    }

    /// Sums of all threads. Reads atomics; costs the mixer nothing.
    public func counters() -> VoiceMixerCounters {
        var sums = VoiceMixerCounters()
        for thread in threads {
            for counter in VoiceMixerCounter.allCases { sums[counter] &+= thread.counters[counter] }
        }
        return sums
    }
}
