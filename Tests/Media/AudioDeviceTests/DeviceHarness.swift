import AudioDevice
import Foundation
import LockFree

/// One side of a device for tests: a ring with room for ten seconds, its signal, and waiting without guessing times.
struct DeviceHarness {
    let ring: SampleRing
    let signal: EventSignal

    init(ringCapacity: Int = 1 << 19) throws {
        ring = SampleRing(capacity: ringCapacity)
        signal = try EventSignal()
    }

    /// Waits for signals until `condition` holds. Gives up after 30 s without a signal: false.
    func wait(until condition: () -> Bool) -> Bool {
        while !condition() {
            var descriptor = pollfd(fd: signal.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 30_000) == 1 else { return condition() }
            signal.clear()
        }
        return true
    }

    /// All samples in the ring.
    func takeAll() -> [Int16] {
        var samples = [Int16](repeating: 0, count: ring.readableCount)
        let count = samples.withUnsafeMutableBufferPointer { ring.read(into: $0) }
        return Array(samples[0..<count])
    }

    func put(_ samples: [Int16]) -> Int { samples.withUnsafeBufferPointer { ring.write($0) } }
}

extension DeviceTiming {
    /// Slack for tests of content, which run beside many others.
    static let patient = DeviceTiming(periodMicroseconds: 10_000, periodCount: 10)
}

/// A path for a file that a test makes.
func temporaryPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.path + "/roomtone-\(UUID().uuidString)-\(name)"
}

/// The error that `body` throws, if it is the device's.
func deviceError(_ body: () throws -> Void) -> AudioDeviceError? {
    do { try body() } catch { return error as? AudioDeviceError }
    return nil
}
