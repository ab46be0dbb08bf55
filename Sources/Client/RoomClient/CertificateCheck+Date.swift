#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension CertificateCheck {
    /// The time of a first meeting, ISO 8601 in UTC.
    static func date() -> String { Date().formatted(.iso8601) }
}
