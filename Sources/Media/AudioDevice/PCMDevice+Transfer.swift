import CALSA
import Glibc
import Synchronization

/// Moving sound, on the device's thread. Nothing here allocates; what blocks is bounded by ``PCMDevice/waitMillisecondsMax``.
extension PCMDevice {
    /// A stop request is seen within this time even if the device is silent.
    static let waitMillisecondsMax: Int32 = 100
    /// After this long without sound the device counts as stalled.
    static let stallMillisecondsMax: Int32 = 3_000
    /// As many recoveries in a row without a sample between them mean that it will not come back.
    static let recoveriesInRowMax = 20

    /// Frames that last as long.
    func frameCount(milliseconds: Int) -> Int { format.sampleRate * milliseconds / 1_000 }

    /// Frames of delay that the driver reports, at 48 kHz; the last known when it does not.
    func reportDelay(_ counters: AudioCounters) {
        var frames: snd_pcm_sframes_t = 0
        guard unsafe snd_pcm_delay(handle, &frames) == 0 else { return }
        counters.delaySamples.store(max(0, frames) * 48_000 / format.sampleRate, ordering: .relaxed)
    }

    fileprivate func failure(_ code: Int32) -> AudioDeviceError {
        let isGone = unsafe snd_pcm_state(handle) == SND_PCM_STATE_DISCONNECTED
        return ALSAFailure(step: .transfer, code: isGone ? -ENODEV : code).deviceError(name, direction)
    }

    fileprivate var stalled: AudioDeviceError {
        AudioDeviceError(
            code: .deviceStalled, device: name,
            message:
                "it moved no sound for \(Self.stallMillisecondsMax / 1_000) s; connect it again, restart its sound server, "
                + "or choose another device")
    }
}

/// What is made of the results of moving sound: a device that stumbled is set going again, one that is gone or hangs is given up.
struct DeviceRun {
    private let device: PCMDevice
    private let thread: DeviceThread
    private var idleMilliseconds: Int32 = 0
    private var recoveries = 0

    init(_ device: PCMDevice, _ thread: DeviceThread) {
        self.device = device
        self.thread = thread
    }

    /// Takes the frames moved, 0 after ``PCMDevice/waitMillisecondsMax`` without any, or ALSA's negative code. `restart` sets the
    /// prepared device going after an xrun. The state to end in, if the device is to be used no more.
    mutating func note(_ code: Int, restart: () -> Int32) -> AudioDeviceState? {
        if code > 0 {
            (idleMilliseconds, recoveries) = (0, 0)
        } else if code == 0 {
            idleMilliseconds += PCMDevice.waitMillisecondsMax
        } else if code == -Int(EAGAIN) {
            // Said to be ready and was not: some plugins do. Do not spin.
            usleep(1_000)
            idleMilliseconds += 1
        } else {
            recoveries += 1
            let lasting = recoveries <= PCMDevice.recoveriesInRowMax ? nil : Int32(clamping: code)
            if let cause = recover(Int32(clamping: code), restart: restart) ?? lasting {
                return .failed(device.failure(cause))
            }
        }
        return idleMilliseconds >= PCMDevice.stallMillisecondsMax ? .failed(device.stalled) : nil
    }

    /// Whether a device that ran over or empty, or slept, says so.
    static func isXrun(_ code: Int32) -> Bool { code == -EPIPE || code == -ESTRPIPE }

    /// Sets the device going again after an xrun (-EPIPE) or a sleep of the machine (-ESTRPIPE). An xrun right at the new
    /// start shows at the next wait. Returns the code that makes it hopeless, if any.
    private func recover(_ code: Int32, restart: () -> Int32) -> Int32? {
        guard Self.isPassing(code) else { return code }
        guard unsafe snd_pcm_state(device.handle) != SND_PCM_STATE_DISCONNECTED else { return -ENODEV }
        if code == -EINTR { return nil }
        thread.counters.xruns.wrappingAdd(1, ordering: .relaxed)
        if code == -ESTRPIPE { resume() }
        let prepared = unsafe snd_pcm_prepare(device.handle)
        let outcome = prepared < 0 ? prepared : restart()
        guard outcome >= 0 || Self.isPassing(outcome) else { return outcome }
        thread.counters.recoveries.wrappingAdd(1, ordering: .relaxed)
        return nil
    }

    private static func isPassing(_ code: Int32) -> Bool { isXrun(code) || code == -EINTR }

    /// Waits for a sleeping device to wake, for as long as a stalled one may take. Preparing it is next in any case.
    private func resume() {
        var waited: Int32 = 0
        while unsafe snd_pcm_resume(device.handle) == -EAGAIN, !thread.mustStop, waited < PCMDevice.stallMillisecondsMax
        {
            usleep(10_000)
            waited += 10
        }
    }
}
