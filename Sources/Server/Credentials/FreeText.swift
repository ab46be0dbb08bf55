// NFC is not in FoundationEssentials.
import Foundation

/// Running text that people write: kept as written but for its normal form, or refused with a reason.
public enum FreeText {
    /// Longest message, in UTF-8 bytes, as written and in its normal form.
    public static let messageBytesMax = 4_096
    /// Longest room description, in UTF-8 bytes.
    public static let descriptionBytesMax = 512
    /// Longest reason given for moderating, in UTF-8 bytes.
    public static let reasonBytesMax = 512

    /// A message as it is stored: in NFC, 1…``messageBytesMax`` bytes; newline and tab are the only control characters.
    ///
    /// Joiners, variation selectors and direction isolates stay, because emoji and mixed-direction text
    /// need them; embeddings and overrides are refused. Pure; any thread.
    public static func message(_ text: String) throws(TextRefusal) -> String {
        guard !text.isEmpty else { throw TextRefusal(.empty, "The message is empty") }
        try check(text, subject: "The message", bytesMax: messageBytesMax, allowedControls: ["\n", "\t"])
        // ASCII is its own normal form; most of what is written needs no second look.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        let normalised = text.precomposedStringWithCanonicalMapping
        // A few characters have no composed form and grow.
        try checkLength(of: normalised, subject: "The message", bytesMax: messageBytesMax)
        return normalised
    }

    /// Checks a room's description: 0…``descriptionBytesMax`` bytes on one line. Pure; any thread.
    public static func checkDescription(_ text: String) throws(TextRefusal) {
        try checkLine(text, subject: "The description", bytesMax: descriptionBytesMax)
    }

    /// Checks why somebody moderated: 0…``reasonBytesMax`` bytes on one line. Pure; any thread.
    public static func checkReason(_ text: String) throws(TextRefusal) {
        try checkLine(text, subject: "The reason", bytesMax: reasonBytesMax)
    }

    /// Checks a text on one line: 0…`bytesMax` bytes without control characters. Pure; any thread.
    /// - Parameter subject: how a refusal calls it: “The topic”.
    public static func checkLine(_ text: String, subject: String, bytesMax: Int) throws(TextRefusal) {
        try check(text, subject: subject, bytesMax: bytesMax, allowedControls: [])
        // Not controls to Unicode, but line breaks to whoever shows them.
        if let lineBreak = text.unicodeScalars.first(where: { $0 == "\u{2028}" || $0 == "\u{2029}" }) {
            throw TextRefusal(.control, "\(subject) contains the line break \(lineBreak.codePoint)")
        }
    }

    private static func checkLength(of text: String, subject: String, bytesMax: Int) throws(TextRefusal) {
        let byteCount = text.utf8.count
        guard byteCount <= bytesMax else {
            throw TextRefusal(.tooLong, "\(subject) has \(byteCount) bytes; at most \(bytesMax) are allowed")
        }
    }

    private static func check(
        _ text: String, subject: String, bytesMax: Int, allowedControls: [Unicode.Scalar]
    ) throws(TextRefusal) {
        try checkLength(of: text, subject: subject, bytesMax: bytesMax)
        for scalar in text.unicodeScalars where scalar.value < 0x20 || scalar.value > 0x7E {
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
