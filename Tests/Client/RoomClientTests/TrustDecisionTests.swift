import RoomClient
import Testing

struct TrustDecisionTests {
    private let shown = CertificateFingerprint(certificateDER: [1])
    private let other = CertificateFingerprint(certificateDER: [2])

    private func decide(
        demanded: CertificateFingerprint? = nil, byAuthority: Bool = false, _ remembered: KnownServers.Lookup
    ) -> TrustDecision {
        .decide(presented: shown, demanded: demanded, isVerifiedByAuthority: byAuthority, remembered: remembered)
    }

    @Test func `a first meeting is accepted as one`() {
        #expect(decide(.unknown) == .accept(.firstUse))
    }

    @Test func `the remembered certificate is accepted and another refused`() {
        #expect(decide(.pinned(shown, line: 2)) == .accept(.pinned))
        #expect(
            decide(.pinned(other, line: 2)) == .refuse(.changed(remembered: other, line: 2, isSignedByAuthority: false))
        )
    }

    @Test func `an authority's word needs no pin, and outranks none`() {
        #expect(decide(byAuthority: true, .unknown) == .accept(.authority))
        #expect(decide(byAuthority: true, .pinned(shown, line: 1)) == .accept(.pinned))
        #expect(
            decide(byAuthority: true, .pinned(other, line: 1))
                == .refuse(.changed(remembered: other, line: 1, isSignedByAuthority: true)))
    }

    @Test func `a server once vouched for cannot fall back to a first meeting`() {
        #expect(decide(.authority(line: 3)) == .refuse(.authorityLost(line: 3)))
        #expect(decide(byAuthority: true, .authority(line: 3)) == .accept(.authority))
    }

    @Test func `a demanded fingerprint decides alone`() {
        #expect(decide(demanded: shown, .pinned(other, line: 1)) == .accept(.demanded))
        #expect(decide(demanded: other, byAuthority: true, .pinned(shown, line: 1)) == .refuse(.notDemanded(other)))
    }

    @Test func `an unreadable entry refuses even what an authority signed`() {
        #expect(decide(byAuthority: true, .unreadable(line: 4)) == .refuse(.unreadableEntry(line: 4)))
    }
}

struct CertificateFingerprintTests {
    private let fingerprint = CertificateFingerprint(certificateDER: "abc".utf8)
    private let digits = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"

    @Test func `it is SHA-256 in the form that openssl prints`() {
        #expect(fingerprint.description.hasPrefix("SHA256:BA:78:16:BF"))
        #expect(fingerprint.description.filter(\.isHexDigit).hasSuffix(digits))
    }

    @Test func `with and without colons, prefix and capitals it is the same`() {
        for text in [fingerprint.description, digits, digits.lowercased(), "sha256:" + digits] {
            #expect(CertificateFingerprint(parsing: text) == fingerprint)
        }
    }

    @Test func `anything else is none`() {
        for text in [
            "", "SHA256:", String(digits.dropLast()), digits + "00", ":" + digits, digits + ":0", "G" + digits,
        ] {
            #expect(CertificateFingerprint(parsing: text) == nil, "\(text)")
        }
    }
}
