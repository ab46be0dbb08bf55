import CSocketBatch

/// Receives many datagrams with one system call, with the instant at which the kernel got each: for who measures.
/// A handle like ``ReceiveBatch``.
@safe public struct StampedBatch: BitwiseCopyable {
    private let batch: OpaquePointer

    /// Allocates `capacity` slots of `slotByteCount` bytes; nil when memory is short.
    public static func allocate(capacity: Int, slotByteCount: Int) -> StampedBatch? {
        guard let batch = unsafe stamped_batch_create(UInt32(capacity), slotByteCount) else { return nil }
        return unsafe StampedBatch(batch: batch)
    }

    public func deallocate() { unsafe stamped_batch_destroy(batch) }

    /// Makes a socket tell what ``receipt(_:)`` says (SO_TIMESTAMPNS and SO_RXQ_OVFL, socket(7)).
    public static func stampReceipts(of socket: DatagramSocket) { socket_stamp_receipts(socket.fileDescriptor) }

    /// Takes what is waiting, up to the capacity. Never blocks, does not allocate. Negative: `-errno`.
    public func fill(from fileDescriptor: Int32) -> Int { Int(unsafe stamped_batch_fill(batch, fileDescriptor)) }

    /// Where the datagram begins. Valid until the next fill.
    public func bytes(_ index: Int) -> UnsafeRawPointer {
        unsafe UnsafeRawPointer(stamped_batch_bytes(batch, UInt32(index)))
    }

    /// What the kernel says of a datagram.
    public struct Receipt: BitwiseCopyable, Sendable {
        /// When the kernel got it: nanoseconds of CLOCK_REALTIME.
        public let instant: UInt64
        /// Datagrams that the socket has lost for want of room since it was made; wraps.
        public let drops: UInt32
        /// As sent; above the slot's size when it was cut.
        public let byteCount: Int
    }

    /// Valid until the next fill.
    public func receipt(_ index: Int) -> Receipt {
        let receipt = unsafe stamped_batch_receipt(batch, UInt32(index))
        return Receipt(instant: receipt.instant, drops: receipt.drops, byteCount: Int(receipt.length))
    }
}
