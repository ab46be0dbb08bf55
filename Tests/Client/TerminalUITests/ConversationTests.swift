import CellScreen
import ControlWire
import Identifiers
import KeyInput
import RoomClient
import TerminalUI
import Testing

@Suite("conversations")
struct ConversationTests {
    @Test("after the login rooms of the account are joined, and the first one is shown from its newest page")
    func login() {
        let desk = Desk()
        let rooms = [room(1, "General"), room(2, "Lounge", isMember: false), room(3, "Attic")]
        desk.logIn(rooms: rooms)
        let effects = desk.takeEffects()
        #expect(effects.contains(.request(.join(RoomID(rawValue: 1), password: nil))))
        #expect(effects.contains(.request(.join(RoomID(rawValue: 3), password: nil))))
        #expect(!effects.contains(.request(.join(RoomID(rawValue: 2), password: nil))))
        #expect(desk.model.conversations.map(\.name) == ["Attic", "General"])
        #expect(desk.model.selected == general)
        #expect(effects.contains(.request(.history(HistoryRequest(conversation: general, limit: 50), .newest))))
    }

    @Test("who is in no room is shown the rooms there are")
    func noRoom() {
        let desk = Desk()
        desk.logIn(rooms: [room(1, "General", isMember: false)])
        guard case .rooms(let browser) = desk.model.overlay else {
            Issue.record("no list of rooms")
            return
        }
        #expect(browser.rooms?.map(\.name) == ["General"])
        desk.press(.enter)
        #expect(desk.takeEffects().contains(.request(.join(RoomID(rawValue: 1), password: nil))))
        desk.join(room(1, "General"))
        #expect(desk.model.overlay == nil)
        #expect(desk.model.selected == general)
    }

    @Test("live messages stand once and in order, also when a page brings them again")
    func order() {
        let desk = Desk.online()
        desk.say("one", id: 10)
        desk.say("two", id: 11)
        let page = HistoryPage(
            conversation: general, messages: [message(9, "zero"), message(10, "one"), message(11, "two")],
            hasMore: true)
        desk.answer(.history(HistoryRequest(conversation: general, limit: 50), .newest), .history(page))
        #expect(desk.texts == ["zero", "one", "two"])
        #expect(desk.model.selectedState?.log.hasOlder == true)
    }

    @Test("an edit and a deletion change what is shown; an older state never comes back")
    func changes() {
        let desk = Desk.online()
        desk.say("one", id: 10)
        desk.hear(.messageEdited(message(10, "uno", changeID: 2)))
        #expect(desk.texts == ["uno"])
        let page = HistoryPage(conversation: general, messages: [message(10, "one", changeID: 1)], hasMore: false)
        desk.answer(.history(HistoryRequest(conversation: general, limit: 50), .newest), .history(page))
        #expect(desk.texts == ["uno"])
    }

    @Test("a message is shown at once, posted under a name of its own, and stands once when it is stored")
    func posting() throws {
        let desk = Desk.online()
        _ = desk.takeEffects()
        desk.type("hello\n")
        let pending = try #require(desk.model.selectedState?.pending.first)
        #expect(pending.content == "hello")
        let request = Request.post("hello", to: general, clientID: pending.clientID, replyTo: nil)
        #expect(desk.takeEffects().contains(.request(request)))
        desk.answer(request, .posted(message(5, "hello", by: 1)))
        #expect(desk.model.selectedState?.pending.isEmpty == true)
        #expect(desk.texts == ["hello"])
    }

    @Test("what was under way when the server was lost is posted again under the same name")
    func reposting() throws {
        let desk = Desk.online()
        desk.type("hello\n")
        let pending = try #require(desk.model.selectedState?.pending.first)
        let request = Request.post("hello", to: general, clientID: pending.clientID, replyTo: nil)
        let lost = RoomClientError(.connectionLost, "gone")
        desk.send(.answered(request, .failure(lost)))
        desk.send(.lost(lost))
        #expect(desk.model.selectedState?.pending.count == 1)
        _ = desk.takeEffects()
        desk.logIn()
        #expect(desk.takeEffects().filter { $0 == .request(request) }.count == 1)
    }

