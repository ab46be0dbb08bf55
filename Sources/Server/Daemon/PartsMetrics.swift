import Operations
import Recordings
import VoiceMixer
import VoiceStateCache

/// What the voice state cache, the mixer and the recorder measure of themselves, for `/metrics`.
struct PartsMetrics: MetricsSource {
    let cache: any VoiceStateCache
    /// Nil where nothing is mixed.
    let mixer: VoiceMixer?
    let recordings: RecordingArchive

    func families() async -> [MetricFamily] { cacheFamilies + mixerFamilies + recorderFamilies }

    private var cacheFamilies: [MetricFamily] {
        let figures = cache.figures
        return [
            // A cache that is away keeps nobody from talking: it is told here, and is no reason not to be ready.
            .gauge(
                "roomtone_cache_up", "Whether the voice state cache has, or is being given, the state of voice.",
                figures.condition.complaint == nil ? 1 : 0),
            .gauge("roomtone_cache_waiting", "Keys of the cache that wait to be written.", figures.waiting),
            .counter("roomtone_cache_changes_total", "Changes of the state of voice.", figures.changes),
            .counter(
                "roomtone_cache_coalesced_total", "Of these, changes of a key that waited already.", figures.coalesced),
            .counter("roomtone_cache_overflows_total", "Times that more keys waited than may.", figures.overflows),
            .counter("roomtone_cache_written_total", "Keys that Redis took.", figures.written),
            .counter("roomtone_cache_filled_total", "Times that Redis was given everything.", figures.filled),
            .counter("roomtone_cache_refused_total", "Times that Redis refused to take something.", figures.refused),
            .counter("roomtone_cache_lost_total", "Connections to Redis that were lost.", figures.lost),
        ]
    }

    private var mixerFamilies: [MetricFamily] {
        guard let counters = mixer?.counters() else { return [] }
        let (gauges, events) = (
            VoiceMixerCounter.allCases.filter(\.isGauge), VoiceMixerCounter.allCases.filter { !$0.isGauge }
        )
        func samples(_ kept: [VoiceMixerCounter], _ label: String) -> [MetricFamily.Sample] {
            kept.map { .init(Double(counters[$0]), labels: [.init(label, "\($0)")]) }
        }
        return [
            MetricFamily(
                "roomtone_mixer_state", .gauge, "The mixer as it is now, by figure.", samples(gauges, "figure")),
            MetricFamily(
                "roomtone_mixer_events_total", .counter, "What the mixer counted, by event.", samples(events, "event")),
        ]
    }

    private var recorderFamilies: [MetricFamily] {
        let recorder = recordings.recorder
        return [
            .gauge("roomtone_recordings", "Recordings that run.", recorder.running.count),
            .gauge(
                "roomtone_recordings_bytes", "Bytes of all recordings that are kept, as of the last second.",
                Double(recorder.storedBytes)),
            MetricFamily(
                "roomtone_recorder_events_total", .counter, "What the recorder counted, by event.",
                RecordingCounter.allCases.map {
                    .init(Double(recorder.counters[$0]), labels: [.init("event", "\($0)")])
                }),
        ]
    }
}
