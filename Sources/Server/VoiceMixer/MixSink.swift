import VoiceWire

/// A frame of a mix on its way to all who hear that mix. Valid inside of the call that gives it.
@safe struct MixFrame {
    let room: VoiceRoomID
    let sequence: SequenceNumber
    let timestamp: MediaTimestamp
    let flags: DatagramFlags
    let opus: UnsafeRawBufferPointer
    let listeners: [VoiceID]
}

/// Where frames of mixes go.
protocol MixSink: ~Copyable {
    mutating func send(_ frame: MixFrame)
}
