import Identifiers
import Rooms
import Testing
import VoiceRelay

@testable import Operations

/// What is made of the parts' figures.
@Suite struct ServerMetricTests {
    private func room(_ id: UInt64, sessions: Int, reports: Int = 0) -> RoomVoiceFigures {
        var room = RoomVoiceFigures(id: RoomID(rawValue: id), name: "room \(id)")
        room.sessionCount = sessions
        room.speakerCount = 1
        room.reportCount = reports
        room.lossSum = 0.1 * Double(reports)
        room.latencySum = 0.04 * Double(reports)
        room.qualitySum = 4 * Double(reports)
        return room
    }

    private func text(_ rooms: [RoomVoiceFigures], roomsMax: Int) -> String {
        String(decoding: MetricText.render(MetricFamily.voice(rooms, roomsMax: roomsMax)), as: UTF8.self)
    }

    @Test func theServersFiguresAreThoseOfItsSessions() {
        let text = text([room(1, sessions: 3, reports: 2), room(2, sessions: 4, reports: 2)], roomsMax: 9)
        for line in [
            "roomtone_voice_sessions 7\n", "roomtone_voice_speakers 2\n", "roomtone_voice_reports 4\n",
            "roomtone_voice_latency_seconds 0.04\n", "roomtone_voice_quality_score 4\n",
            "roomtone_room_voice_sessions{room=\"2\",name=\"room 2\"} 4\n", "roomtone_metrics_rooms_omitted 0\n",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
    }

    @Test func withoutReportsNothingIsSaidOfQuality() {
        let text = text([room(1, sessions: 3)], roomsMax: 9)
        #expect(!text.contains("loss_ratio") && !text.contains("quality_score"))
    }

    @Test func roomsAtTheLimitAreShownAndOnePastItIsCounted() {
        let rooms = [room(1, sessions: 1), room(2, sessions: 5), room(3, sessions: 3)]
        #expect(text(rooms, roomsMax: 3).contains("roomtone_metrics_rooms_omitted 0\n"))
        let cut = text(rooms, roomsMax: 2)
        #expect(cut.contains("roomtone_metrics_rooms_omitted 1\n"))
        #expect(!cut.contains("room=\"1\"") && cut.contains("room=\"2\"") && cut.contains("room=\"3\""))
        // The server's own figures leave nobody out.
        #expect(cut.contains("roomtone_voice_sessions 9\n"))
    }

    @Test func everyCounterOfTheRelayIsAMetricOnce() {
        let listed = RelayCounter.traffic.map(\.counter) + RelayCounter.drops + RelayCounter.pressure
        #expect(listed.count == Set(listed).count)
        #expect(Set(listed) == Set(RelayCounter.allCases))
    }
}
