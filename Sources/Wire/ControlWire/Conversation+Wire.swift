import Identifiers
import JSONText

/// Flattened into the record it belongs to: `room_id`, or `user_id` of the other person.
extension Conversation: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        let roomID: RoomID? = try fields.optional("room_id")
        let userID: UserID? = try fields.optional("user_id")
        switch (roomID, userID) {
        case (let roomID?, nil): self = .room(roomID)
        case (nil, let userID?): self = .direct(userID)
        // Which of the two was meant?
        case (_?, _?): throw FieldFailure(.notAllowed).under("user_id")
        case (nil, nil): throw FieldFailure(.missing("room_id"))
        }
    }

    func writeFields(to writer: inout JSONWriter) {
        switch self {
        case .room(let roomID): writer.field("room_id", roomID)
        case .direct(let userID): writer.field("user_id", userID)
        }
    }
}
