// NFKC is not in FoundationEssentials.
import Foundation

/// What a name may be made of: normalised to NFKC, visible, unambiguous, and never changed silently
/// beyond that normalisation.
struct NameRules {
    /// How errors call it: “User name”.
    let subject: String
    let charactersMax: Int
    let bytesMax: Int

    /// The name as it is stored and shown.
    func normalise(_ raw: String) throws(TextRefusal) -> String {
        let name = raw.precomposedStringWithCompatibilityMapping
        guard let first = name.unicodeScalars.first else { throw TextRefusal(.empty, "\(subject) is empty") }
        for scalar in name.unicodeScalars { try check(scalar) }
        if first.properties.generalCategory.isMark {
            throw TextRefusal(.invisible, "\(subject) begins with \(first.codePoint), which needs a letter before it")
        }
        try checkSpaces(name)
        guard name.count <= charactersMax else {
            throw TextRefusal(.tooLong, "\(subject) has \(name.count) characters; at most \(charactersMax) are allowed")
        }
        guard name.utf8.count <= bytesMax else {
            throw TextRefusal(.tooLong, "\(subject) has \(name.utf8.count) bytes; at most \(bytesMax) are allowed")
        }
        return name
    }

    /// Two names with the same key are the same name.
    ///
    /// Upper-casing first folds what lower-casing alone keeps apart (ß and ss, ς and σ).
    static func key(of normalised: String) -> String {
        normalised.uppercased().lowercased().precomposedStringWithCompatibilityMapping
    }

    private func check(_ scalar: Unicode.Scalar) throws(TextRefusal) {
        let properties = scalar.properties
        if scalar.turnsDirection || scalar.hintsDirection {
            throw TextRefusal(
                .direction, "\(subject) contains \(scalar.codePoint), which changes the reading direction")
        }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator:
            throw TextRefusal(.control, "\(subject) contains the control character \(scalar.codePoint)")
        case .privateUse, .unassigned, .surrogate:
            throw TextRefusal(.unassigned, "\(subject) contains \(scalar.codePoint), which stands for no character")
        case .spaceSeparator where scalar != " ":
            throw TextRefusal(.space, "\(subject) contains the unusual space \(scalar.codePoint)")
        default:
            // U+2800 is a blank that Unicode files under symbols.
            guard properties.generalCategory != .format, !properties.isDefaultIgnorableCodePoint, scalar != "\u{2800}"
            else { throw TextRefusal(.invisible, "\(subject) contains \(scalar.codePoint), which cannot be seen") }
        }
    }

    private func checkSpaces(_ name: String) throws(TextRefusal) {
        if name.hasPrefix(" ") { throw TextRefusal(.space, "\(subject) begins with a space") }
        if name.hasSuffix(" ") { throw TextRefusal(.space, "\(subject) ends with a space") }
        if name.contains("  ") { throw TextRefusal(.space, "\(subject) has two spaces in a row") }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .spacingMark || self == .enclosingMark }
}
