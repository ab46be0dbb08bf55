/// Why bytes are not a WAV file that is read here.
public enum WAVError: Error, Hashable, Sendable {
    /// Not RIFF/WAVE; `found` says what it looks like.
    case notWAV(found: String)
    /// WAV, but `found` instead of an accepted kind of sample.
    case unsupported(found: String)
    /// A part is missing or contradicts itself.
    case malformed(String)
    /// The header declares more sound than the file has.
    case truncated(declaredBytes: Int, presentBytes: Int)
    /// It holds no sound.
    case empty
}

extension WAVError: CustomStringConvertible {
    /// What was found and what is accepted.
    public var description: String {
        switch self {
        case .notWAV(let found), .unsupported(let found):
            "it is \(found); accepted is WAV with 16, 24 or 32-bit integer or 32-bit float samples, mono or stereo, 8 to 192 kHz"
        case .malformed(let what): "its WAV header is damaged (\(what))"
        case .truncated(let declared, let present):
            "it is cut off: \(declared) bytes of sound are declared, \(present) are there"
        case .empty: "it holds no sound"
        }
    }
}
