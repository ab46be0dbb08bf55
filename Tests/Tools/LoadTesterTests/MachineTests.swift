import Testing

@testable import LoadTester

@Suite("What the kernel tells is read as proc(5) describes it")
struct MachineTests {
    @Test("sockets that listen on a port, among others, by IPv4 and IPv6")
    func listening() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41234 1 0000 100 0
               1: 0100007F:1F90 0100007F:A3C2 01 00000000:00000000 02:000009D6 00000000     0        0 51111 2 0000 20 4
               2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41235 1 0000 100 0
            """
        #expect(ListeningPorts.inodes(listeningOn: 8_080, in: table) == [41_234])
        #expect(ListeningPorts.inodes(listeningOn: 8_082, in: table) == [])
        let sixth = """
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
               0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 61234 1 0000 100 0
            """
        #expect(ListeningPorts.inodes(listeningOn: 8_080, in: sixth) == [61_234])
        #expect(ListeningPorts.inodes(listeningOn: 8_080, in: "nonsense\n\n 1: 2") == [])
    }

    @Test("how busy all processors were between two looks")
    func busy() throws {
        let before = try #require(MachineTime("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"))
        let after = try #require(MachineTime("cpu  175 0 75 880 60 5 5 0 0 0\n"))
        // 200 ticks, 90 of which are idle or waiting for a disk.
        #expect(after.share(since: before) == 0.55)
        #expect(after.share(since: after) == nil)
        #expect(MachineTime("cpu0 1 2 3 4 5 6 7 8") == nil)
        #expect(MachineTime("cpu  1 2 3") == nil)
        #expect(MachineTime("") == nil)
    }

    @Test("600 samples of memory are kept, and the last of them")
    func samples() {
        func samples(_ count: Int) -> [ServerMemory.Sample] {
            (0..<count).map { ServerMemory.Sample(seconds: Double($0), bytes: $0) }
        }
        #expect(ProcessWatch.thinned(samples(600)).count == 600)
        let thinned = ProcessWatch.thinned(samples(601))
        #expect(thinned.count <= 301)
        #expect(thinned.last?.bytes == 600)
        #expect(ProcessWatch.thinned([]).isEmpty)
    }
}
