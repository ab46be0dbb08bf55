import VoiceWire

/// What rooms tell a relay thread. Small and trivially copyable: it travels in a ring slot.
enum RelayCommand: BitwiseCopyable, Sendable {
    case open(SessionPointer)
    case close(VoiceID, GoodbyeReason)
    case publish(VoiceRoomID, RouteTable)
    case releaseRoom(VoiceRoomID)
    /// Hold for all sessions and rooms of the thread, those that are open too.
    case setRates(RelayRates)
    case stop

    /// Frees what the command carries, when nobody is left to carry it out.
    func discard() {
        switch self {
        case .open(let session): session.deallocate()
        case .publish(_, let table): table.deallocate()
        case .close, .releaseRoom, .setRates, .stop: break
        }
    }
}
