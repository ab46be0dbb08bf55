import ChatStore
import ControlWire
import Identifiers

extension Room {
    /// A page from memory; nil if the store has to be asked, by the caller and not by the room.
    ///
    /// Whoever asks first after a start lets the room read its newest messages; everybody else who asks meanwhile
    /// waits for that one read, and those who write do not wait.
    func page(
        _ request: HistoryRequest, limit: Int, for member: Member
    ) async throws(RoomRefusal) -> HistoryCache.Page? {
        try checkReading(member)
        // Changes may be of any age.
        guard request.changedAfter == nil else { return nil }
        try await fillHistory()
        // Something may have happened meanwhile.
        try checkReading(member)
        return history.page(before: request.before, after: request.after, limit: limit)
    }

    /// How far a member can have read: no further than what was published.
    func readMark(_ message: MessageID, of member: Member) throws(RoomRefusal) -> MessageID {
        try checkReading(member)
        guard let lastMessageID else { throw .unknownMessage }
        return min(message, lastMessageID)
    }

    /// What retention wants of this room; nil if everything is kept.
    func retention() -> (days: Int?, count: Int?)? {
        let record = access.record
        guard !isDeleted, record.retentionDays != nil || record.retentionCount != nil else { return nil }
        return (record.retentionDays, record.retentionCount)
    }

    /// The store let go of messages.
    func expireHistory(before instant: Int64?, keepingNewest: Int?) {
        history.expire(before: instant, keepingNewest: keepingNewest)
    }

    private func checkReading(_ member: Member) throws(RoomRefusal) {
        guard !mayRead(member) else { return }
        guard !isDeleted, access.isVisible(to: member.user, role: member.role) else { throw .roomUnknown }
        throw access.isMember(member.user) ? .mayNotRead : .notAMember
    }

    private func fillHistory() async throws(RoomRefusal) {
        guard history.wantsFill else { return }
        let task = filling ?? Task { await readHistory() }
        filling = task
        if let error = await task.value { throw .store(error) }
    }

    private func readHistory() async -> ChatStoreError? {
        defer { filling = nil }
        let fill = history.beginFill()
        do throws(ChatStoreError) {
            let (messages, hasMore) = try await store.messages(
                in: conversation, before: nil, after: nil, limit: history.countMax)
            history.finishFill(fill, messages, hasMore: hasMore)
            return nil
        } catch {
            history.endFill()
            return error
        }
    }
}
