/// Running text that people write: kept as written, or refused with a reason.
public enum FreeText {
    /// Longest message, in UTF-8 bytes.
    public static let messageBytesMax = 4_096
    /// Longest room description, in UTF-8 bytes.
    public static let descriptionBytesMax = 512

    /// Checks a message: 1…``messageBytesMax`` bytes; newline and tab are the only control characters.
    ///
    /// Joiners, variation selectors and direction isolates stay, because emoji and mixed-direction text
    /// need them; embeddings and overrides are refused. Pure; any thread.
    public static func checkMessage(_ text: String) throws(TextRefusal) {
        guard !text.isEmpty else { throw TextRefusal(.empty, "The message is empty") }
        try check(text, subject: "The message", bytesMax: messageBytesMax, allowedControls: ["\n", "\t"])
    }

    /// Checks a room's description: 0…``descriptionBytesMax`` bytes on one line. Pure; any thread.
    public static func checkDescription(_ text: String) throws(TextRefusal) {
        try check(text, subject: "The description", bytesMax: descriptionBytesMax, allowedControls: [])
        // Not controls to Unicode, but line breaks to whoever shows them.
        if let lineBreak = text.unicodeScalars.first(where: { $0 == "\u{2028}" || $0 == "\u{2029}" }) {
            throw TextRefusal(.control, "The description contains the line break \(lineBreak.codePoint)")
        }
    }

    private static func check(
        _ text: String, subject: String, bytesMax: Int, allowedControls: Set<Unicode.Scalar>
    ) throws(TextRefusal) {
        let byteCount = text.utf8.count
        guard byteCount <= bytesMax else {
            throw TextRefusal(.tooLong, "\(subject) has \(byteCount) bytes; at most \(bytesMax) are allowed")
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control, !allowedControls.contains(scalar) {
                throw TextRefusal(.control, "\(subject) contains the control character \(scalar.codePoint)")
            }
            if scalar.turnsDirection {
                throw TextRefusal(
                    .direction, "\(subject) contains \(scalar.codePoint), which makes text read as something else")
            }
        }
    }
}
