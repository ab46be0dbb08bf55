// How figures are written, for people.

extension Double {
    package func rounded(_ places: Int) -> String {
        let scale = places == 1 ? 10.0 : 100.0
        let hundredths = (self * scale).rounded() / scale
        return "\(hundredths)"
    }
}

extension UInt64 {
    /// Of microseconds.
    package var milliseconds: String { (Double(self) / 1_000).rounded(2) + " ms" }
}

extension Int {
    /// Of bytes.
    package var mebibytes: String { (Double(self) / 1_048_576).rounded(1) + " MiB" }
}
