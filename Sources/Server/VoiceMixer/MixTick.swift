/// The beat of every mix: what is mixed, encoded and sent in one go.
package enum MixTick {
    /// 48 kHz samples of one channel: 20 ms.
    package static let sampleCount = 960
    static let nanoseconds: Int64 = 20_000_000
    /// Samples that one step of the summing loops takes.
    static let lanes = 8
}

/// One tick of sound on the scale of 16-bit samples, in memory of its own. One owner; nothing allocates after it was made.
@safe package struct TickSound: ~Copyable {
    private let samples: UnsafeMutablePointer<Float>

    package init() {
        unsafe samples = .allocate(capacity: MixTick.sampleCount)
        unsafe samples.initialize(repeating: 0, count: MixTick.sampleCount)
    }

    deinit { unsafe samples.deallocate() }

    package var buffer: UnsafeMutableBufferPointer<Float> {
        unsafe UnsafeMutableBufferPointer(start: samples, count: MixTick.sampleCount)
    }

    subscript(index: Int) -> Float { unsafe buffer[index] }

    func copy(_ other: borrowing TickSound) { unsafe samples.update(from: other.samples, count: MixTick.sampleCount) }

    package func clear() { unsafe samples.update(repeating: 0, count: MixTick.sampleCount) }

    /// Adds `other` with a gain that goes from `gain` to `target` over the tick: no step that could be heard as a click.
    func add(_ other: borrowing TickSound, gain: Float, target: Float) {
        let step = (target - gain) / Float(MixTick.sampleCount)
        var present = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) * step + gain
        let advance = SIMD8<Float>(repeating: step * Float(MixTick.lanes))
        let source = unsafe UnsafeRawPointer(other.samples)
        let sum = unsafe UnsafeMutableRawPointer(samples)
        for offset in stride(from: 0, to: MixTick.sampleCount * 4, by: MixTick.lanes * 4) {
            let added = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            let before = unsafe sum.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            unsafe sum.storeBytes(of: before + added * present, toByteOffset: offset, as: SIMD8<Float>.self)
            present += advance
        }
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension TickSound: @unchecked Sendable {}
