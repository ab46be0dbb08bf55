import AudioDevice
import LockFree
import Synchronization
import VoiceRelay
import VoiceSealing
import VoiceWire

@testable import VoiceClient

/// A relay on 127.0.0.1 with one room, for engines that use real sockets, threads and time.
final class LoopbackRelay {
    let relay: VoiceRelay
    private let room: VoiceRoomID
    private var routes: [VoiceRoute] = []

    init() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.threadCount = 1
        relay = try VoiceRelay(configuration)
        try relay.start()
        room = try relay.leaseRoom()
    }

    /// A session for one more member, who may speak and hear.
    func grant() throws -> VoiceConnectionGrant {
        var request = VoiceSessionRequest(room: room, cipher: VoiceCipher.available[0])
        request.bundleBytesMax = VoiceEngineConfiguration().bundleBytesMax(towards: "127.0.0.1")
        let grant = try relay.openSession(request)
        routes.append(VoiceRoute(voice: grant.voice, maySpeak: true, mayHear: true))
        relay.publish(routes, for: room)
        return VoiceConnectionGrant(grant, port: relay.port)
    }

    func close(_ grant: VoiceConnectionGrant, reason: GoodbyeReason) { relay.closeSession(grant.voice, reason: reason) }
}

extension VoiceEngine {
    /// Takes events until this one; false if they end before it.
    func wait(for event: VoiceEngineEvent) async -> Bool { await events.contains(event) }
}

/// A microphone that is unplugged as soon as it runs.
final class VanishingSource: AudioSource {
    static let failure = AudioDeviceError(code: .deviceVanished, device: "test", message: "unplugged; plug it in again")
    let name = "vanishing"
    let periodSampleCount = 240
    let statistics = AudioStatistics()
    private let hasStarted = Mutex(false)

    var state: AudioDeviceState { hasStarted.withLock { $0 } ? .failed(Self.failure) : .idle }

    func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        hasStarted.withLock { $0 = true }
        signal.signal()
    }

    func stop() {}
}

/// A microphone that cannot be started.
final class BusySource: AudioSource {
    static let failure = AudioDeviceError(code: .deviceBusy, device: "test", message: "in use; close the other program")
    let name = "busy"
    let periodSampleCount = 240
    let statistics = AudioStatistics()
    let state = AudioDeviceState.idle

    func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) { throw Self.failure }
    func stop() {}
}
