import ControlWire
import Identifiers
import Permissions
import RoomClient
import TerminalUI
import Testing

/// What a server, or a crowd, can fill: at the limit all is kept, one past it something goes that nobody misses.
struct ModelLimitTests {
    @Test func `of more notices than are shown the oldest goes`() {
        let desk = Desk.online()
        for number in 1...Model.noticesMax { desk.hear(.serverResponse(success: false, content: "notice \(number)")) }
        #expect(desk.model.notices.count == Model.noticesMax)
        #expect(desk.noticeText.contains("notice 1"))
        desk.hear(.serverResponse(success: false, content: "one more"))
        #expect(desk.model.notices.count == Model.noticesMax)
        #expect(!desk.noticeText.contains("notice 1"))
        #expect(desk.noticeText.contains("one more"))
    }

    @Test func `as many who type are shown as are kept, and no more`() {
        let desk = Desk.online()
        for number in 1...Model.typistsMax + 1 {
            desk.hear(
                .userTyping(
                    conversation: general, userID: UserID(rawValue: UInt64(100 + number)), username: "u\(number)"))
            #expect(desk.model.selectedState?.typists.count == min(number, Model.typistsMax))
        }
    }

    @Test func `names of as many people are kept as may be, and those known still change`() {
        let desk = Desk.online()
        let known = desk.model.people.count
        for number in 0..<Model.peopleMax - known {
            let userID = UserID(rawValue: UInt64(1_000 + number))
            desk.model.people[userID] = Model.Person(name: "u")
        }
        desk.hear(.userStatusUpdate(userID: UserID(rawValue: 900), username: "late", isOnline: true))
        #expect(desk.model.people.count == Model.peopleMax)
        desk.hear(.userStatusUpdate(userID: bob, username: "bob", isOnline: false))
        #expect(desk.model.people[bob]?.isOnline == false)
    }

    @Test(arguments: [(Model.roomsJoinedMax, Model.roomsJoinedMax), (Model.roomsJoinedMax + 1, Model.roomsJoinedMax)])
    func `as many rooms are joined by themselves as may be`(memberships: Int, joins: Int) {
        let desk = Desk()
        let rooms = (1...UInt64(memberships)).map { room($0, "Room \($0)") }
        desk.send(
            .loggedIn(.init(userID: ada, grant: AccountGrant(username: "ada", role: .member), greeting: "")))
        _ = desk.takeEffects()
        desk.answer(.rooms, .rooms(rooms))
        let asked = desk.takeEffects().filter { if case .request(.join) = $0 { true } else { false } }
        #expect(asked.count == joins)
    }

    @Test func `a message has as many lines as are kept, and what follows them is cut`() {
        let desk = Desk.online()
        let most = (1...SafeText.linesMax).map(String.init).joined(separator: "\n")
        desk.say(most, id: 1)
        desk.say(most + "\nmore", id: 2)
        #expect(desk.texts == [most, most])
    }
}
