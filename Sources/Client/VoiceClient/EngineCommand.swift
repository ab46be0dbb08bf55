import LockFree
import SpeechProcessing
import Synchronization
import VoiceWire

/// What the engine's methods ask of its thread.
enum EngineCommand: BitwiseCopyable {
    case setMuted(Bool)
    case setDeafened(Bool)
    case setTransmitting(Bool)
    case setMode(TransmissionMode)
    case setMicrophone(MicrophoneSettings)
    case setActivation(VoiceActivityGate.Settings)
    case setVolume(Float)
    case setTalkerVolume(Float, VoiceID)
    case setPriority(Bool, VoiceID)
    case setBitrate(Int)
    case noteReception(HeardByOthers)
    case connect(PreparedSession)
    case disconnect
}

/// A session made ready by the caller's thread, on its way to the engine's: whoever takes it out owns it.
@safe struct PreparedSession: BitwiseCopyable {
    private struct Content: ~Copyable {
        var transport: VoiceTransport
        var ways: VoiceWays
    }

    private let content: UnsafeMutablePointer<Content>

    init(_ transport: consuming VoiceTransport, _ ways: VoiceWays) {
        unsafe content = .allocate(capacity: 1)
        unsafe content.initialize(to: Content(transport: transport, ways: ways))
    }

    /// Takes the session out; once.
    func take(_ use: (consuming VoiceTransport, VoiceWays) -> Void) {
        let taken = unsafe content.move()
        unsafe content.deallocate()
        use(taken.transport, taken.ways)
    }
}

/// Commands on their way from any thread to the engine's: a bounded ring, and the bell that wakes the thread.
final class CommandRing: Sendable {
    /// Commands that may wait; one more is refused and counted.
    static let commandsMax = 256

    let wake: EventSignal
    private let ring: MPSCRing
    private let refused = Atomic<UInt64>(0)

    init() throws(EventSignal.DescriptorError) {
        wake = try EventSignal()
        ring = MPSCRing.allocate(capacity: Self.commandsMax, slotByteCount: MemoryLayout<EngineCommand>.size)
    }

    deinit {
        // A session that nobody took any more.
        while let command = pop() {
            if case .connect(let session) = command { session.take { _, _ in } }
        }
        ring.deallocate()
    }

    /// Commands refused because the ring was full.
    var refusedCount: UInt64 { refused.load(ordering: .relaxed) }

    /// Any thread; does not allocate or block. False when the ring is full.
    @discardableResult
    func push(_ command: EngineCommand) -> Bool {
        let isTaken = unsafe ring.push { unsafe $0.storeBytes(of: command, as: EngineCommand.self) }
        if isTaken { wake.signal() } else { refused.wrappingAdd(1, ordering: .relaxed) }
        return isTaken
    }

    /// The engine's thread only.
    func pop() -> EngineCommand? {
        var command: EngineCommand?
        _ = unsafe ring.pop { unsafe command = $0.load(as: EngineCommand.self) }
        return command
    }
}
