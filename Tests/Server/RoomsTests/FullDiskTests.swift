import ControlWire
import Testing

@testable import ChatStore
@testable import Rooms

/// Trying again helps against a database that is busy, not against a full disk.
@Suite struct FullDiskTests {
    @Test func aFullDiskIsCalledThat() {
        let full = RoomRefusal.store(ChatStoreError(.diskFull, "database or disk is full"))
        #expect(full.explanation.hasPrefix("The server's disk is full"))
        #expect(full.code == .internalError && full.event == .databaseFailed)
        let other = RoomRefusal.store(ChatStoreError(.databaseUnavailable, "database is locked"))
        #expect(other.explanation == "The server's database does not answer; try again")
    }
}
