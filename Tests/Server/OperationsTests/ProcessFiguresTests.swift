import Testing

@testable import Operations

@Suite struct ProcessFiguresTests {
    /// As proc(5) has them; the program's name holds what would mislead who splits at spaces.
    @Test func theKernelsTextsAreReadByField() {
        let figures = ProcessFigures(
            status: "Name:\ta) b\nVmSize:\t  2048 kB\nVmRSS:\t  1024 kB\nThreads:\t7\n",
            statistics: "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 7 0 1000 99 5",
            bootSeconds: ProcessFigures.bootSeconds("cpu 1 2 3\nbtime 1700000000\n"), ticksPerSecond: 100)
        #expect(figures.residentBytes == 1 << 20 && figures.virtualBytes == 2 << 20 && figures.threads == 7)
        #expect(figures.processorSeconds == 3)
        #expect(figures.startSeconds == 1_700_000_010)
    }

    @Test func ofThisProcessAllIsKnown() {
        let figures = ProcessFigures.read()
        #expect(figures.residentBytes > 1 << 20 && figures.threads > 0 && figures.openFiles > 2)
        #expect(figures.openFilesMax > 2 && figures.startSeconds > 1_600_000_000)
    }

    @Test func textsThatAreNotThereAreNoFigures() {
        #expect(ProcessFigures(status: "", statistics: "", bootSeconds: 0, ticksPerSecond: 100) == ProcessFigures())
    }
}
