import OpusCodec
import VoiceWire

/// One mix and all who hear it: the sum of the seats by its key, limited and encoded once. One owner; only making one allocates.
@safe final class Mix {
    private(set) var key: MixKey
    var listeners: [VoiceID] = []
    /// Somebody comes who has not heard this mix: its next frame must not build on those before it.
    var isJoined = false
    /// Whether the frame given last said nothing but that there is silence.
    private(set) var isSilent = true

    private var encoder: OpusEncoder
    private var limiter = LookAheadLimiter()
    private let sum = TickSound()
    /// Of each seat, at the end of the tick that came last.
    private var gains = InlineArray<32, Float>(repeating: 0)
    /// Ticks since more than one speaker was to be heard.
    private var oneVoiceTicks = oneVoiceTicksMin
    /// Ticks since there was anything to hear.
    private var quietTicks = Int.max
    /// The limited sound of a frame, and how many ticks of it are there.
    private let sound: UnsafeMutableBufferPointer<Int16>
    private var filledTicks = 0
    private let packet: UnsafeMutableRawBufferPointer

    /// Who speaks alone for so many ticks is coded as one voice: a word thrown in must not change the mode twice.
    private static let oneVoiceTicksMin = 10
    /// Seats that a mix can tell apart.
    static let seatsMax = 32

    init(_ quality: MixQuality, _ settings: MixSettings) throws(OpusError) {
        key = MixKey(quality: quality)
        encoder = try OpusEncoder(settings: settings.encoder(for: quality, isOneVoice: true))
        unsafe sound = .allocate(capacity: 2 * MixTick.sampleCount)
        unsafe sound.initialize(repeating: 0)
        unsafe packet = .allocate(byteCount: VoiceWireLimits.opusBytesMax, alignment: 16)
    }

    deinit {
        unsafe sound.deallocate()
        unsafe packet.deallocate()
    }

    var limitedSampleCount: UInt64 { limiter.limitedCount }

    /// Forgets all sound, for another use in this or another quality.
    func begin(_ quality: MixQuality) {
        key = MixKey(quality: quality)
        listeners.removeAll(keepingCapacity: true)
        isJoined = false
        isSilent = true
        limiter = LookAheadLimiter()
        gains = InlineArray(repeating: 0)
        oneVoiceTicks = Self.oneVoiceTicksMin
        quietTicks = .max
        filledTicks = 0
    }

    /// Begins in step with the other mixes of its quality, in a room that has had so many ticks.
    func align(to tickNumber: UInt64) {
        filledTicks = Int(tickNumber % UInt64(key.quality.ticksPerFrame))
        unsafe sound.update(repeating: 0)
    }

    /// Goes on where `other` is, of the same quality: who heard that one does not notice that they hear this one.
    func continueFrom(_ other: Mix) {
        try? encoder.continueFrom(other.encoder)
        isSilent = other.isSilent
        limiter = other.limiter
        gains = other.gains
        oneVoiceTicks = other.oneVoiceTicks
        quietTicks = other.quietTicks
        filledTicks = other.filledTicks
        unsafe _ = sound.update(fromContentsOf: other.sound)
    }

    /// From the next tick on the seats are this loud.
    func become(_ key: MixKey) { self.key = key }

    /// Takes the seats' next tick, and their `total` at volume 1; the frame's Opus packet where one is complete, valid until the next
    /// call.
    func advance(
        _ seats: [SpeakerSeat], total: borrowing TickSound, _ settings: MixSettings
    ) -> UnsafeRawBufferPointer? {
        let audibleCount = sumUp(seats, total: total)
        quietTicks = audibleCount == 0 ? min(quietTicks, Int.max - 1) + 1 : 0
        oneVoiceTicks = audibleCount > 1 ? 0 : min(oneVoiceTicks + 1, Self.oneVoiceTicksMin)
        let start = filledTicks * MixTick.sampleCount
        unsafe limiter.process(
            sum, into: UnsafeMutableBufferPointer(rebasing: sound[start..<(start + MixTick.sampleCount)]))
        filledTicks += 1
        guard filledTicks >= key.quality.ticksPerFrame else { return nil }
        filledTicks = 0
        // One quiet tick more than a frame: what the encoder and the limiter still held is out.
        guard quietTicks <= key.quality.ticksPerFrame else {
            isSilent = true
            isJoined = false
            return unsafe silence()
        }
        return unsafe encode(settings)
    }

    /// Sums the tick up; how many seats were to be heard in it.
    ///
    /// What differs from everybody at volume 1 is added to that: one seat in a speaker's own mix, none in that of all who are silent.
    private func sumUp(_ seats: [SpeakerSeat], total: borrowing TickSound) -> Int {
        var audibleCount = 0
        sum.copy(total)
        for (index, seat) in seats.enumerated() where seat.isAudible {
            let target = MixKey.gain(key.volumes[index])
            let gain = seat.isNew ? target : gains[index]
            gains[index] = target
            if gain != 1 || target != 1 { sum.add(seat.sound, gain: gain - 1, target: target - 1) }
            if gain != 0 || target != 0 { audibleCount += 1 }
        }
        return audibleCount
    }

    private func encode(_ settings: MixSettings) -> UnsafeRawBufferPointer? {
        let wanted = settings.encoder(
            for: key.quality, isOneVoice: oneVoiceTicks >= Self.oneVoiceTicksMin)
        if encoder.settings != wanted { try? encoder.update(wanted) }
        if isSilent { encoder.reset() }
        if isJoined { encoder.setIndependent(true) }
        defer {
            if isJoined { encoder.setIndependent(false) }
            isJoined = false
            isSilent = false
        }
        let frame = unsafe UnsafeBufferPointer(
            rebasing: sound[..<(key.quality.ticksPerFrame * MixTick.sampleCount)])
        guard let count = try? unsafe encoder.encode(frame, into: packet) else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: packet[..<count])
    }

    /// A packet that says silence until the next one: a table of contents (RFC 6716 §3.1) without a frame behind it, of 20 ms, or
    /// of twice 20 ms.
    private func silence() -> UnsafeRawBufferPointer {
        unsafe packet[0] = key.quality == .standard ? 0xF8 : 0xF9
        return unsafe UnsafeRawBufferPointer(rebasing: packet[..<1])
    }
}
