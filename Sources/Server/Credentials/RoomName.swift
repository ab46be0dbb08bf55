/// A room's name: what is shown, and the key under which it is unique.
public struct RoomName: Hashable, Sendable {
    public static let charactersMax = 48
    public static let bytesMax = 192

    /// NFKC of what was typed.
    public let display: String
    /// Equal for names that differ only by case or by compatibility form.
    public let key: String

    /// Normalises and checks. Pure; any thread. On refusal show the description and let the person choose again.
    public init(_ raw: String) throws(TextRefusal) {
        display = try Self.rules.normalise(raw)
        key = NameRules.key(of: display)
    }

    private static let rules = NameRules(subject: "Room name", charactersMax: charactersMax, bytesMax: bytesMax)
}
