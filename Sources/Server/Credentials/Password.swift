// NFKC is not in FoundationEssentials.
import Foundation

/// A password as typed, ready to be hashed: the bytes of its NFKC form, so that the same keys pressed
/// on two systems give the same password (NIST SP 800-63B §3.1.1.2).
public struct Password: Sendable {
    /// Longest password in UTF-8 bytes; longer ones would only burn hashing time.
    public static let bytesMax = 512

    let bytes: [UInt8]

    /// Pure; any thread.
    /// - Parameter charactersMin: what a new password must have; 1 when checking an existing one, whatever
    ///   rule it was made under.
    public init(_ raw: String, charactersMin: Int = 1) throws(TextRefusal) {
        let normalised = raw.precomposedStringWithCompatibilityMapping
        guard !normalised.isEmpty else { throw TextRefusal(.empty, "The password is empty") }
        guard normalised.count >= charactersMin else {
            throw TextRefusal(.tooShort, "The password is too short; at least \(charactersMin) characters are needed")
        }
        bytes = Array(normalised.utf8)
        guard bytes.count <= Self.bytesMax else {
            throw TextRefusal(.tooLong, "The password has \(bytes.count) bytes; at most \(Self.bytesMax) are allowed")
        }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the password itself, wherever it is printed.
    public var description: String { "••••" }
    public var debugDescription: String { description }
}
