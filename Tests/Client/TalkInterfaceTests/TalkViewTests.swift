import AudioDevice
import ControlWire
import RoomClient
import TerminalSupport
import Testing
import VoiceClient

@testable import TalkInterface

struct TalkViewTests {
    private func line(_ model: TalkModel, columns: Int = 120, now: Duration = .seconds(1)) -> String {
        TalkView.statusLine(model, columns: columns, now: now)
    }

    private func busy() -> TalkModel {
        var model = TalkModel.online(with: [person("ada", 2), person("bob", 3)])
        var statistics = VoiceStatistics()
        statistics.inputLevel = 30
        statistics.roundTripMilliseconds = 10
        statistics.talkers = [talker(2, isSpeaking: true), talker(3, isSpeaking: false, delay: 60)]
        _ = model.update(.tick(statistics), now: .zero)
        statistics.counters.framesReceived = 98
        statistics.counters.framesLost = 2
        _ = model.update(.tick(statistics), now: .seconds(1))
        return model
    }

    @Test func `before anything stands it says so`() {
        var model = TalkModel(server: testServer, mode: .pushToTalk)
        #expect(line(model) == "connecting")
        _ = model.update(.session(.joined(testRoom)), now: .zero)
        #expect(line(model) == "connecting voice")
    }

    @Test func `who speaks, own level, loss and delay are in the line`() {
        #expect(
            line(busy())
                == "listening | [#####-----] | General (3) | ada speaks | loss 2% | delay 45 ms | space: talk, ?: help")
    }

    @Test func `the command delay says where the milliseconds go, on one line`() {
        var model = busy()
        var statistics = model.statistics
        statistics.source.delaySampleCount = 120
        statistics.sink.delaySampleCount = 437
        statistics.sink.leadSampleCount = 360
        statistics.sink.leadGrowthCount = 2
        _ = model.update(.tick(statistics), now: .seconds(1))
        let expected =
            "delay: microphone 2.5 ms; round trip 10.0 ms; speaker 9.1 ms of 7.5 ms, grown 2 times; "
            + "buffer 40.0 ms, jitter 2.0 ms (ada)"
        #expect(model.update(.command(.delay), now: .seconds(1)) == [.print(expected)])
        var silent = TalkModel.online()
        let nothing = silent.update(.command(.delay), now: .zero)
        #expect(nothing == [.print("delay: microphone 0.0 ms; speaker 0.0 ms")])
    }

    @Test func `talking, muted and deafened are said in capitals`() {
        var model = busy()
        _ = model.update(.command(.talk(nil)), now: .seconds(1))
        #expect(line(model).hasPrefix("TALKING | "))
        _ = model.update(.command(.mute(nil)), now: .seconds(1))
        #expect(line(model).hasPrefix("MUTED | "))
        _ = model.update(.command(.deafen(true)), now: .seconds(1))
        #expect(line(model).hasPrefix("MUTED, DEAFENED | "))
        _ = model.update(.command(.mute(false)), now: .seconds(1))
        #expect(line(model).hasPrefix("TALKING, DEAFENED | "))
        _ = model.update(.command(.talk(false)), now: .seconds(1))
        #expect(line(model).hasPrefix("DEAFENED | "))
    }

    @Test func `in the other modes the engine knows who talks`() {
        var model = TalkModel.online(mode: .voiceActivated)
        #expect(line(model).hasPrefix("listening | "))
        var statistics = VoiceStatistics()
        statistics.isTransmitting = true
        _ = model.update(.tick(statistics), now: .seconds(1))
        #expect(line(model).hasPrefix("TALKING | "))
    }

    @Test func `voice that travels over the control connection is said to`() {
        var model = busy()
        #expect(!line(model).contains("TCP"))
        var statistics = model.statistics
        statistics.isTunnelled = true
        _ = model.update(.tick(statistics), now: .seconds(1))
        #expect(line(model).contains(" | voice over TCP | "))
        #expect(TalkView.plainStatus(model)?.headline.hasSuffix("; voice over TCP") == true)
    }

    @Test func `the volume is shown when it is not the usual`() {
        var model = busy()
        _ = model.update(.command(.volume(steps: -2)), now: .seconds(1))
        #expect(line(model).contains(" | volume 80% | "))
    }

    @Test(arguments: [
        (85, "listening | [#####-----] | General (3) | ada speaks | loss 2% | delay 45 ms"),
        (65, "listening | [#####-----] | ada speaks | loss 2% | delay 45 ms"),
        (50, "listening | [#####-----] | ada speaks | loss 2%"), (40, "listening | [#####-----] | ada speaks"),
        (30, "listening | ada speaks"), (15, "listening"), (8, "listeni…"), (1, "…"), (0, ""),
    ])
    func `what matters most stays longest when the terminal is narrow`(columns: Int, expected: String) {
        #expect(line(busy(), columns: columns) == expected)
    }

    @Test func `no width makes the line longer than the width`() {
        var model = busy()
        _ = model.update(
            announcement(.voiceUserJoined(roomID: testRoom.id, user: person("漢字の名前👩‍🚀", 4, isSpeaking: true))),
            now: .seconds(1))
        for columns in 0...130 {
            #expect(TerminalText.columns(of: line(model, columns: columns)) <= columns)
        }
    }

    @Test func `many speakers are counted`() {
        let people = (2...6).map { person("p\($0)", UInt16($0), isSpeaking: true) }
        #expect(line(.online(with: people)).contains("p2, p3, p4 +2 speak"))
    }

    @Test func `a lost server is shown with the time to the next attempt`() {
        var model = busy()
        let error = RoomClientError(.connectionLost, "gone")
        _ = model.update(.session(.lost(error)), now: .seconds(10))
        #expect(line(model, now: .seconds(10)) == "RECONNECTING")
        _ = model.update(.session(.retrying(after: .seconds(4), error)), now: .seconds(10))
        #expect(line(model, now: .seconds(11)) == "RECONNECTING in 4 s")
        #expect(line(model, now: .seconds(15)) == "RECONNECTING")
    }

    @Test(arguments: [(0, 10), (6, 9), (30, 5), (59, 1), (60, 0), (127, 0)] as [(UInt8, Int)])
    func `the level bar is linear in decibels`(level: UInt8, filled: Int) {
        var model = TalkModel.online()
        var statistics = VoiceStatistics()
        statistics.inputLevel = level
        _ = model.update(.tick(statistics), now: .zero)
        #expect(line(model).count { $0 == "#" } == filled)
    }

    @Test func `the log's line has no level and no keys`() {
        #expect(
            TalkView.plainStatus(busy())?.line == "status: listening; General (3); ada speaks; loss 2%; delay 45 ms")
        #expect(TalkView.plainStatus(TalkModel(server: testServer, mode: .pushToTalk)) == nil)
    }
}
