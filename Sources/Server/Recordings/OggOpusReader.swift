import COgg

/// The Opus packets of a file that the recorder wrote, one after the other.
///
/// One owner; blocks while the disk does. The file is opened for each read only, so that any number of readers hold no descriptor.
/// What is damaged is passed over, page by page.
@safe struct OggOpusReader: ~Copyable {
    /// Bytes of one read.
    private static let readBytes = 16_384
    /// RFC 7845 §3: the identification and the comments.
    private static let headerCount = 2

    private let path: String
    private let input: UnsafeMutablePointer<ogg_sync_state>
    private let stream: UnsafeMutablePointer<ogg_stream_state>
    private var hasStream = false
    private var headersLeft = Self.headerCount
    private var offset: UInt64 = 0

    init(path: String) {
        self.path = path
        unsafe input = .allocate(capacity: 1)
        unsafe stream = .allocate(capacity: 1)
        unsafe ogg_sync_init(input)
    }

    deinit {
        unsafe ogg_sync_clear(input)
        if hasStream { unsafe ogg_stream_clear(stream) }
        unsafe input.deallocate()
        unsafe stream.deallocate()
    }

    /// The next packet; nil at the file's end.
    mutating func next() throws(RecordingFileError) -> [UInt8]? {
        while true {
            var packet = unsafe ogg_packet()
            while hasStream {
                let outcome = unsafe ogg_stream_packetout(stream, &packet)
                guard outcome != 0 else { break }
                // −1: a hole, of which nothing is known.
                guard outcome > 0 else { continue }
                if headersLeft > 0 {
                    headersLeft -= 1
                    continue
                }
                return unsafe Array(UnsafeBufferPointer(start: packet.packet, count: packet.bytes))
            }
            guard try takePage() else { return nil }
        }
    }

    /// Hands the next whole page to the stream. False at the file's end.
    private mutating func takePage() throws(RecordingFileError) -> Bool {
        var page = unsafe ogg_page()
        while true {
            let outcome = unsafe ogg_sync_pageout(input, &page)
            if outcome > 0 {
                if !hasStream { hasStream = unsafe ogg_stream_init(stream, ogg_page_serialno(&page)) == 0 }
                if hasStream { unsafe _ = ogg_stream_pagein(stream, &page) }
                return hasStream
            }
            guard outcome == 0 else { continue }
            let bytes = try RecordingFile.read(path, from: offset, countMax: Self.readBytes).bytes
            guard !bytes.isEmpty, let room = unsafe ogg_sync_buffer(input, bytes.count) else { return false }
            unsafe bytes.withUnsafeBytes {
                unsafe UnsafeMutableRawPointer(room).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
            }
            unsafe ogg_sync_wrote(input, bytes.count)
            offset += UInt64(bytes.count)
        }
    }
}
