/// How a listener gets a room's voice.
public enum VoiceDelivery: String, Sendable, CaseIterable {
    /// Every talker's own stream, as it was sent.
    case forwarded
    /// One stream with everybody else in it, mixed by the server.
    case mixed
}
