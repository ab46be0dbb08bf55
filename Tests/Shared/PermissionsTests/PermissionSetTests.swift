import Identifiers
import Permissions
import Testing

@Suite struct PermissionSetTests {
    /// Stored sets are these bits: none may ever change.
    @Test func bitsAreAsStored() {
        let bits: [Permission: UInt16] = [
            .read: 1, .write: 2, .listen: 4, .speak: 8, .prioritySpeaker: 16, .muteOthers: 32, .move: 64, .kick: 128,
            .ban: 256, .manageMessages: 512, .manageRoom: 1_024, .record: 2_048,
        ]
        #expect(bits.count == Permission.allCases.count)
        for (permission, bit) in bits { #expect(PermissionSet(permission).rawValue == bit, "\(permission)") }
    }

    @Test func listsWhatItHoldsInOrder() {
        let set = PermissionSet([.record, .read, .kick])
        #expect(set.permissions == [.read, .kick, .record])
        #expect(set.contains(.kick))
        #expect(!set.contains(.ban))
        #expect(PermissionSet.all.permissions == Permission.allCases)
        #expect(PermissionSet([Permission]()).isEmpty)
    }

    /// A bit of a later version is neither named nor lost.
    @Test func unknownBitsAreKept() {
        let set = PermissionSet(rawValue: 1 << 15 | 1)
        #expect(set.permissions == [.read])
        #expect(set.rawValue == 1 << 15 | 1)
    }

    @Test func overrideThatSaysNothingIsEmpty() {
        let subject = PermissionOverride.Subject.role(.guest)
        #expect(PermissionOverride(subject: subject).isEmpty)
        #expect(!PermissionOverride(subject: subject, allowed: [PermissionSet(.read)]).isEmpty)
        #expect(!PermissionOverride(subject: subject, denied: [PermissionSet(.read)]).isEmpty)
    }

    @Test func rolesAreOrdered() {
        #expect(Role.allCases == Role.allCases.sorted())
        #expect(Role.allCases == [.guest, .member, .moderator, .admin, .owner])
    }
}
