import Playout
import VoiceWire

/// A talker's frame as the relay took it. Valid as long as the memory behind it.
@safe struct SpokenFrame {
    let header: VoiceHeader
    let opus: UnsafeRawBufferPointer
    /// What follows the Opus packet.
    let extensions: UnsafeRawBufferPointer
    let hasPriority: Bool
    /// When its datagram came.
    let arrival: MonotonicInstant
}
