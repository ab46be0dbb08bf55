// Four or sixteen neighbouring numbers at a time. Any alignment; inside the memory is the caller's to see to.

extension UnsafePointer<Float> {
    /// The four numbers from `index` on.
    @inline(__always)
    func four(_ index: Int) -> SIMD4<Float> {
        unsafe UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Float>.self)
    }
}

extension UnsafeMutablePointer<Float> {
    /// The four numbers from `index` on.
    @inline(__always)
    func four(_ index: Int) -> SIMD4<Float> {
        unsafe UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Float>.self)
    }

    /// The sixteen numbers from `index` on.
    @inline(__always)
    func sixteen(_ index: Int) -> SIMD16<Float> {
        unsafe UnsafeRawPointer(self + index).loadUnaligned(as: SIMD16<Float>.self)
    }

    @inline(__always)
    func setSixteen(_ index: Int, _ value: SIMD16<Float>) {
        unsafe UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD16<Float>.self)
    }

    @inline(__always)
    func setFour(_ index: Int, _ value: SIMD4<Float>) {
        unsafe UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD4<Float>.self)
    }

    /// Sixteen numbers from `index` on: the first of each, then the second of each, and so on.
    @inline(__always)
    func setTransposed(
        _ index: Int, _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>
    ) {
        unsafe setFour(index, SIMD4(a[0], b[0], c[0], d[0]))
        unsafe setFour(index + 4, SIMD4(a[1], b[1], c[1], d[1]))
        unsafe setFour(index + 8, SIMD4(a[2], b[2], c[2], d[2]))
        unsafe setFour(index + 12, SIMD4(a[3], b[3], c[3], d[3]))
    }
}

extension SIMD4<Float> {
    /// The last first.
    @inline(__always)
    var reversed: SIMD4<Float> { SIMD4(self[3], self[2], self[1], self[0]) }
}

extension SIMD16<Float> {
    @inline(__always)
    mutating func addProduct(_ factor: Float, _ values: SIMD16<Float>) { self += factor * values }
}
