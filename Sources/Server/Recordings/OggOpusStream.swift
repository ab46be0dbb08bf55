import COgg

/// Opus packets as an Ogg bitstream (RFC 3533, RFC 7845): takes packets, gives pages.
///
/// Pure: writes nothing anywhere. One owner at a time; allocates as it grows, never blocks. `packets` that come must hold
/// sound of the length that is said; granule positions count 48 kHz samples whatever the packets were encoded at.
@safe struct OggOpusStream: ~Copyable {
    /// What a talker's encoder delays the sound by, in samples (libopus at 48 kHz).
    static let preSkip = 312
    /// RFC 7845 §5.2: who made the file.
    static let vendor = "Roomtone"

    private let state: UnsafeMutablePointer<ogg_stream_state>
    /// Samples at the start that a player drops, so that the first one heard is the first one that was said.
    private let preSkip: Int
    private var packetNumber: Int64 = 0
    /// Samples of all packets so far.
    private(set) var granulePosition: Int64 = 0
    /// Whole pages that nobody has taken yet.
    private var pages: [UInt8] = []

    /// - Parameters:
    ///   - serialNumber: of the bitstream; any number.
    ///   - channelCount: 1 or 2.
    ///   - preSkip: samples by which a decoder is behind.
    init(serialNumber: Int32, channelCount: UInt8, preSkip: Int = Self.preSkip) {
        unsafe state = .allocate(capacity: 1)
        unsafe ogg_stream_init(state, serialNumber)
        self.preSkip = preSkip
        put(Self.head(channelCount: channelCount, preSkip: preSkip), isFirst: true)
        flush()
        put(Self.tags, isFirst: false)
        flush()
    }

    /// Goes on with a stream that was left open.
    private init(continuing serialNumber: Int32, pageNumber: Int, granulePosition: Int64) {
        unsafe state = .allocate(capacity: 1)
        unsafe ogg_stream_init(state, serialNumber)
        // Neither first page nor first packet: those are in the file.
        unsafe state.pointee.b_o_s = 1
        unsafe state.pointee.pageno = pageNumber
        preSkip = Self.preSkip
        self.granulePosition = granulePosition
        packetNumber = 1
    }

    /// The page that ends a stream which was left open.
    static func lastPage(serialNumber: Int32, pageNumber: Int, granulePosition: Int64) -> [UInt8] {
        var stream = OggOpusStream(
            continuing: serialNumber, pageNumber: pageNumber, granulePosition: granulePosition)
        stream.finish()
        return stream.takePages()
    }

    deinit {
        unsafe ogg_stream_clear(state)
        unsafe state.deallocate()
    }

    /// Bytes of the pages that ``takePages()`` would give.
    var pageByteCount: Int { pages.count }

    /// Adds a packet with so many samples of sound.
    mutating func append(_ packet: [UInt8], sampleCount: Int) {
        granulePosition += Int64(sampleCount)
        put(packet, isFirst: false)
        unsafe collect { unsafe ogg_stream_pageout($0, $1) }
    }

    /// Ends the page that is open, if a packet is on it.
    mutating func flush() { unsafe collect { unsafe ogg_stream_flush($0, $1) } }

    /// Ends the stream with a packet of 20 ms, silence where there is none, cut to the length by which a decoder is behind
    /// (RFC 7845 §4.4).
    mutating func finish(with packet: [UInt8] = OpusFiller.silence(sampleCount: 960)) {
        granulePosition += Int64(preSkip)
        put(packet, isFirst: false, isLast: true)
        flush()
    }

    /// Hands the whole pages over, to be written one after the other.
    mutating func takePages() -> [UInt8] {
        defer { pages.removeAll(keepingCapacity: true) }
        return pages
    }

    private mutating func put(_ bytes: [UInt8], isFirst: Bool, isLast: Bool = false) {
        var bytes = bytes
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var packet = unsafe ogg_packet(
                packet: buffer.baseAddress, bytes: buffer.count, b_o_s: isFirst ? 1 : 0, e_o_s: isLast ? 1 : 0,
                granulepos: granulePosition, packetno: packetNumber)
            // Copies the packet. Fails only where memory ends, and then the page lacks it.
            unsafe ogg_stream_packetin(state, &packet)
        }
        packetNumber += 1
    }

    private mutating func collect(
        _ next: (UnsafeMutablePointer<ogg_stream_state>, UnsafeMutablePointer<ogg_page>) -> Int32
    ) {
        var page = unsafe ogg_page()
        while unsafe next(state, &page) != 0 {
            unsafe pages.append(contentsOf: UnsafeBufferPointer(start: page.header, count: page.header_len))
            unsafe pages.append(contentsOf: UnsafeBufferPointer(start: page.body, count: page.body_len))
        }
    }

    /// RFC 7845 §5.1; numbers little-endian, channel mapping family 0.
    private static func head(channelCount: UInt8, preSkip: Int) -> [UInt8] {
        let rate: UInt32 = 48_000
        return Array("OpusHead".utf8) + [1, channelCount] + littleEndian(UInt16(preSkip)) + littleEndian(rate)
            + littleEndian(UInt16(0)) + [0]
    }

    /// RFC 7845 §5.2. No comments: who speaks stands in the manifest, where it can be deleted.
    private static var tags: [UInt8] {
        Array("OpusTags".utf8) + littleEndian(UInt32(vendor.utf8.count)) + Array(vendor.utf8) + littleEndian(UInt32(0))
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
