import AudioDevice
import Glibc
import LockFree
import Synchronization

/// A WAV file as a speaker, made and emptied only when there is something to record: a login that is refused must not
/// have cost the person the recording that was there.
final class DeferredFileSink: AudioSink {
    let name: String
    let channelCount: Int
    let periodSampleCount = DeviceTiming.playback.periodSampleCount
    private let stage = Mutex(Stage.waiting)

    private enum Stage {
        case waiting
        case recording(WAVFileSink)
        case stopped
    }

    /// Touches nothing. Throws `fileInaccessible` when the file could not be written, as far as can be said beforehand.
    init(path: String, channelCount: Int) throws(AudioDeviceError) {
        name = path
        self.channelCount = channelCount
        // The file itself, or, where there is none yet, the folder that it shall lie in.
        var isWritable = access(path, W_OK) == 0
        if !isWritable && errno == ENOENT { isWritable = access(Self.folder(of: path), W_OK | X_OK) == 0 }
        guard isWritable else {
            throw AudioDeviceError(
                code: .fileInaccessible, device: path,
                message:
                    "it cannot be written: \(String(cString: strerror(errno)).lowercased()); check the path and its permissions"
            )
        }
    }

    /// Makes the file, replacing what was there, and records. Blocks on the disk.
    func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        try stage.withLock { stage throws(AudioDeviceError) in
            guard case .waiting = stage else { preconditionFailure("an audio device is started once") }
            let file = try WAVFileSink(path: name, channelCount: channelCount)
            try file.start(from: ring, signal: signal)
            stage = .recording(file)
        }
    }

    func stop() {
        let file = stage.withLock { stage -> WAVFileSink? in
            defer { if case .waiting = stage { stage = .stopped } }
            if case .recording(let file) = stage { return file }
            return nil
        }
        file?.stop()
    }

    var wantedSampleCount: Int { file?.wantedSampleCount ?? 0 }

    func noteFilled() { file?.noteFilled() }

    var statistics: AudioStatistics { file?.statistics ?? AudioStatistics() }

    var state: AudioDeviceState {
        stage.withLock { stage in
            switch stage {
            case .waiting: .idle
            case .recording(let file): file.state
            case .stopped: .stopped
            }
        }
    }

    private var file: WAVFileSink? {
        stage.withLock { stage in
            if case .recording(let file) = stage { file } else { nil }
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
