import CSocketBatch
import VoiceWire

/// A datagram on its way from the thread that received it to the one that owns its session: a ring slot.
///
/// ```
///  0        64           72                    72 + datagramBytesMax
///  ┌────────┬────────────┬──────────────────────┐
///  │address │ byte count │ datagram             │
/// ```
enum HandoverSlot {
    private static let countOffset = 64
    private static let bytesOffset = 72
    static let byteCount = bytesOffset + VoiceWireLimits.datagramBytesMax

    /// `datagram` is no longer than ``VoiceWireLimits/datagramBytesMax``.
    static func write(
        _ datagram: UnsafeRawBufferPointer, from address: UnsafePointer<socket_address>,
        to slot: UnsafeMutableRawPointer
    ) {
        guard let source = datagram.baseAddress else { return }
        unsafe slot.copyMemory(from: address, byteCount: MemoryLayout<socket_address>.size)
        unsafe slot.storeBytes(of: datagram.count, toByteOffset: countOffset, as: Int.self)
        unsafe (slot + bytesOffset).copyMemory(from: source, byteCount: datagram.count)
    }

    static func datagram(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
        let count = unsafe slot.load(fromByteOffset: countOffset, as: Int.self)
        return unsafe UnsafeRawBufferPointer(start: slot + bytesOffset, count: count)
    }

    static func address(in slot: UnsafeMutableRawPointer) -> UnsafePointer<socket_address> {
        unsafe UnsafePointer(slot.assumingMemoryBound(to: socket_address.self))
    }
}
