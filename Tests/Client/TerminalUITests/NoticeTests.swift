import CellScreen
import ControlWire
import Identifiers
import TerminalUI
import Testing

/// Of several things that happened at once, which are on the screen.
struct NoticeTests {
    private let place = RoomID(rawValue: 1)

    private func chatter(_ number: Int, to desk: Desk) {
        desk.hear(.roomMessage(roomID: place, senderUsername: "", content: "\(number) joined the room"))
    }

    private func shown(_ desk: Desk) -> [String] { desk.model.noticesShown.map(\.text) }

    /// The rows of the screen, one after the other.
    private func screen(_ desk: Desk) -> String { View.draw(desk.model).text }

    @Test func `an error stays for its time, with what happens meanwhile below it`() {
        let desk = Desk.online()
        desk.send(.problem("the settings cannot be read"))
        for number in 1...Model.noticesMax + 1 { chatter(number, to: desk) }
        #expect(shown(desk) == ["the settings cannot be read", "\(Model.noticesMax + 1) joined the room"])
        #expect(screen(desk).contains("! the settings cannot be read"))
        #expect(screen(desk).contains("› \(Model.noticesMax + 1) joined the room"))
        desk.wait(Model.noticeLifetime)
        #expect(shown(desk) == ["the settings cannot be read"])
        desk.wait(Model.errorLifetime)
        #expect(shown(desk).isEmpty)
    }

    @Test func `a newer error takes the place of an older one, and of chatter`() {
        let desk = Desk.online()
        desk.send(.problem("one"))
        chatter(1, to: desk)
        desk.send(.problem("two"))
        #expect(shown(desk) == ["two"])
    }

    @Test(arguments: [RoomRemoval.Action.kicked, .moved])
    func `who has taken the person out of a room, and why, is replaced by nothing`(action: RoomRemoval.Action) {
        let desk = Desk.online(rooms: [room(1, "General"), room(2, "Lounge")])
        desk.hear(
            .removedFromRoom(
                RoomRemoval(
                    roomID: place, action: action, byUsername: "bob", reason: "noise",
                    toRoomID: RoomID(rawValue: 2))))
        for number in 1...Model.noticesMax { desk.send(.problem("problem \(number)")) }
        #expect(shown(desk).count == 2)
        #expect(shown(desk).first?.contains("bob") == true && shown(desk).first?.contains("noise") == true)
        #expect(shown(desk).last == "problem \(Model.noticesMax)")
    }

    @Test func `who has deleted a room stays to be read`() {
        let desk = Desk.online(rooms: [room(1, "General"), room(2, "Lounge")])
        desk.hear(.roomDeleted(roomID: RoomID(rawValue: 2), name: "Lounge", byUsername: "bob"))
        chatter(1, to: desk)
        #expect(shown(desk) == ["bob has deleted the room “Lounge”.", "1 joined the room"])
    }
}
