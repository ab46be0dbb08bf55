import VoiceRelay

extension MetricFamily {
    /// The relay threads: traffic, drops by cause, latency, batches, rings.
    static func relay(_ figures: VoiceRelayFigures) -> [MetricFamily] {
        let traffic = RelayCounter.traffic.map { counter, name, help in
            MetricFamily.counter("roomtone_relay_\(name)_total", help, figures.counters[counter])
        }
        return traffic + [
            counters(
                "roomtone_relay_drops_total", "Datagrams and frames that were not forwarded, by cause.", "cause",
                RelayCounter.drops, figures.counters),
            counters(
                "roomtone_relay_pressure_total",
                "Times that a relay thread or one of its limits was strained, by kind.",
                "kind", RelayCounter.pressure, figures.counters),
            .histogram(
                "roomtone_relay_forward_latency_seconds",
                "From the kernel's receipt of a batch's oldest datagram to the sending of all it brought about; without bundles' windows.",
                limits: figures.forwardLatency.histogram.limits.map { Double($0) / 1e9 },
                counts: figures.forwardLatency.counts, sum: Double(figures.forwardLatency.sum) / 1e9),
            .histogram(
                "roomtone_relay_batch_datagrams", "Datagrams that one reading of a voice socket brought.",
                limits: figures.batchSize.histogram.limits.map { Double($0) }, counts: figures.batchSize.counts,
                sum: Double(figures.batchSize.sum)),
        ] + threads(figures)
    }

    private static func threads(_ figures: VoiceRelayFigures) -> [MetricFamily] {
        var depths: [Sample] = []
        var running: [Sample] = []
        for (index, thread) in figures.threads.enumerated() {
            let label = Label("thread", "\(index)")
            running.append(Sample(thread.isRunning ? 1 : 0, labels: [label]))
            depths.append(Sample(Double(thread.commandsWaiting), labels: [label, Label("ring", "commands")]))
            depths.append(Sample(Double(thread.datagramsWaiting), labels: [label, Label("ring", "datagrams")]))
        }
        return [
            MetricFamily("roomtone_relay_thread_up", .gauge, "Whether the relay thread runs.", running),
            MetricFamily(
                "roomtone_relay_ring_depth", .gauge, "What waits in a relay thread's ring, by ring.", depths),
            .gauge("roomtone_relay_ring_capacity", "What each of those rings can hold.", figures.ringCapacity),
        ]
    }

    private static func counters(
        _ name: String, _ help: String, _ label: String, _ counters: [RelayCounter], _ values: VoiceRelayCounters
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, help,
            counters.map { Sample(Double(values[$0]), labels: [Label(label, "\($0)")]) })
    }
}

extension RelayCounter {
    /// What is no drop and no strain, with the metric's name between `roomtone_relay_` and `_total`.
    static let traffic: [(counter: RelayCounter, name: String, help: String)] = [
        (.datagramsReceived, "received_datagrams", "Datagrams read from voice sockets."),
        (.bytesReceived, "received_bytes", "Bytes of these."),
        (.batchesReceived, "received_batches", "Readings of voice sockets that brought datagrams."),
        (.datagramsSent, "sent_datagrams", "Datagrams handed to the kernel."),
        (.bytesSent, "sent_bytes", "Bytes of these."),
        (.framesAccepted, "frames_accepted", "Voice frames that went on to a room."),
        (.framesForwarded, "frames_forwarded", "Copies of them to listeners."),
        (.mixesForwarded, "mixes_forwarded", "Frames of the mixer sent to those who hear the room's mix."),
        (.bundlesSent, "bundles_sent", "Datagrams that carried several talkers' frames."),
        (.welcomesSent, "welcomes_sent", "Voice sessions opened, repeated answers included."),
        (.pongsSent, "pongs_sent", "Answers to clients' pings."),
        (.goodbyesSent, "goodbyes_sent", "Voice sessions ended with a word."),
        (.addressMoves, "address_moves", "Voice sessions that went on from another address."),
        (.challengesSent, "challenges", "Times that an address was asked to prove that it receives."),
        (.handedOver, "handed_over", "Datagrams received by one thread for another."),
    ]

    /// A limit was hit or a thread was behind; nothing need have been lost by it.
    static let pressure: [RelayCounter] = [.overloadedReadings, .commandRingFull, .windowsExhausted]

    /// All others: what a later version counts is a drop unless it says otherwise here.
    static let drops: [RelayCounter] = allCases.filter { counter in
        !pressure.contains(counter) && !traffic.contains { $0.counter == counter }
    }
}
