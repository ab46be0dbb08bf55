/// Numbers that a processing step keeps or works in. Taken when the step is made; zero at first.
@safe struct FloatMemory: ~Copyable {
    let count: Int
    /// Valid for as long as the memory's owner lives.
    let start: UnsafeMutablePointer<Float>

    init(_ count: Int) {
        self.count = count
        unsafe start = .allocate(capacity: count)
        unsafe start.initialize(repeating: 0, count: count)
    }

    deinit { unsafe start.deallocate() }

    /// Sets all of it to `value`.
    func fill(_ value: Float) { unsafe start.update(repeating: value, count: count) }

    /// Moves everything `shift` places down and puts as many new numbers at the end.
    func append(_ new: UnsafePointer<Float>, count shift: Int) {
        unsafe start.update(from: start + shift, count: count - shift)
        unsafe (start + (count - shift)).update(from: new, count: shift)
    }
}

/// A spectrum: real and imaginary parts, bin by bin from 0 Hz to half the sample rate.
@safe struct Spectrum: ~Copyable {
    let real: UnsafeMutablePointer<Float>
    let imaginary: UnsafeMutablePointer<Float>
    private let memory: FloatMemory

    init(binCount: Int) {
        memory = FloatMemory(2 * binCount)
        unsafe real = memory.start
        unsafe imaginary = memory.start + binCount
    }
}
