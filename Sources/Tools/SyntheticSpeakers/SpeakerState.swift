import Glibc
import VoiceSocket
import VoiceWire

/// One user as its engine's thread keeps it, in memory of its own with a fixed address.
///
/// Made by the thread that adds the user (keys are expanded and the socket is opened there), then owned by the engine's.
struct SpeakerState<End: WireEnd & ~Copyable>: ~Copyable {
    var end: End
    /// Keeps the descriptor open.
    private let socket: DatagramSocket
    let descriptor: Int32
    /// After each beat.
    let beatOffset: UInt64
    let mayTalk: Bool
    /// Whether the socket is that of others as well, and who of them is next in their chain.
    let sharesSocket: Bool
    var nextOnSocket: Int?
    /// Given by the engine's thread.
    var serial: UInt32 = 0
    var room = 0
    var status = SpeakerStatus.connecting

    var wantsToTalk: Bool
    /// Between a start and an end flag.
    var isTalking = false
    /// Whether its next beat is among the deadlines.
    var hasBeat = false
    /// Of the next frame.
    var sequence: UInt16 = 0

    /// Frames sent before or from these instants (CLOCK_REALTIME) on are not expected to reach it.
    var expectedFrom: UInt64 = .max
    var expectedUntil: UInt64 = .max
    /// The kernel's count of what this socket lost, as it was last seen.
    var socketDrops: UInt32 = 0
    var helloCount = 0
    /// When its last ping was due.
    var lastPing: UInt64 = 0

    init(end: consuming End, socket: DatagramSocket, beatOffset: UInt64, user: SpeakerUser) {
        self.end = end
        self.socket = socket
        descriptor = socket.fileDescriptor
        self.beatOffset = beatOffset
        mayTalk = user.mayTalk || user.talksAtOnce
        wantsToTalk = user.talksAtOnce
        sharesSocket = user.socket != nil
    }

    /// Whether a frame sent at that instant is to reach it.
    func expects(sentAt: UInt64) -> Bool { sentAt >= expectedFrom && sentAt < expectedUntil }
}
