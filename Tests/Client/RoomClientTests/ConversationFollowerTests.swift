import ControlWire
import Identifiers
import Testing

@testable import RoomClient

func followed(_ id: UInt64, _ content: String = "", change: UInt64? = nil) -> ChatMessage {
    ChatMessage(
        id: MessageID(rawValue: id), conversation: .room(RoomID(rawValue: 1)), authorID: UserID(rawValue: 1),
        author: "ada", content: content, sentAt: 0, editedAt: change.map(Int64.init),
        changeID: change.map(ChangeID.init(rawValue:)))
}

struct ConversationFollowerTests {
    @Test func `it begins with what comes after the first join`() {
        var follower = ConversationFollower()
        #expect(follower.handle(.joined(last: MessageID(rawValue: 7), lastChange: nil)) == [])
        #expect(follower.handle(.live(followed(7))) == [])
        #expect(follower.handle(.live(followed(9))) == [.deliver(followed(9))])
        #expect(follower.handle(.live(followed(9))) == [])
    }

    @Test func `after a loss it asks for what was written meanwhile, page by page, before anything newer`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 3))
        #expect(
            follower.handle(.joined(last: MessageID(rawValue: 6), lastChange: nil)) == [
                .fetch(after: MessageID(rawValue: 3))
            ])
        #expect(follower.handle(.live(followed(7))) == [])
        let first = follower.handle(.page([followed(4), followed(5)], hasMore: true))
        #expect(first == [.deliver(followed(4)), .deliver(followed(5)), .fetch(after: MessageID(rawValue: 5))])
        #expect(!follower.isUpToDate)
        let second = follower.handle(.page([followed(6), followed(7)], hasMore: false))
        #expect(second == [.deliver(followed(6)), .deliver(followed(7))])
        #expect(follower.isUpToDate)
    }

    @Test func `an edit that overtakes its message is told with it, one that follows is told alone`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: nil))
        #expect(follower.handle(.changed(followed(1, "new", change: 5))) == [])
        #expect(
            follower.handle(.page([followed(1, "old")], hasMore: false)) == [.deliver(followed(1, "new", change: 5))])
        let later = followed(1, "newer", change: 6)
        #expect(follower.handle(.changed(later)) == [.deliverChange(later)])
    }

    @Test func `an edit that a page holds already is not told twice`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: nil))
        let edited = followed(1, "new", change: 5)
        _ = follower.handle(.changed(edited))
        #expect(follower.handle(.page([edited], hasMore: false)) == [.deliver(edited)])
    }

    @Test func `a server that promises more and brings nothing is not asked without end`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 1))
        _ = follower.handle(.joined(last: MessageID(rawValue: 5), lastChange: nil))
        #expect(follower.handle(.page([], hasMore: true)) == [])
        #expect(follower.isUpToDate)
    }

    @Test(arguments: [ConversationFollower.waitingMax, ConversationFollower.waitingMax + 1])
    func `what does not fit the waiting messages is fetched`(count: Int) {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: nil))
        let live = (2...UInt64(count + 1)).map { followed($0) }
        for message in live { #expect(follower.handle(.live(message)) == []) }
        let actions = follower.handle(.page([followed(1)], hasMore: true))
        if count == ConversationFollower.waitingMax {
            #expect(actions == ([followed(1)] + live).map { .deliver($0) })
        } else {
            #expect(actions == [.deliver(followed(1)), .fetch(after: MessageID(rawValue: 1))])
            let rest = follower.handle(.page(live, hasMore: false))
            #expect(rest == live.map { .deliver($0) })
        }
    }

    @Test func `what changed while it was away is asked for before what was written, and told once`() {
        var follower = ConversationFollower()
        _ = follower.handle(.joined(last: MessageID(rawValue: 3), lastChange: ChangeID(rawValue: 5)))
        _ = follower.handle(.connectionLost)
        let joined = follower.handle(.joined(last: MessageID(rawValue: 4), lastChange: ChangeID(rawValue: 8)))
        #expect(joined == [.fetchChanges(after: ChangeID(rawValue: 5))])
        // Message 4 is in the history, in the state of its change.
        let changes = [followed(2, "b", change: 6), followed(4, "d", change: 7), followed(3, "c", change: 8)]
        let turned = follower.handle(.changes(changes, hasMore: false))
        #expect(
            turned == [
                .deliverChange(changes[0]), .deliverChange(changes[2]), .fetch(after: MessageID(rawValue: 3)),
            ])
        #expect(follower.handle(.page([changes[1]], hasMore: false)) == [.deliver(changes[1])])
        // All of it again, late.
        for change in changes { #expect(follower.handle(.changed(change)) == []) }
        #expect(follower.handle(.changed(followed(4, "e", change: 9))) == [.deliverChange(followed(4, "e", change: 9))])
    }

    @Test func `a change that a page had before it was announced is not told twice, over a loss either`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: nil))
        let edited = followed(1, "new", change: 5)
        #expect(follower.handle(.page([edited], hasMore: false)) == [.deliver(edited)])
        _ = follower.handle(.connectionLost)
        let joined = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: ChangeID(rawValue: 5)))
        #expect(joined == [.fetchChanges(after: ChangeID(rawValue: 0))])
        #expect(follower.handle(.changes([edited], hasMore: false)) == [])
        #expect(follower.isUpToDate)
    }

    @Test(arguments: [ConversationFollower.waitingMax, ConversationFollower.waitingMax + 1])
    func `changes that do not fit those that wait are fetched`(count: Int) {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: UInt64(count)), lastChange: nil))
        let changes = (1...UInt64(count)).map { followed($0, "new", change: $0) }
        for change in changes { #expect(follower.handle(.changed(change)) == []) }
        let old = (1...UInt64(count)).map { followed($0) }
        let actions = follower.handle(.page(old, hasMore: false))
        let known = changes.prefix(ConversationFollower.waitingMax).map { ConversationFollower.Action.deliver($0) }
        if count == ConversationFollower.waitingMax {
            #expect(actions == known)
        } else {
            #expect(actions == known + [.deliver(old[count - 1]), .fetchChanges(after: ChangeID(rawValue: 0))])
            #expect(follower.handle(.changes(changes, hasMore: false)) == [.deliverChange(changes[count - 1])])
        }
        #expect(follower.isUpToDate)
    }

    @Test func `a server that promises changes and brings none is not asked without end`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 1))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: ChangeID(rawValue: 1)))
        _ = follower.handle(.connectionLost)
        _ = follower.handle(.joined(last: MessageID(rawValue: 1), lastChange: ChangeID(rawValue: 9)))
        #expect(follower.handle(.changes([], hasMore: true)) == [])
        #expect(follower.isUpToDate)
    }
}
