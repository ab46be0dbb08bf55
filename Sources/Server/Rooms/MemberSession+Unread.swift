import ChatStore
import ControlWire
import Identifiers

extension MemberSession {
    private typealias Place = (key: ConversationKey, conversation: Conversation, name: String)

    /// `UnreadList`: the rooms that the account belongs to and may read, then the people it has written with, each by
    /// number: a page of them, for what is unread in each has to be counted.
    func listUnread(
        after cursor: Conversation?, limit: Int?, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let limit = limit ?? TextLimits.unreadPageDefault
        guard (1...TextLimits.unreadPageMax).contains(limit) else {
            throw RoomRefusal(.invalidValue, .valueRefused, "limit must be 1…\(TextLimits.unreadPageMax)")
        }
        await services.text.markers.flush(of: member.user)
        let summaries: [UnreadSummary]
        let hasMore: Bool
        do throws(ChatStoreError) {
            // One more than the page shows whether there is more.
            let places = try await self.places(of: member, after: cursor, count: limit + 1)
            hasMore = places.count > limit
            summaries = try await self.summaries(of: places.prefix(limit), member)
        } catch {
            throw .store(error)
        }
        outbox.post(
            EncodedLine.fitting(summaries, answering: requestID) { shown in
                .unreadList(
                    conversations: shown,
                    next: hasMore || shown.count < summaries.count ? shown.last?.conversation : nil)
            }.line)
    }

    /// Where the account reads, with what it calls it.
    private func places(
        of member: Member, after cursor: Conversation?, count: Int
    ) async throws(ChatStoreError) -> [Place] {
        let (lastRoom, lastPerson): (RoomID?, UserID) =
            switch cursor {
            case .room(let id): (id, .server)
            case .direct(let user): (nil, user)
            case nil: (RoomID(rawValue: 0), .server)
            }
        var places: [Place] = []
        if let lastRoom {
            places = try await services.directory.readableRooms(of: member, after: lastRoom, countMax: count)
                .map { (ConversationKey($0.id), .room($0.id), $0.name) }
        }
        guard places.count < count else { return places }
        let people = try await services.text.store.correspondents(
            of: member.user, after: lastPerson, limit: count - places.count)
        return places + people.map { ($0.key, .direct($0.other), $0.otherName) }
    }

    private func summaries(
        of places: ArraySlice<Place>, _ member: Member
    ) async throws(ChatStoreError) -> [UnreadSummary] {
        let rows = try await services.text.store.unread(of: member.user, conversations: places.map(\.key))
        return zip(places, rows).map { place, row in
            UnreadSummary(
                conversation: place.conversation, name: place.name, unreadCount: row.unread,
                mentionCount: row.key.isPrivate ? row.unread : row.mentions, lastReadID: row.lastReadID,
                lastMessageID: row.lastMessageID, lastChangeID: row.lastChangeID)
        }
    }
}
