import GRDB
public import Identifiers

extension ChatStore {
    /// Brings the log into the file and cuts it to nothing: until then the log holds what was there before a deletion.
    ///
    /// Waits for no reader and holds up no message for longer than a commit. False if somebody was in the way: to be tried
    /// again in a while. Not after ``close()``, which does the same.
    public func emptyLog() async -> Bool {
        await withCheckedContinuation { continuation in
            checkpoints.copy { [pool, checkpoints] in
                pool.asyncWriteWithoutTransaction { database in
                    continuation.resume(returning: checkpoints.empty(database))
                }
            }
        }
    }

    /// These messages in any order, tombstones included; unknown numbers are left out. At most ``historyRowsMax``.
    public func messages(ids: [MessageID]) async throws(ChatStoreError) -> [StoredMessage] {
        guard !ids.isEmpty else { return [] }
        return try await readPage { try $0.messages(ids: ids) }
    }
}
