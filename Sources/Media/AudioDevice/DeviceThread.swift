import Glibc
import LockFree
import Synchronization

/// The life of one device's thread: started once, asked to stop, joined; and what others may know of it meanwhile.
final class DeviceThread: Sendable {
    let counters = AudioCounters()
    private let name: String
    private let stopRequested = Atomic<Bool>(false)
    private let life = Mutex<Life>(Life())

    private struct Life {
        var state = AudioDeviceState.idle
        var thread: DedicatedThread?
    }

    /// `name` is the device's, for errors.
    init(name: String) { self.name = name }

    var state: AudioDeviceState { life.withLock { $0.state } }

    /// Whether the loop should return ``AudioDeviceState/stopped``. The device's thread.
    var mustStop: Bool { stopRequested.load(ordering: .relaxed) }

    /// Runs `loop` on a new thread; what it returns becomes the state, and `signal` tells the other side.
    func start(
        signal: EventSignal, realtime: Bool, _ loop: @escaping @Sendable (DeviceThread) -> AudioDeviceState
    ) throws(AudioDeviceError) {
        let started = life.withLock { life -> Result<Void, AudioDeviceError> in
            precondition(life.state == .idle, "an audio device is started once")
            do throws(DedicatedThread.CreationError) {
                life.thread = try DedicatedThread(name: "audio") { [self] in
                    if realtime { Self.requestRealtimePriority() }
                    let last = loop(self)
                    self.life.withLock { $0.state = last }
                    signal.signal()
                }
            } catch {
                return .failure(AudioDeviceError(code: .system, device: name, message: "\(error)"))
            }
            life.state = .running
            return .success(())
        }
        try started.get()
    }

    /// Asks the loop to end and waits until it has. Afterwards the state is final.
    func stop() {
        stopRequested.store(true, ordering: .relaxed)
        let thread = life.withLock { life in
            if life.state == .idle { life.state = .stopped }
            return life.thread.take()
        }
        thread?.join()
    }

    /// Ahead of everything that is not sound. Without the right to it (RLIMIT_RTPRIO) the thread stays as it is: sound still
    /// works, and overruns are counted.
    private static func requestRealtimePriority() {
        var parameters = sched_param()
        parameters.sched_priority = 20
        _ = unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
    }
}
