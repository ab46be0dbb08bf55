/// A person's name: what is shown, and the key under which it is unique.
public struct AccountName: Hashable, Sendable {
    public static let charactersMax = 32
    public static let bytesMax = 128

    /// NFKC of what was typed.
    public let display: String
    /// Equal for names that differ only by case or by compatibility form (`Ａlice`, `ALICE`, `alice`).
    public let key: String

    /// Normalises and checks. Pure; any thread. On refusal show the description and let the person choose again.
    public init(_ raw: String) throws(TextRefusal) {
        display = try Self.rules.normalise(raw)
        key = NameRules.key(of: display)
        guard !Self.reservedKeys.contains(key) else {
            throw TextRefusal(.reserved, "User name “\(display)” is kept for the server's own messages")
        }
    }

    private static let rules = NameRules(subject: "User name", charactersMax: charactersMax, bytesMax: bytesMax)

    /// Announcements carry this sender name; nobody else may.
    private static let reservedKeys: Set<String> = ["system"]
}
