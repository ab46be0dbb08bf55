/// How the speakers of a room share its time.
public enum TalkPattern: String, CaseIterable, Codable, Sendable {
    /// Each talks by themself and without pause, from beginning to end.
    case constant
    /// They take turns as people do (ITU-T P.59): mostly one talks, sometimes nobody, rarely two.
    case conversation
    /// All talk at once and pause at once: the worst that a room can do, as talkspurts and as silence.
    case everyone
}
