import Foundation
import Testing

@testable import Daemon

@Suite struct JoinInstructionsTests {
    private func text(_ host: String) -> String {
        JoinInstructions(listeningHost: host, controlPort: 1, voicePort: 2, fingerprint: "AB:CD", dataDirectory: "/d")
            .text
    }

    @Test(arguments: ["::", "0.0.0.0"])
    func listeningEverywhereNamesTheMachine(_ host: String) {
        #expect(text(host).contains("--server \(ProcessInfo.processInfo.hostName):1 "))
        #expect(text(host).contains("--server localhost:1 "))
    }

    @Test func newcomersAreToldHowAndWhatToCompare() {
        #expect(text("::").contains("--register the first time"))
        #expect(text("::").contains("SHA256:AB:CD\n"))
    }

    @Test func theOwnershipTokenIsThereWhileThereIsOne() {
        #expect(!text("::").contains("claim-ownership"))
        let unowned = JoinInstructions(
            listeningHost: "::", controlPort: 1, voicePort: 2, fingerprint: "AB:CD", dataDirectory: "/d",
            ownershipToken: "abcd1234")
        #expect(unowned.text.contains("\n  roomtone admin claim-ownership abcd1234\n"))
        #expect(unowned.text.hasSuffix("was used.\nStop with Ctrl-C."))
    }

    @Test func whereToWatchIsThereUnlessItIsSwitchedOff() {
        #expect(!text("::").contains("Metrics"))
        let watched = JoinInstructions(
            listeningHost: "::", controlPort: 1, voicePort: 2, fingerprint: "AB:CD", dataDirectory: "/d",
            operations: "127.0.0.1:9464")
        #expect(watched.text.contains("\nMetrics and health: http://127.0.0.1:9464/metrics and /readyz\n"))
    }

    @Test func oneAddressIsTheOnlyOneNamed() {
        #expect(text("127.0.0.1").contains("--server 127.0.0.1:1 "))
        #expect(!text("127.0.0.1").contains("localhost"))
        #expect(text("fd00::1").contains("--server [fd00::1]:1 "))
    }
}
