internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

extension Launch {
  /// Starts the relay, where there is to be one.
  static func startRelay(
    _ configuration: EffectiveConfiguration, environment: [EnvironmentVariable], _ log: inout FrameLog
  ) throws(Stop) {
    guard configuration.relay != nil else { return }
    let reason: String?
    if configuration.disabled.contains(.landlock) {
      reason = "it is switched off"
    } else {
      do {
        _ = try Landlock.abi()
        reason = nil
      } catch { reason = error.reason }
    }
    if let reason {
      throw Stop(
        verdict: .isolationUnavailable([
          (.landlock, reason + "; without it the script could read what the relay knows")
        ]))
    }
    do {
      log.sinks.relay = try Relay.start(configuration, environment: environment)
    } catch { throw Stop(verdict: .internalError(error.message)) }
  }

  /// Ends a task whose script never gets as far as to be started. The relay is told of it all the same: it may be the only one
  /// that somebody waits for.
  static func refuse(
    _ verdict: Verdict, _ configuration: EffectiveConfiguration, environment: [EnvironmentVariable],
    _ given: consuming Reporter
  ) -> Int32 {
    var reporter = given
    if configuration.relay != nil {
      var report = IsolationReport()
      dropPrivileges(configuration.disabled, &report)
      do { reporter.log.sinks.relay = try Relay.start(configuration, environment: environment) } catch {
        Reporter.complain(error.message)
      }
    }
    return reporter.finish(verdict, account: nil)
  }
}
