import ControlWire
import Identifiers

extension ControlMessageExamples {
    private static let roomBan = BanRecord(
        id: 9, roomID: room, userID: user, username: "ann", address: nil, reason: "r", byUsername: "bob", createdAt: 1,
        expiresAt: 2)
    private static let addressBan = BanRecord(
        id: 10, roomID: nil, userID: nil, username: nil, address: "192.0.2.0/24", reason: "", byUsername: "bob",
        createdAt: 1, expiresAt: nil)
    private static let roomBanJSON =
        #"{"ban_id":9,"room_id":1,"user_id":7,"username":"ann","reason":"r","by_username":"bob","created_at":1,"#
        + #""expires_at":2}"#
    private static let addressBanJSON =
        #"{"ban_id":10,"address":"192.0.2.0/24","reason":"","by_username":"bob","created_at":1}"#

    static let moderation: [Example] = [
        (
            .restrainVoice(
                VoiceRestraint(
                    roomID: room, userID: user, isMuted: true, isDeafened: false, reason: "r", durationSeconds: 60)),
            #"{"RestrainVoice":{"room_id":1,"user_id":7,"is_muted":true,"is_deafened":false,"reason":"r","#
                + #""duration_seconds":60}}"#
        ),
        (
            .moveUser(userID: user, fromRoomID: room, toRoomID: RoomID(rawValue: 2), reason: "r"),
            #"{"MoveUser":{"user_id":7,"from_room_id":1,"to_room_id":2,"reason":"r"}}"#
        ),
        (.kick(roomID: room, userID: user, reason: nil), #"{"Kick":{"room_id":1,"user_id":7}}"#),
        (
            .ban(BanRequest(roomID: room, userID: user, reason: "r", durationSeconds: 60)),
            #"{"Ban":{"room_id":1,"user_id":7,"reason":"r","duration_seconds":60}}"#
        ),
        (.ban(BanRequest(address: "192.0.2.0/24")), #"{"Ban":{"address":"192.0.2.0/24"}}"#),
        (.banCreated(roomBan), #"{"BanCreated":\#(roomBanJSON)}"#),
        (.unban(banID: 9), #"{"Unban":{"ban_id":9}}"#),
        (.listBans(roomID: nil), #"{"ListBans":{}}"#),
        (.listBans(roomID: room), #"{"ListBans":{"room_id":1}}"#),
        (.banList(bans: [roomBan, addressBan]), #"{"BanList":{"bans":[\#(roomBanJSON),\#(addressBanJSON)]}}"#),
        (
            .removedFromRoom(
                RoomRemoval(
                    roomID: room, action: .moved, byUsername: "bob", reason: "r", toRoomID: RoomID(rawValue: 2))),
            #"{"RemovedFromRoom":{"room_id":1,"action":"moved","by_username":"bob","reason":"r","to_room_id":2}}"#
        ),
        (.listAudit(before: 5, limit: 10), #"{"ListAudit":{"before":5,"limit":10}}"#),
        (
            .auditPage(
                entries: [
                    AuditRecord(
                        id: 4, at: 1, actorID: user, actor: "ann", action: "message.delete",
                        targetID: UserID(rawValue: 8), target: "bob", roomID: room, messageID: MessageID(rawValue: 12),
                        detail: "d"),
                    AuditRecord(id: 3, at: 1, actorID: user, actor: "ann", action: "claim", detail: ""),
                ], hasMore: true),
            #"{"AuditPage":{"entries":[{"id":4,"at":1,"actor_id":7,"actor":"ann","action":"message.delete","#
                + #""target_id":8,"target":"bob","room_id":1,"message_id":12,"detail":"d"},"#
                + #"{"id":3,"at":1,"actor_id":7,"actor":"ann","action":"claim","detail":""}],"has_more":true}}"#
        ),
    ]

    private static let message = MessageID(rawValue: 12)
    private static let edited = ChatMessage(
        id: message, conversation: .room(room), authorID: user, author: "ann", content: "hi", sentAt: 1, editedAt: 2,
        replyTo: MessageID(rawValue: 11), mentions: [UserID(rawValue: 8)])
    private static let deleted = ChatMessage(
        id: message, conversation: .direct(user), authorID: user, author: "ann", content: "", sentAt: 1, deletedAt: 3,
        deletedBy: UserID(rawValue: 8), changeID: ChangeID(rawValue: 31))
    private static let editedJSON =
        #"{"message_id":12,"room_id":1,"author_id":7,"author":"ann","content":"hi","sent_at":1,"edited_at":2,"#
        + #""reply_to":11,"mentions":[8]}"#
    private static let deletedJSON =
        #"{"message_id":12,"user_id":7,"author_id":7,"author":"ann","content":"","sent_at":1,"deleted_at":3,"#
        + #""deleted_by":8,"change_id":31}"#

    static let text: [Example] = [
        (
            .roomMessage(
                roomID: room, senderUsername: "ann", content: "hi",
                details: MessageDetails(
                    messageID: message, clientID: "c-1", replyTo: MessageID(rawValue: 11), sentAt: 1, mentions: [user])),
            #"{"RoomMessage":{"room_id":1,"sender_username":"ann","content":"hi","message_id":12,"client_id":"c-1","#
                + #""reply_to":11,"sent_at":1,"mentions":[7]}}"#
        ),
        (
            .privateMessage(
                toUserID: user, senderUsername: "ann", content: "hi",
                details: MessageDetails(messageID: message, sentAt: 1)),
            #"{"PrivateMessage":{"to_user_id":7,"sender_username":"ann","content":"hi","message_id":12,"sent_at":1}}"#
        ),
        (.editMessage(messageID: message, content: "hi"), #"{"EditMessage":{"message_id":12,"content":"hi"}}"#),
        (.messageEdited(edited), #"{"MessageEdited":\#(editedJSON)}"#),
        (.deleteMessage(messageID: message, reason: "r"), #"{"DeleteMessage":{"message_id":12,"reason":"r"}}"#),
        (.messageDeleted(deleted), #"{"MessageDeleted":\#(deletedJSON)}"#),
        (.history(HistoryRequest(conversation: .room(room))), #"{"History":{"room_id":1}}"#),
        (
            .history(HistoryRequest(conversation: .direct(user), before: message, after: message, limit: 5)),
            #"{"History":{"user_id":7,"before":12,"after":12,"limit":5}}"#
        ),
        (
            .history(HistoryRequest(conversation: .room(room), changedAfter: ChangeID(rawValue: 30))),
            #"{"History":{"room_id":1,"changed_after":30}}"#
        ),
        (
            .historyPage(HistoryPage(conversation: .room(room), messages: [edited], hasMore: true)),
            #"{"HistoryPage":{"room_id":1,"messages":[\#(editedJSON)],"has_more":true}}"#
        ),
        (
            .search(SearchRequest(query: "q", order: .rank, before: message, limit: 5)),
            #"{"Search":{"query":"q","order":"rank","before":12,"limit":5}}"#
        ),
        (
            .searchResults(
                SearchPage(
                    results: [
                        SearchHit(
                            message: edited, snippet: "hi ho",
                            marks: [.init(start: 0, length: 2), .init(start: 3, length: 2)])
                    ], hasMore: false)),
            #"{"SearchResults":{"results":[{"message":\#(editedJSON),"snippet":"hi ho","marks":[[0,2],[3,2]]}],"#
                + #""has_more":false}}"#
        ),
        (.markRead(conversation: .direct(user), messageID: message), #"{"MarkRead":{"user_id":7,"message_id":12}}"#),
        (.readMarker(conversation: .room(room), messageID: message), #"{"ReadMarker":{"room_id":1,"message_id":12}}"#),
        (.listUnread(), #"{"ListUnread":{}}"#),
        (
            .listUnread(after: .room(room), limit: 5), #"{"ListUnread":{"after":{"room_id":1},"limit":5}}"#
        ),
        (
            .unreadList(
                conversations: [
                    UnreadSummary(
                        conversation: .room(room), name: "a", unreadCount: 0, mentionCount: 0, lastReadID: nil,
                        lastMessageID: nil),
                    UnreadSummary(
                        conversation: .direct(user), name: "ann", unreadCount: 3, mentionCount: 3, lastReadID: message,
                        lastMessageID: message, lastChangeID: ChangeID(rawValue: 31)),
                ], next: .direct(user)),
            #"{"UnreadList":{"conversations":[{"room_id":1,"name":"a","unread_count":0,"mention_count":0},"#
                + #"{"user_id":7,"name":"ann","unread_count":3,"mention_count":3,"last_read_id":12,"#
                + #""last_message_id":12,"last_change_id":31}],"next":{"user_id":7}}}"#
        ),
        (.typing(conversation: .direct(user)), #"{"Typing":{"user_id":7}}"#),
        (
            .userTyping(conversation: .room(room), userID: user, username: "ann"),
            #"{"UserTyping":{"room_id":1,"user_id":7,"username":"ann"}}"#
        ),
        (
            .userTyping(conversation: .direct(user), userID: user, username: "ann"),
            #"{"UserTyping":{"user_id":7,"username":"ann"}}"#
        ),
    ]
}
