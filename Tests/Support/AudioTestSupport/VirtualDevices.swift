import Foundation

/// A microphone into which a test speaks, and a speaker that it listens to.
public struct VirtualDevices: Sendable {
    let server: PulseAudioServer
    let number: Int

    /// ALSA names of the two, to be opened by the product.
    public var microphone: String { device("roomtone_test", "mic\(number).monitor") }
    public var speaker: String { device("roomtone_test", "spk\(number)") }

    /// The same devices without 48 kHz.
    public var microphone44100: String { device("roomtone_test_44100", "mic\(number).monitor") }
    public var speaker44100: String { device("roomtone_test_44100", "spk\(number)") }

    private func device(_ kind: String, _ name: String) -> String {
        "\(kind):DEVICE='\(name)',SERVER='\(server.address)'"
    }

    /// Plays 48 kHz mono samples into the microphone; returns when all of it has sounded. Blocks.
    public func speak(_ samples: [Int16]) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).raw")
        defer { try? FileManager.default.removeItem(at: file) }
        try samples.withUnsafeBytes { Data($0) }.write(to: file)
        try Command.run(
            "pacat", package: "pulseaudio-utils", arguments("--playback", "mic\(number)") + [file.path],
            environment: server.environment)
    }

    /// Begins to record what the speaker plays; returns when the first sample has arrived. Blocks.
    public func listen() throws -> Recording {
        let pipe = try BytePipe()
        let process = try ChildProcess(
            Command.path("pacat", package: "pulseaudio-utils"),
            arguments("--record", "spk\(number).monitor") + ["--latency-msec=20"], environment: server.environment,
            output: pipe)
        return try Recording(process, pipe)
    }

    private func arguments(_ direction: String, _ device: String) -> [String] {
        [
            direction, "--server=\(server.address)", "--device=\(device)", "--raw", "--rate=48000", "--channels=1",
            "--format=s16le",
        ]
    }
}

/// What a speaker plays, from when it was begun. Taken off continuously, so that none of it is lost.
public final class Recording: @unchecked Sendable {
    // Unchecked: what the reading thread and others share is guarded by the condition.
    private let process: ChildProcess
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var hasEnded = false

    init(_ process: ChildProcess, _ pipe: consuming BytePipe) throws {
        self.process = process
        nonisolated(unsafe) let pipe = pipe  // from here on the reading thread's alone
        Thread.detachNewThread { [weak self] in
            while true {
                let more = pipe.read()
                guard !more.isEmpty, let self else { break }
                self.take(more)
            }
            self?.take([])
        }
        _ = try samples(atLeast: 1)
    }

    deinit { process.end(SIGKILL) }

    /// The samples so far, once there are `sampleCount` of them. Blocks until then; in real time.
    public func samples(atLeast sampleCount: Int) throws -> [Int16] {
        condition.lock()
        defer { condition.unlock() }
        while bytes.count < 2 * sampleCount, !hasEnded { condition.wait() }
        guard bytes.count >= 2 * sampleCount else {
            throw TestSignal.Failure(description: "the recording ended: is PulseAudio alive?")
        }
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Samples recorded so far.
    public var sampleCount: Int {
        condition.lock()
        defer { condition.unlock() }
        return bytes.count / 2
    }

    private func take(_ more: [UInt8]) {
        condition.lock()
        bytes += more
        hasEnded = hasEnded || more.isEmpty
        condition.broadcast()
        condition.unlock()
    }
}
