import AudioDevice
import AudioTestSupport
import LockFree
import Testing

@Suite struct DeviceFailureTests {
    @Test("A device that vanishes while it is used ends in one clear error", .timeLimit(.minutes(2)))
    func vanished() async throws {
        try await blocking {
            let server = try PulseAudioServer()
            let devices = try server.makeDevices()
            let source = try AudioSources.open(name: devices.microphone)
            let sink = try AudioSinks.open(name: devices.speaker)
            let (capture, playback) = (try DeviceHarness(), try DeviceHarness())
            try source.start(into: capture.ring, signal: capture.signal)
            try sink.start(from: playback.ring, signal: playback.signal)
            #expect(capture.wait { source.statistics.sampleCount > 4_800 })
            #expect(playback.wait { sink.statistics.sampleCount > 4_800 })

            server.kill()
            #expect(capture.wait { source.state != .running })
            #expect(playback.wait { sink.state != .running })
            for state in [source.state, sink.state] {
                guard case .failed(let error) = state else {
                    Issue.record("the state is \(state)")
                    continue
                }
                #expect(error.code == .deviceVanished, "\(error)")
                #expect(error.description.contains("choose another"))
            }
            source.stop()
            sink.stop()
            #expect(source.state != .stopped, "a failure stays visible after stop")
        }
    }

    @Test("A device that hangs is given up, and stopping it does not hang", .timeLimit(.minutes(2)))
    func stalled() async throws {
        try await blocking {
            let server = try PulseAudioServer()
            let devices = try server.makeDevices()
            let source = try AudioSources.open(name: devices.microphone)
            let sink = try AudioSinks.open(name: devices.speaker)
            let (capture, playback) = (try DeviceHarness(), try DeviceHarness())
            try source.start(into: capture.ring, signal: capture.signal)
            try sink.start(from: playback.ring, signal: playback.signal)
            #expect(capture.wait { source.statistics.sampleCount > 4_800 })
            #expect(playback.wait { sink.statistics.sampleCount > 4_800 })

            server.freeze()
            #expect(capture.wait { source.state != .running })
            #expect(playback.wait { sink.state != .running })
            for state in [source.state, sink.state] {
                guard case .failed(let error) = state else {
                    Issue.record("the state is \(state)")
                    continue
                }
                #expect(error.code == .deviceStalled, "\(error)")
            }
            source.stop()
            sink.stop()
            server.kill()
        }
    }

    @Test("A device that is not there is refused, with what to do")
    func missing() async throws {
        _ = try PulseAudioServer.shared()
        for name in ["hw:93,7", "no_such_device", "", "plughw:CARD=Nobody,DEV=0"] {
            let capture = deviceError { _ = try AudioSources.open(name: name) }
            let playback = deviceError { _ = try AudioSinks.open(name: name) }
            for error in [capture, playback] {
                #expect(error?.code == .deviceNotFound, "\(name): \(String(describing: error))")
                #expect(error?.device == name)
                #expect(error?.description.contains("roomtone devices") == true)
            }
        }
    }

    @Test("A sound server that is not running is named as the cause", .timeLimit(.minutes(1)))
    func serverGone() async throws {
        try await blocking {
            let server = try PulseAudioServer()
            let devices = try server.makeDevices()
            server.kill()
            let error = deviceError { _ = try AudioSources.open(name: devices.microphone) }
            #expect(error?.code == .deviceNotFound, "\(String(describing: error))")
            #expect(error?.description.contains("sound server") == true, "\(String(describing: error))")
        }
    }

    @Test("Opened but never started, it stops without a trace")
    func neverStarted() async throws {
        let devices = try PulseAudioServer.shared().makeDevices()
        let source = try ALSASource(name: devices.microphone)
        #expect(source.state == .idle)
        source.stop()
        #expect(source.state == .stopped)
        source.stop()
        #expect(source.statistics == AudioStatistics())
    }

    @Test("The list names devices and marks the default")
    func list() throws {
        _ = try PulseAudioServer.shared()
        let devices = try AudioDeviceList.all()
        #expect(!devices.isEmpty)
        #expect(devices.allSatisfy { $0.canCapture || $0.canPlay })
        #expect(devices.allSatisfy { !$0.description.contains("\n") && $0.name != "null" })
        #expect(devices.filter(\.isDefault).count <= 1)
        #expect(devices.dropFirst().allSatisfy { !$0.isDefault })
        #expect(Set(devices.map(\.name)).count == devices.count)
    }
}
