import Rooms
import Testing

@testable import ControlServer

@Suite struct ConnectionLedgerTests {
    private func ledger(total: Int = 10, perAddress: Int = 10, unauthenticated: Int = 10) -> ConnectionLedger {
        var configuration = ControlServerConfiguration()
        configuration.connectionsMax = total
        configuration.connectionsPerAddressMax = perAddress
        configuration.unauthenticatedPerAddressMax = unauthenticated
        return ConnectionLedger(Live(configuration))
    }

    @Test func connectionsInAllAtTheLimitAndOnePast() {
        var ledger = ledger(total: 2)
        #expect(ledger.admit("a") == nil)
        #expect(ledger.admit("b") == nil)
        #expect(ledger.admit("c") == .connectionLimitHit)
        ledger.release("a", wasAuthenticated: false)
        #expect(ledger.admit("c") == nil)
    }

    @Test func connectionsOfAnAddressAtTheLimitAndOnePast() {
        var ledger = ledger(perAddress: 2)
        for _ in 0..<2 {
            #expect(ledger.admit("a") == nil)
            ledger.authenticated("a")
        }
        #expect(ledger.admit("a") == .addressLimitHit)
        #expect(ledger.admit("b") == nil)
        ledger.release("a", wasAuthenticated: true)
        #expect(ledger.admit("a") == nil)
    }

    @Test func unauthenticatedConnectionsOfAnAddressAtTheLimitAndOnePast() {
        var ledger = ledger(unauthenticated: 2)
        #expect(ledger.admit("a") == nil)
        #expect(ledger.admit("a") == nil)
        #expect(ledger.admit("a") == .unauthenticatedLimitHit)
        ledger.authenticated("a")
        #expect(ledger.admit("a") == nil)
        ledger.release("a", wasAuthenticated: false)
        #expect(ledger.admit("a") == nil)
        #expect(ledger.admit("a") == .unauthenticatedLimitHit)
    }
}
