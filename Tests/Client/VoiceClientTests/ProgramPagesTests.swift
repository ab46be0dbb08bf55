import Glibc
import Testing

@testable import VoiceClient

@Suite struct ProgramPagesTests {
    @Test("Code of files is found in a process's map, and nothing else")
    func ranges() {
        let maps = """
            55d0c0000000-55d0c0004000 r--p 00000000 08:01 1234                       /usr/bin/a program
            55d0c0004000-55d0c0009000 r-xp 00004000 08:01 1234                       /usr/bin/a program
            55d0c0009000-55d0c000a000 rw-p 00009000 08:01 1234                       /usr/bin/a program
            7f0000000000-7f0000001000 rwxp 00000000 08:01 77                         /usr/lib/written.so
            7f0000002000-7f0000003000 r-xp 00000000 00:00 0
            7f0000005000-7f0000008000 r-xp 00001000 08:01 99                         /usr/lib/libc.so.6
            7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0                          [vdso]
            7f0000009000-7f0000009000 r-xp 00001000 08:01 99                         /usr/lib/empty.so
            nonsense r-xp 00001000 08:01 99 /usr/lib/nonsense.so
            7f00
            """
        #expect(
            ProgramPages.codeRanges(of: maps) == [
                0x55d0_c000_4000..<0x55d0_c000_9000, 0x7f00_0000_5000..<0x7f00_0000_8000,
            ])
        #expect(ProgramPages.codeRanges(of: "").isEmpty)
    }

    @Test("What was let go is no longer resident, and what is run next is there again")
    func letGo() throws {
        let before = try residentFilePages()
        #expect(ProgramPages.letGo() > 1 << 20)
        let after = try residentFilePages()
        #expect(after < before, "\(before) pages before, \(after) after")
        // Code that ran before runs again.
        #expect(ProgramPages.letGo() > 1 << 20)
    }

    /// Pages of files that are mapped and present: the third number of proc_pid_statm(5).
    private func residentFilePages() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 256)
        try #require(fgets(&text, Int32(text.count), file) != nil)
        let fields = String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self).split(separator: " ")
        return try #require(Int(fields[2]))
    }
}
