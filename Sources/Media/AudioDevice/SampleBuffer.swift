/// Memory for samples that a device's thread works in. Taken before the thread starts, so that the loop allocates nothing.
@safe struct SampleBuffer: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<Int16>

    /// `count` samples of silence.
    init(count: Int) {
        unsafe memory = .allocate(capacity: count)
        unsafe memory.initialize(repeating: 0)
    }

    deinit { unsafe memory.deallocate() }

    var count: Int { unsafe memory.count }

    /// All of it, to be filled.
    var all: UnsafeMutableBufferPointer<Int16> { unsafe memory }

    /// The first `count` samples, to be read.
    func first(_ count: Int) -> UnsafeBufferPointer<Int16> {
        unsafe UnsafeBufferPointer(rebasing: memory[0..<count])
    }

    /// The samples from `start` on, to be filled.
    func from(_ start: Int) -> UnsafeMutableBufferPointer<Int16> {
        unsafe UnsafeMutableBufferPointer(rebasing: memory[start...])
    }
}
