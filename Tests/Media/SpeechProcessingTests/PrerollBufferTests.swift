import SpeechProcessing
import Testing

@Suite struct PrerollBufferTests {
    @Test("It gives back the newest frames, oldest first", arguments: 0...8)
    func order(_ kept: Int) {
        var buffer = PrerollBuffer(frameCountMax: 3, frameSampleCount: 4)
        for frame in 0..<kept { keep(Int16(frame), in: &buffer) }
        #expect(buffer.frameCount == min(kept, 3))
        #expect(takeAll(&buffer) == (max(0, kept - 3)..<kept).map { Int16($0) })
        #expect(buffer.frameCount == 0)
    }

    @Test("It is usable again after it was emptied")
    func reuse() {
        var buffer = PrerollBuffer(frameCountMax: 2, frameSampleCount: 4)
        for frame in 0..<3 { keep(Int16(frame), in: &buffer) }
        #expect(takeAll(&buffer) == [1, 2])
        keep(7, in: &buffer)
        #expect(takeAll(&buffer) == [7])
        keep(8, in: &buffer)
        buffer.removeAll()
        #expect(takeAll(&buffer).isEmpty)
    }

    @Test(
        "All but the newest can be forgotten",
        arguments: [(-1, []), (0, []), (1, [2]), (2, [1, 2]), (3, [0, 1, 2]), (4, [0, 1, 2])] as [(Int, [Int16])])
    func newest(_ count: Int, _ left: [Int16]) {
        var buffer = PrerollBuffer(frameCountMax: 3, frameSampleCount: 4)
        for frame in 0..<3 { keep(Int16(frame), in: &buffer) }
        buffer.keepNewest(count)
        #expect(takeAll(&buffer) == left)
    }

    private func keep(_ value: Int16, in buffer: inout PrerollBuffer) {
        [value, value, value, value].withUnsafeBufferPointer { buffer.keep($0) }
    }

    /// The value of each frame taken; a frame of mixed values gives −1.
    private func takeAll(_ buffer: inout PrerollBuffer) -> [Int16] {
        var taken: [Int16] = []
        var frame = [Int16](repeating: -1, count: 4)
        while frame.withUnsafeMutableBufferPointer({ buffer.takeOldest(into: $0) }) {
            taken.append(Set(frame).count == 1 ? frame[0] : -1)
        }
        return taken
    }
}
