import ChatStore
import Identifiers
import MessageSearch

/// Takes from the store what became durable and hands it to whom it concerns: the one order in which text is written
/// is the order in which everybody sees it.
struct TextDispatcher: Sendable {
    let store: ChatStore
    let search: MessageSearch?
    let privateMessages: PrivateMessages
    let directory: RoomDirectory

    /// Runs until the task is cancelled or the store closes; then nobody waits for an outcome any longer.
    func run() async {
        for await batch in store.commits {
            await dispatch(batch)
            search?.noteChanges()
        }
        for room in await directory.allRooms.values { await room.endText() }
        await privateMessages.endText()
    }

    /// One call for each room and batch, however many messages it holds.
    private func dispatch(_ batch: [CommittedChange]) async {
        let rooms = await directory.allRooms
        var changes: [ConversationKey: [CommittedChange]] = [:]
        var privateChanges: [CommittedChange] = []
        for change in batch {
            if change.conversation.isPrivate {
                privateChanges.append(change)
            } else {
                changes[change.conversation, default: []].append(change)
            }
        }
        for (conversation, changes) in changes {
            guard let id = conversation.room, let room = rooms[id] else { continue }
            await room.committed(changes)
        }
        if !privateChanges.isEmpty { await privateMessages.committed(privateChanges, through: directory) }
    }
}
