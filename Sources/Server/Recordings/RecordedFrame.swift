import OpusCodec
import Playout
import VoiceRelay
public import VoiceWire

/// One datagram's voice as the recorder takes it from the relay's tap, its bytes copied.
public struct RecordedFrame: Sendable {
    public var room: VoiceRoomID
    public var voice: VoiceID
    public var sequence: SequenceNumber
    public var timestamp: MediaTimestamp
    public var startsTalkspurt: Bool
    /// CLOCK_MONOTONIC, when the datagram came.
    public var arrivalNanoseconds: UInt64
    public var opus: [UInt8]
    /// The blocks that follow the Opus packet: frames sent before may be in them.
    public var extensions: [UInt8]

    public init(
        room: VoiceRoomID, voice: VoiceID, sequence: SequenceNumber, timestamp: MediaTimestamp,
        startsTalkspurt: Bool = false, arrivalNanoseconds: UInt64, opus: [UInt8], extensions: [UInt8] = []
    ) {
        self.room = room
        self.voice = voice
        self.sequence = sequence
        self.timestamp = timestamp
        self.startsTalkspurt = startsTalkspurt
        self.arrivalNanoseconds = arrivalNanoseconds
        self.opus = opus
        self.extensions = extensions
    }

    /// Copies what the tap lends; on the recorder's thread, which may allocate.
    init(_ tapped: TappedFrame) {
        let opusByteCount = unsafe min(tapped.opusByteCount, tapped.frame.count)
        self.init(
            room: tapped.room, voice: tapped.voice, sequence: tapped.sequence, timestamp: tapped.timestamp,
            startsTalkspurt: tapped.flags.contains(.talkspurtStart), arrivalNanoseconds: tapped.arrivalNanoseconds,
            opus: unsafe Array(tapped.frame[..<opusByteCount]),
            extensions: unsafe Array(tapped.frame[opusByteCount...]))
    }
}
