import Identifiers
import Rooms
import VoiceRelay

extension MetricFamily {
    /// Voice of the whole server and of each room.
    /// - Parameter roomsMax: rooms with time series of their own: those with most people.
    static func voice(_ rooms: [RoomVoiceFigures], roomsMax: Int) -> [MetricFamily] {
        let shown = rooms.sorted { ($0.sessionCount, $1.id.rawValue) > ($1.sessionCount, $0.id.rawValue) }
            .prefix(roomsMax).sorted { $0.id.rawValue < $1.id.rawValue }
        return server(rooms)
            + RoomMeasure.all.map { measure in
                MetricFamily(
                    "roomtone_room_voice_" + measure.name, measure.kind, measure.help + ", by room.",
                    shown.compactMap { room in
                        measure.value(room).map { value in
                            Sample(value, labels: [Label("room", "\(room.id)"), Label("name", room.name)])
                        }
                    })
            } + [
                .gauge(
                    "roomtone_metrics_rooms_omitted",
                    "Rooms in voice without metrics of their own (operations.rooms_max).",
                    rooms.count - shown.count)
            ]
    }

    private static func server(_ rooms: [RoomVoiceFigures]) -> [MetricFamily] {
        let all = rooms.reduce(into: Totals()) { $0.add($1) }
        let count = Double(all.reports)
        var families: [MetricFamily] = [
            .gauge("roomtone_voice_rooms", "Rooms with anybody in voice.", rooms.count),
            .gauge("roomtone_voice_sessions", "Voice sessions.", all.sessions),
            .gauge("roomtone_voice_speakers", "People who speak now.", all.speakers),
            .gauge("roomtone_voice_reports", "Voice sessions that reported of late how they hear.", all.reports),
        ]
        guard all.reports > 0 else { return families }
        families += [
            .gauge("roomtone_voice_loss_ratio", "Mean loss that voice sessions report, 0 to 1.", all.loss / count),
            .gauge("roomtone_voice_latency_seconds", "Mean latency that voice sessions report.", all.latency / count),
            .gauge("roomtone_voice_jitter_seconds", "Mean jitter that voice sessions report.", all.jitter / count),
            .gauge(
                "roomtone_voice_quality_score",
                "Mean opinion score (ITU-T G.107) of what voice sessions report, 1 to 4.5.",
                all.quality / count),
        ]
        return families
    }

    private struct Totals {
        var (sessions, speakers, reports) = (0, 0, 0)
        var (loss, latency, jitter, quality) = (0.0, 0.0, 0.0, 0.0)

        mutating func add(_ room: RoomVoiceFigures) {
            sessions += room.sessionCount
            speakers += room.speakerCount
            reports += room.reportCount
            loss += room.lossSum
            latency += room.latencySum
            jitter += room.jitterSum
            quality += room.qualitySum
        }
    }
}

/// What is measured of each room.
private struct RoomMeasure {
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    /// Nil while nobody has reported it.
    let value: @Sendable (RoomVoiceFigures) -> Double?

    static let all: [RoomMeasure] = [
        RoomMeasure(name: "sessions", kind: .gauge, help: "Voice sessions") { Double($0.sessionCount) },
        RoomMeasure(name: "speakers", kind: .gauge, help: "People who speak now") { Double($0.speakerCount) },
        RoomMeasure(name: "received_bytes_total", kind: .counter, help: "Bytes of talkers' datagrams") {
            Double($0.receivedBytes)
        },
        RoomMeasure(name: "sent_bytes_total", kind: .counter, help: "Bytes of datagrams sent to people in voice") {
            Double($0.sent.byteCount)
        },
        RoomMeasure(name: "sent_datagrams_total", kind: .counter, help: "Datagrams sent to people in voice") {
            Double($0.sent.datagramCount)
        },
        RoomMeasure(name: "loss_ratio", kind: .gauge, help: "Mean loss that voice sessions report, 0 to 1") {
            mean($0, \.lossSum)
        },
        RoomMeasure(name: "latency_seconds", kind: .gauge, help: "Mean latency that voice sessions report") {
            mean($0, \.latencySum)
        },
        RoomMeasure(name: "jitter_seconds", kind: .gauge, help: "Mean jitter that voice sessions report") {
            mean($0, \.jitterSum)
        },
        RoomMeasure(
            name: "quality_score", kind: .gauge, help: "Mean opinion score of what voice sessions report, 1 to 4.5"
        ) {
            mean($0, \.qualitySum)
        },
    ]

    private static func mean(_ room: RoomVoiceFigures, _ sum: KeyPath<RoomVoiceFigures, Double>) -> Double? {
        room.reportCount > 0 ? room[keyPath: sum] / Double(room.reportCount) : nil
    }
}
