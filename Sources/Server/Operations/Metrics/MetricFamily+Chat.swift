import ChatStore
import MessageSearch
import Rooms

extension MetricFamily {
    /// People, rooms, and all that the control side counts.
    static func control(_ census: RoomDirectory.Census, _ events: [(event: ControlEvent, count: UInt64)])
        -> [MetricFamily]
    {
        [
            .gauge("roomtone_accounts_online", "Accounts with a connection.", census.accountsOnline),
            .gauge("roomtone_connections", "Control connections that are logged in.", census.connections),
            .gauge("roomtone_rooms", "Rooms there are.", census.rooms),
            MetricFamily(
                "roomtone_control_events_total", .counter,
                "What the control side served and refused, and the limits that were hit, by event.",
                events.map { Sample(Double($0.count), labels: [Label("event", "\($0.event)")]) }),
        ]
    }

    /// How messages reach the disk and their readers.
    static func messages(_ latency: LatencyCounter.Reading, _ log: MessageLogFigures) -> [MetricFamily] {
        [
            .histogram(
                "roomtone_message_latency_seconds",
                "From a message's submission until it is durable and shown to its readers.",
                limits: LatencyCounter.limits.map { $0 / .seconds(1) }, counts: latency.counts,
                sum: latency.sum / .seconds(1)),
            .summary(
                "roomtone_store_commit_seconds", "Transactions of messages, until the disk has them.",
                sum: log.commitTime / .seconds(1), count: log.batches),
            .gauge(
                "roomtone_store_commit_longest_seconds", "The longest of these since the start.",
                log.longestCommit / .seconds(1)),
            .gauge(
                "roomtone_store_batch_largest", "Most changes that one of these held since the start.", log.largestBatch
            ),
            .gauge("roomtone_store_changes_waiting", "Changes of messages on their way to the disk.", log.uncollected),
            .counter("roomtone_store_changes_total", "Changes of messages written.", log.changes),
            .counter("roomtone_store_changes_failed_total", "Changes that the database did not take.", log.failures),
            .counter(
                "roomtone_store_changes_refused_total", "Changes not taken because too many were on their way.",
                log.refused),
        ]
    }

    static func search(_ counters: SearchCounters) -> [MetricFamily] {
        [
            .counter("roomtone_search_queries_total", "Searches begun, refused ones included.", counters.searches),
            .counter("roomtone_search_timeouts_total", "Searches interrupted at their time limit.", counters.timedOut),
            MetricFamily(
                "roomtone_search_refused_total", .counter, "Searches refused, by reason.",
                [
                    Sample(Double(counters.refusedBusy), labels: [Label("reason", "busy")]),
                    Sample(Double(counters.refusedQueries), labels: [Label("reason", "query")]),
                ]),
            .counter(
                "roomtone_search_rebuilds_total", "Times that the index was made from nothing.", counters.rebuilds),
            .counter(
                "roomtone_search_indexed_total", "Changes of messages taken into the index.", counters.messagesIndexed),
            .gauge("roomtone_search_index_lag", "Changes that are not in the index yet.", Double(counters.indexLag)),
            .gauge(
                "roomtone_search_index_complete", "Whether the index is complete.", counters.isIndexComplete ? 1 : 0),
        ]
    }

    /// Under the names that Prometheus' own libraries give them.
    static func process(_ figures: ProcessFigures) -> [MetricFamily] {
        [
            MetricFamily(
                "process_cpu_seconds_total", .counter, "Processor time taken, user and system.",
                [Sample(figures.processorSeconds)]),
            .gauge("process_resident_memory_bytes", "Memory in the machine's.", Double(figures.residentBytes)),
            .gauge("process_virtual_memory_bytes", "Memory mapped.", Double(figures.virtualBytes)),
            .gauge("process_open_fds", "Open files, sockets included.", figures.openFiles),
            .gauge("process_max_fds", "How many there may be.", Double(figures.openFilesMax)),
            .gauge("process_threads", "Threads.", Double(figures.threads)),
            .gauge("process_start_time_seconds", "When the process started, since 1970.", figures.startSeconds),
        ]
    }
}
