public import VoiceWire

/// What an engine tells its owner, in the order in which it happened.
public enum VoiceEngineEvent: Equatable, Sendable {
    /// The session is open: the relay answered under the session's key.
    case connected
    /// The path is dead. Ask the server for a new grant and ``VoiceEngine/connect(_:)`` with it; the devices go on.
    case lost(VoicePathLoss)
    /// The relay ended the session and said why. ``GoodbyeReason/replaced`` and ``GoodbyeReason/removed`` are meant:
    /// do not reconnect by yourself.
    case ended(GoodbyeReason)
    /// The source has no more sound (a WAV file was played to its end). What was said has been sent.
    case sourceEnded
    /// A device failed for good; the text says what happened and what to do. The other direction goes on.
    case deviceFailed(String)
}

/// How a path was found to be dead.
public enum VoicePathLoss: String, Equatable, Sendable {
    /// No answer to the hello before the token expired: UDP may be blocked on the way.
    case handshakeTimedOut
    /// The session was open, then nothing authentic came for the time-out of the grant.
    case silent
}
