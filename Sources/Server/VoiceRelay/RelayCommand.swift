import VoiceWire

/// What rooms tell a relay thread. Small and trivially copyable: it travels in a ring slot.
enum RelayCommand: BitwiseCopyable, Sendable {
    case open(SessionPointer)
    case close(VoiceID, GoodbyeReason)
    case publish(VoiceRoomID, RouteTable)
    case releaseRoom(VoiceRoomID)
    case stop
}
