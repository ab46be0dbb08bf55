import CSocketBatch

/// Receives many datagrams with one system call (`recvmmsg(2)`). A handle to memory laid out once:
/// trivially copyable, no reference counts. One thread at a time.
@safe public struct ReceiveBatch: BitwiseCopyable {
    @usableFromInline let batch: OpaquePointer

    /// Allocates `capacity` slots of `slotByteCount` bytes; nil when memory is short.
    public static func allocate(capacity: Int, slotByteCount: Int) -> ReceiveBatch? {
        guard let batch = unsafe receive_batch_create(UInt32(capacity), slotByteCount) else { return nil }
        return unsafe ReceiveBatch(batch: batch)
    }

    public func deallocate() { unsafe receive_batch_destroy(batch) }

    /// Takes what is waiting, up to the capacity. Never blocks, does not allocate. Negative: `-errno`.
    public func fill(from fileDescriptor: Int32) -> Int { Int(unsafe receive_batch_fill(batch, fileDescriptor)) }

    /// The datagram's length as sent; above the slot's size when it was cut.
    @inlinable
    public func length(_ index: Int) -> Int { unsafe receive_batch_length(batch, UInt32(index)) }

    /// How long the datagram had lain in the socket when it was taken, in nanoseconds; 0 unless the socket stamps
    /// (``DatagramSocket/stampArrivals()``). A step of the wall clock between the two is in it: bound it by what can be.
    @inlinable
    public func age(_ index: Int) -> UInt64 { unsafe receive_batch_age(batch, UInt32(index)) }

    /// Where the datagram begins. Valid until the next fill.
    @inlinable
    public func bytes(_ index: Int) -> UnsafeRawPointer {
        unsafe UnsafeRawPointer(receive_batch_bytes(batch, UInt32(index)))
    }

    /// Who sent it. Valid until the next fill.
    @inlinable
    public func address(_ index: Int) -> UnsafePointer<socket_address> {
        unsafe receive_batch_address(batch, UInt32(index))
    }
}

/// Sends many datagrams with one system call (`sendmmsg(2)`). A handle like ``ReceiveBatch``.
@safe public struct SendBatch: BitwiseCopyable {
    @usableFromInline let batch: OpaquePointer

    public static func allocate(capacity: Int, slotByteCount: Int) -> SendBatch? {
        guard let batch = unsafe send_batch_create(UInt32(capacity), slotByteCount) else { return nil }
        return unsafe SendBatch(batch: batch)
    }

    public func deallocate() { unsafe send_batch_destroy(batch) }

    /// The buffer of the next datagram, of the slot's size; written before ``commit(byteCount:to:mayBeDropped:)``.
    @inlinable
    public func next() -> UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(send_batch_next(batch)) }

    /// Queues the next datagram. True when the batch is full: flush before the next.
    /// - Parameter mayBeDropped: false keeps it in the batch while the socket's buffer is full.
    @inlinable
    public func commit(byteCount: Int, to address: UnsafePointer<socket_address>, mayBeDropped: Bool = true) -> Bool {
        unsafe send_batch_commit(batch, byteCount, address, mayBeDropped)
    }

    /// Sends what is queued. Never blocks, does not allocate. When the socket's buffer is full, what may be dropped is dropped
    /// and counted; the rest stays queued, a quarter of the batch at most.
    public func flush(to fileDescriptor: Int32) { unsafe send_batch_flush(batch, fileDescriptor) }

    /// Whether nothing is queued.
    public var isEmpty: Bool { unsafe send_batch_count(batch) == 0 }

    /// What became of the datagrams so far.
    public var totals: send_totals { unsafe send_batch_totals(batch).pointee }
}
