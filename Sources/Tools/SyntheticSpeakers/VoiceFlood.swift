import CLinux
import Glibc
import LockFree
import Synchronization
import VoiceSocket
import VoiceWire

/// Somebody with a valid voice session who sends far more than anybody may, on a thread of its own: sealed frames, one as good as
/// the other, each with a counter of its own.
public final class VoiceFlood: Sendable {
    /// What is sent.
    public struct Load: Sendable, BitwiseCopyable {
        public var datagramsPerSecond: Int
        /// Of a whole datagram; what is longer than the wire allows is the longest that it does, with zeros behind.
        public var datagramBytes: Int

        public init(datagramsPerSecond: Int, datagramBytes: Int) {
            self.datagramsPerSecond = datagramsPerSecond
            self.datagramBytes = datagramBytes
        }
    }

    private let thread: DedicatedThread
    private let control = Control()

    private final class Control: Sendable {
        let isStopping = Atomic<Bool>(false)
        let isWelcomed = Atomic<Bool>(false)
        /// Nothing is sent at 0.
        let datagramsPerSecond = Atomic<Int>(0)
        let datagramBytes = Atomic<Int>(0)
        let sentCount = Atomic<Int>(0)
    }

    /// Says hello until it is welcomed, then waits for ``send(_:)``.
    public init(_ grant: SpeakerGrant, server: SocketAddress, processor: Int?) throws(SpeakerError) {
        let box = LoopBox(Loop(try RoomtoneEnd(grant), try SpeakerSocket(connectingTo: server, bufferBytes: 1 << 20)))
        do {
            thread = try DedicatedThread(name: "flood") { [control] in
                if let processor { _ = thread_set_processor(UInt32(processor)) }
                thread_set_precise_waits()
                box.run(control)
            }
        } catch { throw SpeakerError(error.description) }
    }

    public var isWelcomed: Bool { control.isWelcomed.load(ordering: .acquiring) }

    /// Datagrams that the kernel took so far.
    public var sentCount: Int { control.sentCount.load(ordering: .relaxed) }

    /// From now on; nil stops sending.
    public func send(_ load: Load?) {
        control.datagramBytes.store(load?.datagramBytes ?? 0, ordering: .relaxed)
        control.datagramsPerSecond.store(load?.datagramsPerSecond ?? 0, ordering: .releasing)
    }

    public func stop() async {
        control.isStopping.store(true, ordering: .relaxed)
        await thread.ended()
    }

    /// Carries a loop to its thread.
    private final class LoopBox: @unchecked Sendable {
        // Unchecked: made by one thread, then used by the other alone.
        private var loop: Loop

        init(_ loop: consuming Loop) { self.loop = loop }

        func run(_ control: Control) { loop.run(control) }
    }

    /// What the thread runs: each millisecond, what is due.
    private struct Loop: ~Copyable {
        private var end: RoomtoneEnd
        private let socket: SpeakerSocket
        private let datagram = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        private var sequence: UInt16 = 0

        private static let step: UInt64 = 1_000_000
        private static let helloSteps = 100
        /// Sealed voice without its frame.
        private static let overhead = VoiceHeader.byteCount + 20

        init(_ end: consuming RoomtoneEnd, _ socket: SpeakerSocket) {
            self.end = end
            self.socket = socket
            datagram.initializeMemory(as: UInt8.self, repeating: 0)
        }

        deinit { datagram.deallocate() }

        mutating func run(_ control: Control) {
            var (step, owed) = (0, 0)
            while !control.isStopping.load(ordering: .relaxed) {
                if control.isWelcomed.load(ordering: .relaxed) {
                    owed += control.datagramsPerSecond.load(ordering: .acquiring)
                    while owed >= 1_000 {
                        if sendFrame(datagramBytes: control.datagramBytes.load(ordering: .relaxed)) {
                            control.sentCount.add(1, ordering: .relaxed)
                        }
                        owed -= 1_000
                    }
                } else {
                    if step.isMultiple(of: Self.helloSteps) { greet() }
                    if isWelcome() { control.isWelcomed.store(true, ordering: .releasing) }
                }
                step += 1
                var time = timespec(tv_sec: 0, tv_nsec: Int(Self.step))
                nanosleep(&time, nil)
            }
            if let start = datagram.baseAddress { _ = send(end.writeGoodbye(to: start)) }
        }

        private mutating func greet() {
            guard let start = datagram.baseAddress else { return }
            _ = send(end.writeHello(to: start))
        }

        private mutating func isWelcome() -> Bool {
            guard let count = socket.socket.receive(into: datagram), let start = datagram.baseAddress else {
                return false
            }
            let received = UnsafeRawBufferPointer(rebasing: datagram[..<count])
            let scratch = start + VoiceWireLimits.datagramBytesMax * 2
            if case .welcome = end.open(received, scratch: scratch, each: { _ in }) { return true }
            return false
        }

        private mutating func sendFrame(datagramBytes: Int) -> Bool {
            guard let start = datagram.baseAddress else { return false }
            let wanted = min(datagramBytes, VoiceWireLimits.datagramBytesMax)
            let frameByteCount = min(max(1, wanted - Self.overhead), VoiceWireLimits.opusBytesMax)
            let payload = UnsafeRawBufferPointer(start: start + (1 << 15), count: frameByteCount)
            let frame = SpokenFrame(sequence: sequence, timestamp: UInt32(sequence) &* 960, flags: [])
            sequence &+= 1
            let sealed = end.writeFrame(frame, payload, to: start)
            return send(max(sealed, min(datagramBytes, 1 << 15)))
        }

        private func send(_ byteCount: Int) -> Bool {
            socket.socket.send(UnsafeRawBufferPointer(rebasing: datagram[..<byteCount]))
        }
    }
}
