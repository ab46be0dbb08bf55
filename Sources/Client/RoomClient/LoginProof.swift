/// How somebody shows who they are.
public enum LoginProof: Equatable, Sendable {
    case password(String)
    /// Of an earlier login.
    case sessionToken(String)
}
