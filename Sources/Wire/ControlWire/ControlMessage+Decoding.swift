import Identifiers
import JSONText

extension ControlMessage {
    /// Reads serde's external tagging: `"NAME"`, or `{"NAME":{FIELDS}}`. A known name in the other form is unknown.
    static func read(_ value: JSONValue) throws(FieldFailure) -> ControlMessage {
        if let name = value.string {
            guard let bare = bareVariants[name] else { throw FieldFailure(.unknownVariant(name)) }
            return bare
        }
        guard value.kind == .object else { throw FieldFailure(.wrongType) }
        var members = value.members.makeIterator()
        guard let (name, content) = members.next(), members.next() == nil else { throw FieldFailure(.notAllowed) }
        guard let decode = variants[name] else { throw FieldFailure(.unknownVariant(name)) }
        do {
            return try decode(try Fields(content))
        } catch {
            throw error.under(name)
        }
    }

    /// Every name that can be read.
    static var variantNames: Set<String> { Set(bareVariants.keys).union(variants.keys) }

    /// Variants without fields, written as a bare string.
    private static let bareVariants: [String: ControlMessage] = [
        "ListRooms": .listRooms, "RequestUserList": .requestUserList, "ListSessions": .listSessions,
        "Ping": .ping, "Pong": .pong, "BackUp": .backUp, "CheckIntegrity": .checkIntegrity, "ListLimits": .listLimits,
    ]

    typealias Decode = @Sendable (Fields) throws(FieldFailure) -> ControlMessage

    private static let variants = [
        accountVariants, roomVariants, administrationVariants, moderationVariants, textVariants, peopleVariants,
        voiceVariants, recordingVariants, serverVariants, operationsVariants,
    ].reduce(into: [String: Decode]()) { all, group in all.merge(group) { first, _ in first } }
}
