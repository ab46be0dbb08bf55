/// What a person reads when the server is about to close.
public enum ServerClosing {
    /// - Parameter milliseconds: until it closes, at the latest.
    public static func text(milliseconds: UInt64) -> String {
        let seconds = milliseconds / 1_000 + (milliseconds % 1_000 == 0 ? 0 : 1)
        return seconds == 0
            ? "The server is closing now." : "The server closes in \(seconds) s, or as soon as nobody is in voice."
    }
}
