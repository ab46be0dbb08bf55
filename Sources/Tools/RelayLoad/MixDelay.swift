import ControlWire
import Foundation
import LoadSupport
import NIOCore
import OpusCodec
import Synchronization
import SyntheticSpeakers
import VoiceWire

/// What mixing adds to the way of a frame, on the real server: somebody begins to speak after a silence; one listener gets their frames
/// forwarded, another one gets the mix and finds in it, by decoding it, the frame from which on they are heard.
///
/// In microseconds from sending the first frame, a figure for each time.
public struct MixDelay: Codable, Sendable {
    public var forwarded: [Double] = []
    public var mixed: [Double] = []

    /// One tick of the mixer, and the speaker's playout delay on a steady path; in microseconds.
    static let addedMax = 20_000.0 + 20_000

    /// What mixing added each time, the least first.
    public var added: [Double] { zip(mixed, forwarded).map { $0 - $1 }.sorted() }
    public var addedMedian: Double { added.isEmpty ? 0 : added[added.count / 2] }
    var isMet: Bool { !added.isEmpty && addedMedian <= Self.addedMax }

    var text: String {
        func median(_ values: [Double]) -> String {
            values.isEmpty ? "–" : (values.sorted()[values.count / 2] / 1_000).decimal(2) + " ms"
        }
        return "\((addedMedian / 1_000).decimal(1)) ms (\(((added.first ?? 0) / 1_000).decimal(1))–"
            + "\(((added.last ?? 0) / 1_000).decimal(1)); first frame forwarded after \(median(forwarded)), heard in the "
            + "mix after \(median(mixed)))"
    }
}

/// Makes a ``MixDelay``. One owner; blocks while it listens.
final class MixDelayScene {
    /// Each talkspurt's frames of 20 ms.
    private static let framesPerSpurt = 8
    /// A frame whose loudest sample is above this holds the tone, which is ten times as loud.
    private static let heardMin = 1_000
    private static let shape = RelayShape(name: "delay", people: 3, talkers: 1)

    private let talker: DelayEnd
    private let plain: DelayEnd
    private let mixed: DelayEnd
    private let packets: [[UInt8]]
    private var decoder: OpusDecoder
    private var samples = [Int16](repeating: 0, count: OpusDecoder.packetSampleCountMax)

    /// Measures on a server of its own.
    static func measure(times: Int, _ benchmark: MixBenchmark, _ clients: LoadClients) async throws -> MixDelay {
        let directory = benchmark.workFolder.appending(path: "delay-\(UUID().uuidString)").path
        let server = try ProcessorBinding.running(on: 0) {
            try ServerProcess(
                benchmark.serverProgram, dataDirectory: directory, settings: ServedRelay.settings(threads: 1))
        }
        defer { server.stop() }
        let connections = await clients.makeVoiceConnections()
        let ends = Mutex([(SpeakerGrant, UInt16)]())
        try await clients.enterVoice(
            shape, takesBundles: false, prefix: "delay", port: server.controlPort, connections
        ) { _, _, grant in
            let (speaker, port) = (try SpeakerGrant(grant), grant.udpPort)
            ends.withLock { $0.append((speaker, port)) }
        }
        try await clients.mixLast(connections)
        let scene = try MixDelayScene(ends.withLock { $0 })
        var delay = MixDelay()
        for number in 0..<times {
            // Longer than a speaker keeps the place, and at another point of the ticks each time.
            try await Task.sleep(for: .milliseconds(1_200 + 7 * number % 20))
            try scene.speakOnce(number, into: &delay)
        }
        await clients.leave(connections)
        return delay
    }

    private init(_ grants: [(SpeakerGrant, UInt16)]) throws {
        guard grants.count == 3 else { throw LoadError("\(grants.count) of 3 users are in voice") }
        talker = try DelayEnd(grants[0].0, port: grants[0].1)
        plain = try DelayEnd(grants[1].0, port: grants[1].1)
        mixed = try DelayEnd(grants[2].0, port: grants[2].1)
        var encoder = try OpusEncoder()
        packets = try (0..<Self.framesPerSpurt).map { frame in
            let tone = (0..<960).map { Int16(10_000 * sin(2 * .pi * 500 * Double(frame * 960 + $0) / 48_000)) }
            var packet = [UInt8](repeating: 0, count: VoiceWireLimits.opusBytesMax)
            let count = try tone.withUnsafeBufferPointer { tone in
                try packet.withUnsafeMutableBytes { try encoder.encode(tone, into: $0) }
            }
            return Array(packet[..<count])
        }
        decoder = try OpusDecoder()
    }

    /// One talkspurt: sent in time, while both listen.
    private func speakOnce(_ number: Int, into delay: inout MixDelay) throws {
        while mixed.hear(within: 1) != nil {}
        while plain.hear(within: 1) != nil {}
        let start = DelayEnd.now
        var (forwardedAt, mixedAt): (UInt64?, UInt64?)
        for (index, packet) in packets.enumerated() {
            let flags: DatagramFlags =
                index == 0 ? .talkspurtStart : index + 1 == packets.count ? .talkspurtEnd : []
            talker.speak(number * Self.framesPerSpurt + index, packet, flags: flags)
            if forwardedAt == nil, let frame = plain.hear(within: 10), frame.talker == talker.voice {
                forwardedAt = frame.at
            }
            let next = start + UInt64(index + 1) * 20_000_000
            // One look at the clock each time: between two of them the moment may pass.
            var now = DelayEnd.now
            while now < next {
                let rest = Int32((next - now) / 1_000_000)
                if rest > 0, let frame = mixed.hear(within: rest), mixedAt == nil, holdsTone(frame.opus) {
                    mixedAt = frame.at
                }
                now = DelayEnd.now
            }
        }
        guard let forwardedAt, let mixedAt else { throw LoadError("talkspurt \(number) was not heard") }
        delay.forwarded.append(Double(forwardedAt - start) / 1_000)
        delay.mixed.append(Double(mixedAt - start) / 1_000)
    }

    private func holdsTone(_ opus: [UInt8]) -> Bool {
        let count = opus.withUnsafeBytes { packet in
            samples.withUnsafeMutableBufferPointer { try? decoder.decode(packet, into: $0) }
        }
        return samples.prefix(count ?? 0).contains { abs(Int($0)) > Self.heardMin }
    }
}

extension LoadClients {
    /// The last one gets the mix.
    fileprivate func mixLast(_ bound: NIOLoopBound<VoiceConnections>) async throws {
        guard let connection = bound.value.connections.last else { return }
        let answer = try await ask(connection, .setDelivery(.mixed))
        guard case .userVoiceUpdate = answer else { throw LoadError("voice is not delivered mixed: \(answer)") }
    }
}
