import Glibc

/// Gives back the pages of program code that starting needed and talking does not.
///
/// A page of code that was run once stays mapped, and counts as resident, until memory is short; the kernel maps the fifteen around
/// it as well. Arguments, certificates, logging in and the search for what types conform to touch some 20 MiB of which a call
/// needs a quarter. What is needed again is mapped again from the page cache, at a microsecond for sixteen pages.
public enum ProgramPages {
    /// Unmaps the code of the program and of its libraries, once everything runs. Any thread; allocates, reads `/proc/self/maps`, and
    /// may take a millisecond; other threads go on. Returns the bytes of address space whose pages were given back; 0 where there is no `/proc`.
    @discardableResult
    public static func letGo() -> Int {
        var byteCount = 0
        for range in codeRanges(of: String(decoding: ownMaps(), as: UTF8.self)) {
            // Only what was never written: the file has it, and nothing is lost (madvise(2), MADV_DONTNEED).
            let isGone =
                unsafe madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED) == 0
            if isGone { byteCount += range.count }
        }
        return byteCount
    }

    /// The same five seconds from now: by then a client has connected, and its voice runs. Returns early when cancelled, and then leaves
    /// everything as it is.
    public static func letGoWhenStarted() async {
        guard (try? await Task.sleep(for: startingTime)) != nil else { return }
        letGo()
    }

    private static let startingTime: Duration = .seconds(5)

    /// The address ranges in a text as of `/proc/PID/maps` (proc_pid_maps(5)) that hold code of a file, which cannot be written.
    /// Data that is only read is left: relocated pointers look the same there. Lines that are none are passed over.
    static func codeRanges(of maps: String) -> [Range<UInt>] {
        maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
                return nil
            }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { return nil }
            return ends[0]..<ends[1]
        }
    }

    /// Text read of `/proc/self/maps` at most: some 10,000 mappings. What lies beyond stays mapped.
    static let mapsBytesMax = 1 << 20

    private static func ownMaps() -> [UInt8] {
        let file = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var text: [UInt8] = []
        while text.count < mapsBytesMax {
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = unsafe max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if piece.isEmpty { break }
            text += piece
        }
        // The last line of what was not read to its end is half a line.
        return Array(text.prefix((text.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1))
    }
}
