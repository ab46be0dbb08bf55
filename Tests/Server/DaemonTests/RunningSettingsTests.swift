import ControlServer
import ControlWire
import Rooms
import Synchronization
import Testing

@testable import Daemon

/// Settings as administrators see and change them while a server runs.
@Suite struct RunningSettingsTests {
    private final class Applied: Sendable {
        let roomsMax = Mutex<[Int]>([])
    }

    private let applied = Applied()

    private func settings() -> RunningSettings {
        RunningSettings(
            DaemonConfiguration(), isLive: { $0.key.hasPrefix("rooms.") || $0.key == "control.idle_seconds" },
            apply: { [applied] configuration in applied.roomsMax.withLock { $0.append(configuration.rooms.roomsMax) } })
    }

    @Test func allAreShownAsTheyStandInTheFile() {
        let records = settings().records
        #expect(records.map(\.key) == DaemonSettings.all.map(\.key))
        let rooms = records.first { $0.key == "rooms.max" }
        #expect(rooms?.value == "256" && rooms?.allowed == "1…65000 rooms" && rooms?.isChangeable == true)
        #expect(records.first { $0.key == "voice.port" }?.isChangeable == false)
    }

    @Test func aChangeHoldsAtOnceAndIsShown() async throws {
        let settings = settings()
        #expect(try await settings.set("rooms.max", to: "65000").value == "65000")
        #expect(applied.roomsMax.withLock { $0 } == [65_000])
        #expect(settings.records.first { $0.key == "rooms.max" }?.value == "65000")
    }

    /// What one of the two brought is not undone by the other's next change.
    @Test func aReloadAndAnAdministratorChangeTheSame() async throws {
        let settings = settings()
        _ = try await settings.set("rooms.max", to: "9")
        var file = DaemonConfiguration()
        file.rooms.roomsMax = 7
        file.control.idleTimeout = .seconds(400)
        let outcome = try settings.take(file) { _ in }
        #expect(outcome.changed == ["control.idle_seconds", "rooms.max"])
        #expect(settings.records.first { $0.key == "rooms.max" }?.value == "7")
        _ = try await settings.set("control.idle_seconds", to: "500")
        #expect(applied.roomsMax.withLock { $0 } == [9, 7, 7], "what the reload brought still holds")
    }

    @Test func whatAReloadCannotUseChangesNothing() throws {
        struct Unusable: Error {}
        let settings = settings()
        var file = DaemonConfiguration()
        file.rooms.roomsMax = 7
        #expect(throws: Unusable.self) { try settings.take(file) { _ in throw Unusable() } }
        #expect(settings.records.first { $0.key == "rooms.max" }?.value == "256")
        #expect(applied.roomsMax.withLock { $0 }.isEmpty)
    }

    @Test(arguments: [
        ("rooms.max", "65001", "rooms.max: expected 1…65000 rooms, found “65001”"),
        ("rooms.max", "many", "rooms.max: expected 1…65000 rooms, found “many”"),
        ("voice.port", "9000", "voice.port is read at the start: change the configuration and start the server again"),
        (
            "control.idle_seconds", "5",
            "control.idle_seconds: expected more than control.ping_after_seconds, 30, found “5”"
        ),
        ("rooms.maximum", "1", "there is no setting “rooms.maximum”"),
    ]) func whatCannotBeSetChangesNothing(key: String, value: String, text: String) async {
        let settings = settings()
        let refusal = await #expect(throws: SettingRefusal.self) { try await settings.set(key, to: value) }
        #expect(refusal?.description == text)
        #expect(applied.roomsMax.withLock { $0 }.isEmpty)
        #expect(settings.records.first { $0.key == "rooms.max" }?.value == "256")
    }
}
