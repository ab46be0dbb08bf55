import VoiceWire

/// What a core keeps for one room. All zero for a room that nobody talks in: such rooms cost nothing.
struct RoomVoice: BitwiseCopyable {
    var routes: RouteTable
    /// Talkers who are speaking.
    var talkerCount: UInt32
    /// Members who take bundles.
    var bundleListenerCount: UInt32
    /// The window that is open, as its position in the pool of windows, plus one; 0 when none is.
    var windowNumber: UInt32
    /// What the room's talkers may send together.
    var byteAllowance: Allowance
}

/// Frames of one room that wait for each other: the plaintext of the bundle that they will be, ready to be sealed.
///
/// Room for what one datagram carries and no more: what does not fit ends the window.
struct OpenWindow: BitwiseCopyable {
    var room: VoiceRoomID
    var byteCount = 0
    var frameCount = 0
    /// When it ends, in nanoseconds.
    var deadline: UInt64

    /// Bytes of records that fit into the longest sealed datagram.
    static let byteCountMax = BundleRecord.frameByteCountMax + BundleRecord.headerByteCount
}

/// The windows that are open, of all rooms of a thread, in memory that is reserved once.
@safe struct WindowPool: ~Copyable {
    /// Rooms that may have a window open at once. Beyond it frames go out without waiting, and are counted.
    static let capacity = 1_024
    private static let slotByteCount = 1_344
    private let windows: UnsafeMutablePointer<OpenWindow>
    private let bytes: UnsafeMutableRawPointer
    private(set) var count = 0
    /// When the first of them ends; `UInt64.max` when none is open.
    private(set) var nextDeadline: UInt64 = .max

    init() {
        precondition(Self.slotByteCount >= OpenWindow.byteCountMax)
        unsafe windows = .allocate(capacity: Self.capacity)
        // Touched as far as windows have ever been open.
        unsafe bytes = .allocate(byteCount: Self.capacity * Self.slotByteCount, alignment: 64)
    }

    deinit {
        unsafe windows.deallocate()
        unsafe bytes.deallocate()
    }

    subscript(index: Int) -> OpenWindow { unsafe windows[index] }

    /// Opens a window and says where it stands; nil when all are in use.
    mutating func open(for room: VoiceRoomID, until deadline: UInt64) -> Int? {
        guard count < Self.capacity else { return nil }
        unsafe windows[count] = OpenWindow(room: room, deadline: deadline)
        count += 1
        nextDeadline = min(nextDeadline, deadline)
        return count - 1
    }

    /// Adds a frame; false when it does not fit.
    mutating func append(
        _ record: BundleRecord, _ frame: UnsafeRawBufferPointer, to index: Int
    ) -> Bool {
        let offset = unsafe windows[index].byteCount
        guard offset + record.byteCount <= OpenWindow.byteCountMax else { return false }
        let start = unsafe bytes + index * Self.slotByteCount + offset
        unsafe record.write(to: UnsafeMutableRawBufferPointer(start: start, count: record.byteCount))
        if let source = frame.baseAddress {
            unsafe (start + BundleRecord.headerByteCount).copyMemory(from: source, byteCount: frame.count)
        }
        unsafe windows[index].byteCount += record.byteCount
        unsafe windows[index].frameCount += 1
        return true
    }

    /// The records of a window. Valid until the window is closed.
    func records(_ index: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: bytes + index * Self.slotByteCount, count: windows[index].byteCount)
    }

    /// Closes a window. The room of the window that takes its place, if another does.
    mutating func close(_ index: Int) -> VoiceRoomID? {
        count -= 1
        guard index < count else { return nil }
        unsafe windows[index] = windows[count]
        let (from, to) = unsafe (bytes + count * Self.slotByteCount, bytes + index * Self.slotByteCount)
        unsafe to.copyMemory(from: from, byteCount: windows[index].byteCount)
        return unsafe windows[index].room
    }

    /// Looks up anew when the first window ends, after some were closed.
    mutating func findNextDeadline() {
        nextDeadline = .max
        for index in 0..<count { nextDeadline = unsafe min(nextDeadline, windows[index].deadline) }
    }
}
