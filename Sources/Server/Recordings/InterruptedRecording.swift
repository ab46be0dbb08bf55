import Glibc

/// What a crash left open.
enum InterruptedRecording {
    /// Bytes at a file's end in which the last page begins: a page has 65,307 at most (RFC 3533 §6).
    private static let tailBytes = 65_536

    /// Marks a recording as interrupted, with what its files hold, and cuts a page that was written in part.
    /// - Returns: whether it was open.
    static func close(_ folder: RecordingFolder) -> Bool {
        guard var manifest = try? folder.manifest(), manifest.end == nil else { return false }
        var lastEnd: UInt64 = 0
        for index in manifest.tracks.indices where !manifest.tracks[index].isDeleted {
            let track = manifest.tracks[index]
            guard let (byteCount, granule) = repair(folder.trackPath(track.number)) else { continue }
            manifest.tracks[index].byteCount = byteCount
            manifest.tracks[index].sampleCount = granule
            lastEnd = max(lastEnd, track.startNanoseconds / 1_000_000 + granule / 48)
        }
        manifest.end = .interrupted
        manifest.endedAt = manifest.startedAt + Int64(clamping: lastEnd)
        folder.releaseReserve()
        // Where the disk is full, it stays open until the next start.
        return (try? folder.write(manifest)) != nil
    }

    /// Cuts a file after its last whole page and ends its stream there.
    private static func repair(_ path: String) -> (byteCount: UInt64, granule: UInt64)? {
        guard let size = try? RecordingFile.read(path, from: 0, countMax: 0).fileByteCount else { return nil }
        let start = size > UInt64(2 * tailBytes) ? size - UInt64(2 * tailBytes) : 0
        guard let tail = try? RecordingFile.read(path, from: start, countMax: 2 * tailBytes).bytes,
            let page = lastPage(in: tail)
        else { return nil }
        guard !page.isLast else { return (size, page.granule - UInt64(OggOpusStream.preSkip)) }
        let end = start + UInt64(page.end)
        let closing = OggOpusStream.lastPage(
            serialNumber: page.serialNumber, pageNumber: page.number + 1, granulePosition: Int64(page.granule))
        do throws(RecordingFileError) {
            var file = try RecordingFile(continuing: path, at: end)
            try file.append(closing)
            return (file.byteCount, page.granule)
        } catch {
            // It plays without its last page, too.
            return (end, page.granule)
        }
    }

    struct Page: Equatable {
        /// Where it ends.
        var end: Int
        var granule: UInt64
        var serialNumber: Int32
        var number: Int
        var isLast: Bool
    }

    /// RFC 3533 §6: `OggS`, version, flags, 8 bytes of granule position, serial, number, checksum, segment count, segments.
    static func lastPage(in bytes: [UInt8]) -> Page? {
        let mark = Array("OggS".utf8)
        var found: Page?
        var index = 0
        while index + 27 <= bytes.count {
            guard bytes[index..<index + 4].elementsEqual(mark) else {
                index += 1
                continue
            }
            let bodyStart = index + 27 + Int(bytes[index + 26])
            guard bodyStart <= bytes.count else { break }
            let end = bodyStart + bytes[index + 27..<bodyStart].reduce(0) { $0 + Int($1) }
            guard end <= bytes.count else { break }
            found = Page(
                end: end, granule: number(bytes[index + 6..<index + 14]),
                serialNumber: Int32(truncatingIfNeeded: number(bytes[index + 14..<index + 18])),
                number: Int(number(bytes[index + 18..<index + 22])), isLast: bytes[index + 5] & 4 != 0)
            index = end
        }
        return found
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension RecordingFileError {
    /// Whether there is no such file.
    var isAbsence: Bool { errorNumber == ENOENT }
}
