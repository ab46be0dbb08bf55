import Foundation
import Glibc
public import Identifiers
import LockFree
public import Logging
import Synchronization

/// Keeps the state of voice in this process and writes it behind into Redis, from a thread of its own (`voice-cache`).
public final class RedisVoiceStateCache: VoiceStateCache {
    private let ledger: CacheLedger
    private let writer: CacheWriter
    private let thread: Mutex<DedicatedThread?>

    /// Starts the thread, which connects by itself and again whenever it has to: a Redis that is not there is no error.
    public init(_ configuration: RedisCacheConfiguration, logger: Logger) throws {
        let signal = try EventSignal()
        let ledger = CacheLedger(keysMax: configuration.queueMax) { signal.signal() }
        let writer = CacheWriter(configuration, ledger: ledger, signal: signal, logger: logger)
        self.ledger = ledger
        self.writer = writer
        // After whoever carries voice and text; a long slice, so that it is in nobody's way.
        let scheduling = ThreadScheduling(niceness: 10, isBatch: true)
        thread = Mutex(try DedicatedThread(name: "voice-cache", scheduling: scheduling) { writer.run() })
    }

    public func put(_ session: VoiceSessionState) { ledger.change { $0.put(session) } }

    public func remove(session voice: UInt16) { ledger.change { $0.remove(voice) } }

    public func put(_ quality: VoiceQualityState) { ledger.change { $0.put(quality) } }

    public func describe(_ room: RoomID, name: String, loudestTalkersMax: Int?) {
        ledger.change { $0.describe(room, name: name, loudestTalkersMax: loudestTalkersMax) }
    }

    public var snapshot: VoiceStateSnapshot { ledger.read { VoiceStateSnapshot($0) } }

    public var figures: VoiceStateCacheFigures { writer.figures.withLock { $0.with(ledger.figures) } }

    public func stop() async {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        writer.stop()
        await thread.ended()
    }
}

/// What the thread does: carries out the steps of a ``CacheMachine``.
private final class CacheWriter: Sendable {
    private let configuration: RedisCacheConfiguration
    private let ledger: CacheLedger
    private let signal: EventSignal
    private let logger: Logger
    private let isStopping = Atomic(false)
    let figures = Mutex(VoiceStateCacheFigures())

    init(_ configuration: RedisCacheConfiguration, ledger: CacheLedger, signal: EventSignal, logger: Logger) {
        self.configuration = configuration
        self.ledger = ledger
        self.signal = signal
        self.logger = logger
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        signal.signal()
    }

    func run() {
        Self.blockBrokenPipes()
        var machine = CacheMachine(
            configuration, greeting: configuration.greeting,
            generation: String(UInt64.random(in: 1 ... .max), radix: 16),
            ledger: ledger, now: .now, jitter: { Double.random(in: 0..<1) },
            wallClock: { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) })
        var connection: RedisConnection?
        var reporter = CacheReporter()
        while !isStopping.load(ordering: .acquiring) {
            switch machine.next(at: .now) {
            case .wait(let until): wait(until: until)
            case .connect: connection = connect(&machine)
            case .send(let commands): send(commands, over: connection, &machine)
            }
            if !machine.isConnected { connection = nil }
            let now = machine.figures.with(ledger.figures)
            figures.withLock { $0 = now }
            report(reporter.lines(now))
        }
        guard let connection, let farewell = machine.farewell() else { return }
        // Nobody waits for the answer to a goodbye that does not come: what was said runs out by itself.
        _ = try? connection.send(farewell)
    }

    private func connect(_ machine: inout CacheMachine) -> RedisConnection? {
        do throws(RedisConnection.Failure) {
            let connection = try RedisConnection(configuration)
            machine.connected()
            return connection
        } catch {
            machine.lost(error.description, at: .now)
            return nil
        }
    }

    private func send(_ commands: [RedisCommand], over connection: RedisConnection?, _ machine: inout CacheMachine) {
        guard let connection else { return machine.lost("not connected", at: .now) }
        do throws(RedisConnection.Failure) {
            machine.answered(try connection.send(commands), at: .now)
        } catch {
            machine.lost(error.description, at: .now)
        }
    }

    private func wait(until instant: ContinuousClock.Instant) {
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: instant).components
        // Rounded up: who wakes up a moment early would only look and wait again.
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
        var watched = pollfd(fd: signal.fileDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&watched, 1, Int32(clamping: max(0, milliseconds)))
        signal.clear()
    }

    private func report(_ lines: [CacheReporter.Line]) {
        let place: Logger.Metadata = ["redis": "\(configuration.url)"]
        for line in lines {
            switch line {
            case .warning(let text): logger.warning("\(text)", metadata: place)
            case .notice(let text): logger.notice("\(text)", metadata: place)
            }
        }
    }

    /// A Redis that goes away while it is written to is an error of that write, not the end of the process.
    private static func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

extension VoiceStateCacheFigures {
    fileprivate func with(_ ledger: CacheLedger.Figures) -> VoiceStateCacheFigures {
        var figures = VoiceStateCacheFigures(ledger)
        figures.take(self)
        return figures
    }

    private mutating func take(_ writer: VoiceStateCacheFigures) {
        condition = writer.condition
        written = writer.written
        restored = writer.restored
        connected = writer.connected
        connectFailed = writer.connectFailed
        lost = writer.lost
        filled = writer.filled
        refused = writer.refused
        contested = writer.contested
    }
}
