import CSocketBatch
import LockFree
import VoiceWire

/// The inboxes of all relay threads, as one of them uses them: a run of unowned references in raw memory, so
/// that handing a datagram over counts no references. The threads' owner keeps the inboxes alive.
@safe struct RelayPeers: ~Copyable {
    let index: Int
    let count: Int
    private let inboxes: UnsafeMutablePointer<Unmanaged<RelayInbox>>
    /// Keeps the inboxes while the loop runs.
    private let retained: [RelayInbox]

    init(inboxes: [RelayInbox], index: Int) {
        self.index = index
        count = inboxes.count
        retained = inboxes
        unsafe self.inboxes = .allocate(capacity: inboxes.count)
        for (position, inbox) in inboxes.enumerated() {
            unsafe (self.inboxes + position).initialize(to: Unmanaged.passUnretained(inbox))
        }
    }

    deinit { unsafe inboxes.deallocate() }

    /// The thread whose session this is: the id's remainder.
    @inline(__always)
    func owner(of voice: UInt16) -> Int { count == 1 ? 0 : Int(voice) % count }

    /// Puts a datagram before its owner. False when the owner's ring is full: it is dropped.
    func handOver(_ datagram: UnsafeRawBufferPointer, from address: UnsafePointer<socket_address>, to owner: Int)
        -> Bool
    {
        unsafe inboxes[owner]._withUnsafeGuaranteedRef { inbox in
            let isPushed = unsafe inbox.datagrams.push { unsafe HandoverSlot.write(datagram, from: address, to: $0) }
            inbox.ring()
            return isPushed
        }
    }
}
