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

    /// Runs `step` whenever a period can be moved, until the thread must stop or the device fails.
    ///
    /// `step` returns the frames that it moved, or ALSA's negative code. `restart` prepares the device after an xrun.
    func run(
        _ thread: DeviceThread, restart: () -> Int32, step: () -> Int
    ) -> AudioDeviceState {
        var idleMilliseconds: Int32 = 0
        var recoveries = 0
        var code = Int(restart())
        while !thread.mustStop {
            if code > 0 {
                (idleMilliseconds, recoveries) = (0, 0)
            } else if code < 0, code != -Int(EAGAIN) {
                recoveries += 1
                let lasting = recoveries <= Self.recoveriesInRowMax ? nil : Int32(code)
                if let cause = recover(Int32(code), thread, restart: restart) ?? lasting {
                    return .failed(failure(cause))
                }
            } else if code < 0 {
                // Said to be ready and was not: some plugins do. Do not spin.
                usleep(1_000)
                idleMilliseconds += 1
            }
            code = Int(unsafe snd_pcm_wait(handle, Self.waitMillisecondsMax))
            if code > 0 {
                let moved = step()
                code = moved == 0 ? -Int(EAGAIN) : moved
            } else if code == 0 {
                idleMilliseconds += Self.waitMillisecondsMax
            }
            if idleMilliseconds >= Self.stallMillisecondsMax { return .failed(stalled) }
        }
        return .stopped
    }

    /// Frames of delay that the driver reports, at 48 kHz; the last known when it does not.
    func reportDelay(_ counters: AudioCounters) {
        var frames: snd_pcm_sframes_t = 0
        guard unsafe snd_pcm_delay(handle, &frames) == 0 else { return }
        counters.delaySamples.store(max(0, frames) * 48_000 / format.sampleRate, ordering: .relaxed)
    }

    /// Sets the device going again after an xrun (-EPIPE) or a sleep of the machine (-ESTRPIPE). An xrun right at the new
    /// start shows at the next wait. Returns the code that makes it hopeless, if any.
    private func recover(_ code: Int32, _ thread: DeviceThread, restart: () -> Int32) -> Int32? {
        guard Self.isPassing(code) else { return code }
        guard unsafe snd_pcm_state(handle) != SND_PCM_STATE_DISCONNECTED else { return -ENODEV }
        if code == -EINTR { return nil }
        thread.counters.xruns.wrappingAdd(1, ordering: .relaxed)
        if code == -ESTRPIPE { resume(thread) }
        let prepared = unsafe snd_pcm_prepare(handle)
        let outcome = prepared < 0 ? prepared : restart()
        guard outcome >= 0 || Self.isPassing(outcome) else { return outcome }
        thread.counters.recoveries.wrappingAdd(1, ordering: .relaxed)
        return nil
    }

    private static func isPassing(_ code: Int32) -> Bool { code == -EPIPE || code == -ESTRPIPE || code == -EINTR }

    /// Waits for a sleeping device to wake, for as long as a stalled one may take. Preparing it is next in any case.
    private func resume(_ thread: DeviceThread) {
        var waited: Int32 = 0
        while unsafe snd_pcm_resume(handle) == -EAGAIN, !thread.mustStop, waited < Self.stallMillisecondsMax {
            usleep(10_000)
            waited += 10
        }
    }

    private func failure(_ code: Int32) -> AudioDeviceError {
        let isGone = unsafe snd_pcm_state(handle) == SND_PCM_STATE_DISCONNECTED
        return ALSAFailure(step: .transfer, code: isGone ? -ENODEV : code).deviceError(name, direction)
    }

    private var stalled: AudioDeviceError {
        AudioDeviceError(
            code: .deviceStalled, device: name,
            message:
                "it moved no sound for \(Self.stallMillisecondsMax / 1_000) s; connect it again, restart its sound server, "
                + "or choose another device")
    }
}
