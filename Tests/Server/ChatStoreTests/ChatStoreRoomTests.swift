import ChatStore
import Foundation
import Identifiers
import TestSupport
import Testing

@Suite struct ChatStoreRoomTests {
    private let directory: TemporaryFolder
    private let store: ChatStore
    private let creator: UserID

    init() async throws {
        directory = try TemporaryFolder()
        store = try await ChatStore.open(path: directory.file("store.sqlite"))
        creator = try await store.createAccount(
            name: "a", nameKey: "a", passwordHash: "", at: .now, accountsMax: 10
        ).id
    }

    private func create(_ name: String, id: UInt64? = nil, roomsMax: Int = 10) async throws(ChatStoreError)
        -> RoomRecord
    {
        try await store.createRoom(
            NewRoom(
                id: id.map(RoomID.init(rawValue:)), name: name, nameKey: name.lowercased(),
                description: "about \(name)",
                passwordHash: nil, creator: creator), at: .now, roomsMax: roomsMax)
    }

    @Test func firstStartMakesGeneral() async throws {
        let rooms = try await store.rooms()
        #expect(rooms.map(\.name) == ["General"])
        #expect(rooms.map(\.id) == [RoomID(rawValue: 1)])
        #expect(rooms.first?.creator == nil)
    }

    @Test func clientMayChooseTheNumber() async throws {
        let room = try await create("music", id: 42)
        #expect(room.id == RoomID(rawValue: 42))
        #expect(try await store.rooms().last?.description == "about music")
        #expect(try await store.rooms().last?.creator == creator)
    }

    @Test func serverChoosesTheLowestFreeNumber() async throws {
        _ = try await create("high", id: UInt64(Int64.max))
        #expect(try await create("second").id == RoomID(rawValue: 2))
        #expect(try await create("third").id == RoomID(rawValue: 3))
    }

    @Test func numberInUseAndNameInUseAreRefused() async throws {
        #expect(await #expect(throws: ChatStoreError.self) { try await create("other", id: 1) }?.code == .roomExists)
        #expect(await #expect(throws: ChatStoreError.self) { try await create("GENERAL") }?.code == .roomExists)
    }

    @Test func roomsAreCountedAtTheLimitAndOnePast() async throws {
        _ = try await create("second", roomsMax: 2)
        let error = await #expect(throws: ChatStoreError.self) { try await create("third", roomsMax: 2) }
        #expect(error?.code == .limitReached)
    }

    @Test func numberBeyondTheStoreIsRefused() async throws {
        let error = await #expect(throws: ChatStoreError.self) { try await create("x", id: .max) }
        #expect(error?.code == .limitReached)
    }
}
