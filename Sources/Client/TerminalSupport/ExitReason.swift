/// Why `roomtone` ends otherwise than wished, as its exit status: the numbers of `sysexits.h` where it has one. The same
/// for every command (`Documentation/Commands.md`).
public enum ExitReason: Int32, Sendable, CaseIterable {
    /// An option's or argument's value is wrong, here or in the server's eyes.
    case usage = 64
    /// A sound file is not of an accepted kind.
    case fileUnsupported = 65
    /// A file that should be read is missing or cannot be read.
    case fileMissing = 66
    /// There is no such room, user, message, invitation, ban or session.
    case notFound = 67
    /// The server, or its voice, cannot be reached, or is full.
    case unavailable = 69
    /// A fault of this program or of the system under it.
    case software = 70
    /// A file cannot be written.
    case fileNotWritable = 73
    /// A sound device is missing, busy, or has failed; or the output has gone.
    case device = 74
    /// The server asks for patience: try again later.
    case tryLater = 75
    /// Whoever answers does not speak as this version of the server does.
    case protocolMismatch = 76
    /// Wrong password, session ended, not allowed, banned, or a certificate that is not believed.
    case permission = 77
    /// The file of known servers or of credentials cannot be used, or names no account.
    case configuration = 78
    /// Interrupted: after the room was joined and before voice stood, or while a chat command waited.
    case interrupted = 130
}
