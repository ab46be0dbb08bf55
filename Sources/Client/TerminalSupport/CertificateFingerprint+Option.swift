public import RoomClient

extension CertificateFingerprint {
    /// What `--fingerprint` was given; nil for nothing. Throws what is no fingerprint.
    public init?(option text: String?) throws(CommandFailure) {
        guard let text else { return nil }
        guard let demanded = CertificateFingerprint(parsing: text) else {
            throw CommandFailure(
                .usage,
                "--fingerprint “\(text)”: give SHA256: and 64 hexadecimal digits, as the server prints it.")
        }
        self = demanded
    }
}
