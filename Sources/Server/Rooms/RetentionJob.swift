import ChatStore
import Foundation
import Identifiers
import Logging
import MessageSearch

/// Deletes what rooms do not want to keep, and what deleted rooms left: a few hundred messages in a transaction, so
/// that new ones are written in between. Members see nothing of it but that history ends earlier.
struct RetentionJob: Sendable {
    let store: ChatStore
    let search: MessageSearch?
    let directory: RoomDirectory
    let counters: ControlCounters
    let interval: @Sendable () -> Duration
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await runOnce(at: Date())
            try? await Task.sleep(for: interval())
        }
    }

    func runOnce(at now: Date) async {
        do throws(ChatStoreError) {
            for (id, room) in await directory.allRooms {
                guard let (days, count) = await room.retention() else { continue }
                let instant = days.map { Int64((now.timeIntervalSince1970 - Double($0) * 86_400) * 1_000) }
                guard try await delete(ConversationKey(id), before: instant, keepingNewest: count) else { continue }
                await room.expireHistory(before: instant, keepingNewest: count)
            }
            for id in try await store.deletedRoomsWithMessages() {
                _ = try await delete(ConversationKey(id), before: nil, keepingNewest: 0)
            }
        } catch {
            // The next run does what this one did not.
            guard error.code != .cancelled else { return }
            counters.count(.databaseFailed)
            logger.warning("old messages were not deleted", metadata: ["cause": "\(error)"])
        }
    }

    /// - Returns: whether anything was deleted.
    private func delete(
        _ conversation: ConversationKey, before instant: Int64?, keepingNewest count: Int?
    ) async throws(ChatStoreError) -> Bool {
        var isAnythingGone = false
        while !Task.isCancelled,
            try await store.deleteExpired(
                in: conversation, before: instant, keepingNewest: count, batchMax: TextLimits.retentionBatchMax) > 0
        {
            isAnythingGone = true
            search?.noteChanges()
        }
        return isAnythingGone
    }
}
