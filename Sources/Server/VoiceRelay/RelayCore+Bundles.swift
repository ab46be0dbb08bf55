import CSocketBatch
import VoiceSealing
import VoiceWire

extension RelayCore {
    // MARK: Filling windows

    /// Puts a frame into its room's window, for those who take bundles. False when no window is to be had: the
    /// frame must then go out alone.
    mutating func hold<Sink: DatagramSink & ~Copyable>(
        _ frame: UnsafeRawBufferPointer, _ header: VoiceHeader, from talker: UnsafeMutablePointer<VoiceSession>,
        now: UInt64, age: UInt64, into sink: inout Sink
    ) -> Bool {
        let record = BundleRecord(header, frameByteCount: frame.count)
        let room = unsafe rooms + Int(header.room.rawValue)
        if unsafe room.pointee.windowNumber > 0 {
            let index = unsafe Int(room.pointee.windowNumber) - 1
            if unsafe windows.append(record, frame, to: index) {
                unsafe talker.pointee.isHeld = true
                return true
            }
            // A datagram is full: it goes now, before this frame.
            closeWindow(index, into: &sink)
        }
        guard frame.count <= BundleRecord.frameByteCountMax else { return false }
        let length = unsafe bundleWindow.nanoseconds(
            talkerCount: Int(room.pointee.talkerCount), busyShare: busyShare)
        pace.note(wait: length, at: now)
        guard let index = windows.open(for: header.room, until: now &+ length &- min(age, length)) else {
            counters.add(.windowsExhausted)
            return false
        }
        unsafe room.pointee.windowNumber = UInt32(index + 1)
        _ = unsafe windows.append(record, frame, to: index)
        unsafe talker.pointee.isHeld = true
        return true
    }

    /// Sends what waits in windows whose time has come. Called after every batch.
    @inline(__always)
    mutating func closeWindows<Sink: DatagramSink & ~Copyable>(dueAt now: UInt64, into sink: inout Sink) {
        guard now >= windows.nextDeadline else { return }
        var index = windows.count - 1
        // From the end: closing swaps in a window that was already looked at.
        while index >= 0 {
            if windows[index].deadline <= now { closeWindow(index, into: &sink) }
            index -= 1
        }
        windows.findNextDeadline()
    }

    /// Sends a window's frames to everybody in its room who takes bundles, and closes it.
    mutating func closeWindow<Sink: DatagramSink & ~Copyable>(_ index: Int, into sink: inout Sink) {
        let room = windows[index].room
        let records = unsafe windows.records(index)
        let table = unsafe rooms[Int(room.rawValue)].routes
        if let entries = unsafe table.entries {
            for position in 0..<Int(table.count) {
                readAhead(in: table, from: position)
                let entry = unsafe entries[position]
                guard let listener = unsafe session(VoiceID(rawValue: entry.voice)),
                    unsafe listener.pointee.bundleBytesMax > 0
                else { continue }
                let isTalker = unsafe listener.pointee.isHeld
                unsafe listener.pointee.isHeld = false
                guard entry.mayHear, unsafe listener.pointee.isReachable else { continue }
                if isTalker {
                    let (others, frameCount) = unsafe gather(records, without: listener.pointee.voice)
                    unsafe sendRecords(others, frameCount: frameCount, to: listener, into: &sink)
                } else {
                    unsafe sendRecords(records, frameCount: windows[index].frameCount, to: listener, into: &sink)
                }
            }
        }
        unsafe rooms[Int(room.rawValue)].windowNumber = 0
        if let moved = windows.close(index) { unsafe rooms[Int(moved.rawValue)].windowNumber = UInt32(index + 1) }
    }

    /// The records of everybody else, copied together, and how many they are.
    private func gather(
        _ records: UnsafeRawBufferPointer, without voice: VoiceID
    ) -> (records: UnsafeRawBufferPointer, frameCount: Int) {
        var reader = unsafe BundleReader(records)
        var (byteCount, frameCount) = (0, 0)
        while let element = reader.next() {
            guard element.record.voice != voice, let frame = unsafe element.frame.baseAddress else { continue }
            let start = unsafe frame - BundleRecord.headerByteCount
            unsafe (gathered + byteCount).copyMemory(from: start, byteCount: element.record.byteCount)
            byteCount += element.record.byteCount
            frameCount += 1
        }
        return unsafe (UnsafeRawBufferPointer(start: gathered, count: byteCount), frameCount)
    }

    // MARK: Sending them

    /// Sends records in as few datagrams as the listener's path allows; a record alone goes as plain voice.
    private mutating func sendRecords<Sink: DatagramSink & ~Copyable>(
        _ records: UnsafeRawBufferPointer, frameCount: Int, to listener: UnsafeMutablePointer<VoiceSession>,
        into sink: inout Sink
    ) {
        guard frameCount > 0 else { return }
        let plaintextMax =
            unsafe Int(listener.pointee.bundleBytesMax)
            - VoiceHeader.byteCount - DatagramSealer.overheadByteCount
        if frameCount > 1, records.count <= plaintextMax {
            return unsafe sendBundle(records, frameCount: frameCount, to: listener, into: &sink)
        }
        var reader = unsafe BundleReader(records)
        var (start, end, held) = (0, 0, 0)
        while let element = reader.next() {
            let byteCount = element.record.byteCount
            if held > 0, end - start + byteCount > plaintextMax {
                let part = unsafe UnsafeRawBufferPointer(rebasing: records[start..<end])
                unsafe sendPart(part, frameCount: held, to: listener, into: &sink)
                (start, held) = (end, 0)
            }
            end += byteCount
            held += 1
        }
        let part = unsafe UnsafeRawBufferPointer(rebasing: records[start..<end])
        if held > 0 { unsafe sendPart(part, frameCount: held, to: listener, into: &sink) }
    }

    private mutating func sendPart<Sink: DatagramSink & ~Copyable>(
        _ records: UnsafeRawBufferPointer, frameCount: Int, to listener: UnsafeMutablePointer<VoiceSession>,
        into sink: inout Sink
    ) {
        guard frameCount == 1 else {
            return unsafe sendBundle(records, frameCount: frameCount, to: listener, into: &sink)
        }
        var reader = unsafe BundleReader(records)
        guard let element = reader.next() else { return }
        let header = unsafe element.record.header(in: listener.pointee.room)
        unsafe writeListenerHeader(for: header, frameByteCount: element.frame.count)
        let byteCount = unsafe send(element.frame, to: listener, into: &sink)
        board.countSent(datagramCount: 1, byteCount: byteCount, to: unsafe listener.pointee.room)
        counters.add(.framesForwarded)
    }

    private func sendBundle<Sink: DatagramSink & ~Copyable>(
        _ records: UnsafeRawBufferPointer, frameCount: Int, to listener: UnsafeMutablePointer<VoiceSession>,
        into sink: inout Sink
    ) {
        unsafe answer(.bundle, records, to: listener, into: &sink)
        counters.add(.bundlesSent)
        counters.add(.framesForwarded, UInt64(frameCount))
    }
}