    @Test("a refused message goes back into the empty line, or stays to be sent again")
    func refusal() throws {
        let desk = Desk.online()
        desk.type("hello\n")
        let first = try #require(desk.model.selectedState?.pending.first)
        let refusal = RoomClientError(.rateLimited, "slow mode: wait 5 s", retryAfter: .seconds(5))
        desk.send(
            .answered(.post("hello", to: general, clientID: first.clientID, replyTo: nil), .failure(refusal)))
        #expect(desk.model.selectedState?.line.text == "hello")
        #expect(desk.noticeText.contains("slow mode"))
        desk.press(.enter)
        let second = try #require(desk.model.selectedState?.pending.first)
        desk.type("more")
        desk.send(
            .answered(.post("hello", to: general, clientID: second.clientID, replyTo: nil), .failure(refusal)))
        #expect(desk.model.selectedState?.line.text == "more")
        #expect(desk.model.selectedState?.pending.first?.failure != nil)
        _ = desk.takeEffects()
        desk.press(.character("r"), .alt)
        #expect(
            desk.takeEffects().contains(.request(.post("hello", to: general, clientID: second.clientID, replyTo: nil))))
    }

    @Test("unread and mentions are counted elsewhere, and taken back when the room is looked at")
    func unread() {
        let desk = Desk.online(rooms: [room(1, "General"), room(2, "Lounge")])
        desk.say("psst", id: 20, in: 2)
        desk.say("@ada", id: 21, in: 2, mentions: [ada])
        let lounge = Conversation.room(RoomID(rawValue: 2))
        #expect(desk.model.state(of: lounge)?.unreadCount == 2)
        #expect(desk.model.state(of: lounge)?.mentionCount == 1)
        #expect(desk.takeEffects().contains(.alert(.mention)))
        desk.press(.character("a"), .alt)
        #expect(desk.model.selected == lounge)
        #expect(desk.model.selectedState?.firstUnreadID == MessageID(rawValue: 20))
        #expect(desk.model.state(of: lounge)?.unreadCount == 0)
        #expect(desk.takeEffects().contains(.request(.markRead(lounge, MessageID(rawValue: 21)))))
    }

    @Test("a hundred messages in a second are marked read once, and the last of them at the end")
    func readMarks() {
        let desk = Desk.online()
        _ = desk.takeEffects()
        for number in 1...100 {
            desk.now += .milliseconds(10)
            desk.say("message", id: UInt64(number))
        }
        desk.wait(.seconds(3))
        let marks = desk.takeEffects().filter { if case .request(.markRead) = $0 { true } else { false } }
        #expect(marks.count <= 3)
        #expect(marks.last == .request(.markRead(general, MessageID(rawValue: 100))))
        #expect(desk.model.deadline == nil)
    }

    @Test("nothing is marked read while the window has no keyboard, or old messages are looked at")
    func unseen() {
        let desk = Desk.online()
        desk.send(.input(.focus(false)))
        _ = desk.takeEffects()
        desk.say("one", id: 1)
        #expect(desk.model.selectedState?.unreadCount == 1)
        desk.send(.input(.focus(true)))
        #expect(desk.takeEffects().contains(.request(.markRead(general, MessageID(rawValue: 1)))))
    }

    @Test("scrolling back asks for older pages, one at a time, until there are no more")
    func scrolling() {
        let desk = Desk.online()
        let page = HistoryPage(
            conversation: general, messages: (100..<150).map { message($0, "m\($0)") }, hasMore: true)
        desk.answer(.history(HistoryRequest(conversation: general, limit: 50), .newest), .history(page))
        _ = desk.takeEffects()
        for _ in 0..<10 { desk.press(.pageUp) }
        let older = Request.history(
            HistoryRequest(conversation: general, before: MessageID(rawValue: 100), limit: 50), .older)
        #expect(desk.takeEffects().filter { $0 == .request(older) }.count == 1)
        let rest = HistoryPage(conversation: general, messages: [message(99, "first")], hasMore: false)
        desk.answer(older, .history(rest))
        for _ in 0..<10 { desk.press(.pageUp) }
        #expect(desk.takeEffects().isEmpty)
        #expect(desk.model.selectedState?.scroll?.bottom == MessageID(rawValue: 99))
        desk.press(.escape)
        #expect(desk.model.selectedState?.scroll == nil)
    }

    @Test("every line of a message that is longer than the screen can be reached, up and down")
    func longMessage() {
        let desk = Desk.online()
        desk.say("before", id: 1)
        desk.say((1...100).map { "line \($0)." }.joined(separator: "\n"), id: 2)
        desk.say("after", id: 3)
        desk.answer(
            .history(HistoryRequest(conversation: general, limit: 50), .newest),
            .history(HistoryPage(conversation: general, messages: [], hasMore: false)))
        var seen = View.draw(desk.model).text
        for _ in 0..<12 {
            desk.press(.pageUp)
            seen += View.draw(desk.model).text
        }
        for number in 1...100 { #expect(seen.contains("line \(number)."), "going up") }
        #expect(View.draw(desk.model).text.contains("before"))
        seen = ""
        for _ in 0..<12 {
            desk.press(.pageDown)
            seen += View.draw(desk.model).text
        }
        for number in 30...100 { #expect(seen.contains("line \(number)."), "going down") }
        #expect(desk.model.selectedState?.scroll == nil)
        #expect(View.draw(desk.model).text.contains("after"))
    }

    @Test("what the server has counted already is not counted again when it comes after a reconnect")
    func countedOnce() {
        let lounge = Conversation.room(RoomID(rawValue: 2))
        var second = room(2, "Lounge")
        second.lastMessageID = MessageID(rawValue: 10)
        let rooms = [room(1, "General"), second]
        let desk = Desk()
        desk.logIn(rooms: rooms)
        desk.say("first", id: 11, in: 2)
        desk.send(.lost(RoomClientError(.connectionLost, "gone")))
        second.lastMessageID = MessageID(rawValue: 13)
        let unread = UnreadSummary(
            conversation: lounge, name: "Lounge", unreadCount: 3, mentionCount: 0, lastReadID: nil,
            lastMessageID: MessageID(rawValue: 13))
        desk.logIn(rooms: [room(1, "General"), second], unread: [unread])
        let missed = HistoryRequest(conversation: lounge, after: MessageID(rawValue: 11), limit: 200)
        let page = HistoryPage(
            conversation: lounge, messages: [message(12, "second", in: 2), message(13, "third", in: 2)], hasMore: false)
        desk.answer(.history(missed, .missed), .history(page))
        #expect(desk.model.state(of: lounge)?.unreadCount == 3)
        desk.say("fourth", id: 14, in: 2)
        #expect(desk.model.state(of: lounge)?.unreadCount == 4)
    }

    @Test("a hit of the search is shown among its neighbours, and End returns to the newest")
    func context() {
        let desk = Desk.online()
        desk.say("newest", id: 1_000)
        desk.type("/search words\n")
        let hit = SearchHit(message: message(500, "words"), snippet: "words", marks: [])
        desk.answer(.search(query: "words", before: nil), .search(SearchPage(results: [hit], hasMore: false)))
        _ = desk.takeEffects()
        desk.press(.enter)
        let wanted = desk.takeEffects().compactMap { effect -> (HistoryRequest, HistoryPurpose)? in
            if case .request(.history(let request, let purpose)) = effect { (request, purpose) } else { nil }
        }
        #expect(wanted.map(\.1) == [.contextBefore(MessageID(rawValue: 500)), .contextAfter(MessageID(rawValue: 500))])
        let before = HistoryPage(
            conversation: general, messages: [message(499, "before"), message(500, "words")], hasMore: true)
        let after = HistoryPage(conversation: general, messages: [message(501, "after")], hasMore: true)
        desk.answer(.history(wanted[0].0, wanted[0].1), .history(before))
        desk.answer(.history(wanted[1].0, wanted[1].1), .history(after))
        #expect(desk.texts == ["before", "words", "after"])
        #expect(desk.model.focus == .messages(MessageID(rawValue: 500)))
        desk.say("newer still", id: 1_001)
        #expect(desk.texts == ["before", "words", "after"])
        #expect(desk.model.selectedState?.log.missedCount == 1)
        _ = desk.takeEffects()
        desk.press(.escape)
        #expect(
            desk.takeEffects().contains(.request(.history(HistoryRequest(conversation: general, limit: 50), .newest))))
        #expect(desk.model.selectedState?.log.isDetached == false)
    }

    @Test("a log is bounded: at the limit nothing goes, one past it the oldest")
    func bounds() {
        var log = MessageLog()
        log.hasOlder = false
        for id in 1...UInt64(MessageLog.messagesMax) { log.put(message(id, "m")) }
        log.trimOldest()
        #expect(log.messages.count == MessageLog.messagesMax)
        #expect(!log.hasOlder)
        log.put(message(UInt64(MessageLog.messagesMax) + 1, "m"))
        log.trimOldest()
        #expect(log.messages.count == MessageLog.messagesMax)
        #expect(log.first?.id == MessageID(rawValue: 2))
        #expect(log.hasOlder)
    }

    @Test("escapes in what others write reach no screen; line breaks do")
    func safety() {
        let desk = Desk.online()
        desk.say("a\u{1B}[2Jb\nc\u{202E}d", id: 1)
        #expect(desk.texts == ["a\u{FFFD}[2Jb\nc\u{FFFD}d"])
    }

    @Test("a private message from somebody new opens a conversation and says so")
    func direct() {
        let desk = Desk.online()
        _ = desk.takeEffects()
        desk.hear(
            .privateMessage(
                toUserID: ada, senderUsername: "bob", content: "psst",
                details: MessageDetails(messageID: MessageID(rawValue: 7), sentAt: 0)),
            from: bob)
        #expect(desk.model.state(of: .direct(bob))?.unreadCount == 1)
        #expect(desk.takeEffects().contains(.alert(.privateMessage)))
        desk.press(.tab)
        #expect(desk.model.selected == .direct(bob))
        #expect(desk.texts == ["psst"])
    }

    @Test("who types is shown for a while, until the message comes")
    func typing() {
        let desk = Desk.online()
        desk.hear(.userTyping(conversation: general, userID: bob, username: "bob"), from: bob)
        #expect(desk.model.selectedState?.typists.map(\.name) == ["bob"])
        desk.say("done", id: 1)
        #expect(desk.model.selectedState?.typists.isEmpty == true)
        desk.hear(.userTyping(conversation: general, userID: bob, username: "bob"), from: bob)
        desk.wait(.seconds(7))
        #expect(desk.model.selectedState?.typists.isEmpty == true)
        _ = desk.takeEffects()
        desk.type("hello")
        let told = desk.takeEffects().filter { if case .send(.typing) = $0 { true } else { false } }
        #expect(told.count == 1)
    }

    @Test("a room that one is put out of is gone, and why is said")
    func removal() {
        let desk = Desk.online()
        desk.hear(
            .removedFromRoom(
                RoomRemoval(roomID: RoomID(rawValue: 1), action: .kicked, byUsername: "bob", reason: "noise")))
        #expect(desk.model.conversations.isEmpty)
        #expect(desk.model.selected == nil)
        #expect(desk.noticeText.contains("noise"))
    }
}
