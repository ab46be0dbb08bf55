import Foundation

/// A private PulseAudio, reached through ALSA's pulse plugin: microphones and speakers without hardware.
///
/// Each test takes its own ``VirtualDevices``, so that tests may run side by side on ``shared()``. A test that ends its server
/// makes its own. Needs Debian's pulseaudio, pulseaudio-utils and libasound2-plugins; without them it throws.
public final class PulseAudioServer: @unchecked Sendable {
    // Unchecked: the process is started in init and ended once; the count is guarded by the lock.
    private let process: ChildProcess
    private let directory: URL
    private let lock = NSLock()
    private var deviceCount = 0

    /// What programs need in their environment to reach the devices; this process has it already.
    public let environment: [String: String]

    var address: String { "unix:\(directory.path)/native" }

    private static let sharedServer = Result { try PulseAudioServer() }

    /// The server that tests of this process share. Starts it at the first call.
    public static func shared() throws -> PulseAudioServer { try sharedServer.get() }

    /// Starts a server and waits until it answers.
    public init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("roomtone-sound-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        environment = [
            "ALSA_CONFIG_PATH": try Self.alsaConfiguration.get(), "PULSE_COOKIE": "\(directory.path)/cookie",
        ]
        let log = try BytePipe()
        let server = [
            "HOME": directory.path, "XDG_RUNTIME_DIR": directory.path,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        ]
        process = try ChildProcess(
            Command.path("pulseaudio", package: "pulseaudio"),
            [
                // Ends by itself some time after a test run that was killed, and not before a slow one is over.
                "-n", "--daemonize=no", "--exit-idle-time=3600", "--use-pid-file=no", "--log-level=info",
                "--log-target=stderr",
                "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(directory.path)/native",
                // The server refuses to run without any sink.
                "-L", "module-null-sink sink_name=unused",
            ], environment: server, errors: log)
        setenv("PULSE_COOKIE", "\(directory.path)/cookie", 1)
        Self.atExit.add(process.identifier, directory)
        try Self.waitUntilStarted(log, process)
    }

    /// Ends the server at once, as if it crashed, and waits until it is gone. Its devices vanish.
    public func kill() { process.end(SIGKILL) }

    /// Stops it in its tracks, as a server that hangs: connections stay, nothing moves. ``kill()`` ends it.
    public func freeze() { Foundation.kill(process.identifier, SIGSTOP) }

    /// A new microphone and speaker, both 48 kHz mono.
    public func makeDevices() throws -> VirtualDevices {
        let number = lock.withLock {
            deviceCount += 1
            return deviceCount
        }
        for sink in ["mic\(number)", "spk\(number)"] {
            try control([
                "load-module", "module-null-sink", "sink_name=\(sink)", "rate=48000", "channels=1", "channel_map=mono",
                "format=s16le",
            ])
        }
        return VirtualDevices(server: self, number: number)
    }

    /// Runs pactl on this server.
    func control(_ arguments: [String]) throws {
        try Command.run(
            "pactl", package: "pulseaudio-utils", ["--server=\(address)"] + arguments, environment: environment)
    }

    /// Reads the server's log until it is up, then keeps it from filling. A server that ends by itself is waited for: swift-testing's exit
    /// tests look at whichever child has ended, and with one that nobody waits for they would see that one for ever.
    private static func waitUntilStarted(_ log: consuming BytePipe, _ process: ChildProcess) throws {
        var text = ""
        while !text.contains("Daemon startup complete") {
            let bytes = log.read()
            guard !bytes.isEmpty else {
                throw TestSignal.Failure(description: "PulseAudio did not start: \(text.suffix(2_000))")
            }
            text += String(decoding: bytes, as: UTF8.self)
        }
        nonisolated(unsafe) let rest = log  // from here on the drain's alone
        Thread.detachNewThread {
            _ = rest.readToEnd()
            process.wait()
        }
    }

    /// ALSA's own configuration and `pcm.roomtone_test`, set for this process before its first device is opened.
    private static let alsaConfiguration = Result<String, any Error> {
        _ = try Command.path("pulseaudio", package: "pulseaudio")
        let path = FileManager.default.temporaryDirectory.path + "/roomtone-asound-\(UUID().uuidString).conf"
        let devices = """
            </usr/share/alsa/alsa.conf>
            pcm.roomtone_test {
                @args [ DEVICE SERVER ]
                @args.DEVICE { type string }
                @args.SERVER { type string }
                type pulse
                device $DEVICE
                server $SERVER
            }
            # Offers floating-point samples only and is silent: some hardware has no 16-bit samples.
            pcm.roomtone_test_float {
                type lfloat
                slave { pcm { type null } format S16_LE }
            }
            # Offers one channel only, and is silent.
            pcm.roomtone_test_mono {
                type multi
                slaves.a { pcm { type null } channels 1 }
                bindings.0 { slave a channel 0 }
            }
            # Offers 44.1 kHz only.
            pcm.roomtone_test_44100 {
                @args [ DEVICE SERVER ]
                @args.DEVICE { type string }
                @args.SERVER { type string }
                type plug
                slave { pcm { type pulse device $DEVICE server $SERVER } rate 44100 }
            }

            """
        try devices.write(toFile: path, atomically: true, encoding: .utf8)
        setenv("ALSA_CONFIG_PATH", path, 1)
        atExit.add(file: path)
        return path
    }

    private static let atExit = ExitCleaner()
}

/// Ends servers and removes files when the test process exits.
private final class ExitCleaner: @unchecked Sendable {
    // Unchecked: guarded by the lock.
    private let lock = NSLock()
    private var processes: [pid_t] = []
    private var paths: [String] = []

    init() {
        Self.current = self
        atexit { ExitCleaner.current?.clean() }
    }

    func add(_ process: pid_t, _ directory: URL) {
        lock.withLock {
            processes.append(process)
            paths.append(directory.path)
        }
    }

    func add(file: String) { lock.withLock { paths.append(file) } }

    private func clean() {
        for process in processes { Foundation.kill(process, SIGKILL) }
        for path in paths { try? FileManager.default.removeItem(atPath: path) }
    }

    // Set once, before the exit handler that reads it is registered.
    nonisolated(unsafe) private static var current: ExitCleaner?
}
