import ControlWire
import Foundation
import Identifiers
import RoomClient
import Testing

struct RoomSelectorTests {
    private let rooms = [(1, "General"), (2, "general talk"), (7, "Music"), (9, "42"), (10, "Lounge")].map {
        RoomSummary(id: RoomID(rawValue: $0.0), name: $0.1, description: "", isPasswordProtected: false)
    }

    @Test(arguments: [("general", 1), ("General", 1), ("MUSIC", 7), ("7", 7), ("42", 9)] as [(String, UInt64)])
    func `a room is found by number, name and name that is a number`(text: String, id: UInt64) throws {
        #expect(try RoomSelector(parsing: text).find(in: rooms).id == RoomID(rawValue: id))
    }

    @Test func `an unknown room names the nearest ones, nearest first`() {
        #expect { try RoomSelector(parsing: "Genral").find(in: rooms) } throws: { error in
            let text = "\(error)"
            guard let general = text.range(of: "“General” (1)"), let other = text.range(of: "“Music” (7)") else {
                return false
            }
            return general.lowerBound < other.lowerBound && (error as? RoomClientError)?.code == .roomNotFound
        }
    }

    @Test func `a server without rooms says so`() {
        #expect { try RoomSelector(parsing: "x").find(in: []) } throws: { "\($0)".contains("no room yet") }
    }
}
