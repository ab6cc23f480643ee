internal import BakerStreet
internal import CNATS
internal import Glibc

/// A connection that is made, and made again, in the background. All calls come from one thread; only the count of interruptions
/// is touched by the library's.
final class Connection {
  private var options: OpaquePointer?
  private var connection: OpaquePointer?
  private let interruptions: UnsafeMutablePointer<Int32>

  /// Begins to connect; a server that is not there yet is tried again and again.
  init(_ settings: Settings, name: String) throws(Refusal) {
    interruptions = .allocate(capacity: 1)
    interruptions.initialize(to: 0)
    try check(natsOptions_Create(&options), "natsOptions_Create")
    try setServers(settings.servers)
    try check(natsOptions_SetName(options, name), "the name")
    try setCredentials(settings)
    // Without end, and soon: how long it is worth while is the relay's business.
    try check(natsOptions_SetMaxReconnect(options, -1), "reconnecting")
    try check(natsOptions_SetReconnectWait(options, 200), "reconnecting")
    try check(natsOptions_SetReconnectJitter(options, 50, 50), "reconnecting")
    try check(natsOptions_SetTimeout(options, 3_000), "the time to connect")
    // A server that says nothing any more is found out after four seconds, and one that takes nothing after two.
    try check(natsOptions_SetPingInterval(options, 2_000), "pings")
    try check(natsOptions_SetMaxPingsOut(options, 2), "pings")
    try check(natsOptions_SetWriteDeadline(options, 2_000), "the time to write")
    // Waiting messages are kept here, and counted.
    try check(natsOptions_SetReconnectBufSize(options, 1), "the buffer")
    let count: natsConnectionHandler = { _, closure in
      closure?.assumingMemoryBound(to: Int32.self).pointee += 1
    }
    try check(natsOptions_SetDisconnectedCB(options, count, interruptions), "the callback")
    // With something to call it does not wait for the first connection.
    let nothing: natsConnectionHandler = { _, _ in }
    try check(natsOptions_SetRetryOnFailedConnect(options, true, nothing, nil), "reconnecting")
    let status = natsConnection_Connect(&connection, options)
    guard status == NATS_OK || status == NATS_NOT_YET_CONNECTED else {
      throw Refusal("NATS_URL: \(Self.text(status))")
    }
  }

  private func setServers(_ servers: [String]) throws(Refusal) {
    let copies = servers.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer<CChar>($0) }
    try check(natsOptions_SetServers(options, &pointers, Int32(pointers.count)), "NATS_URL")
  }

  private func setCredentials(_ settings: Settings) throws(Refusal) {
    if settings.usesTLS {
      try check(natsOptions_SetSecure(options, true), "TLS")
      if let authority = settings.authority {
        try check(natsOptions_LoadCATrustedCertificates(options, authority), "NATS_CA (\(authority))")
      }
      if let certificate = settings.certificate, let key = settings.key {
        try check(
          natsOptions_LoadCertificatesChain(options, certificate, key),
          "NATS_CERT and NATS_KEY (\(certificate), \(key))")
      }
      // The library compares the certificate's name only where it is told one.
      if let name = settings.hostName { try check(natsOptions_SetExpectedHostname(options, name), "NATS_TLS_NAME") }
    }
    if let file = settings.credentials {
      guard access(file, R_OK) == 0 else { throw Refusal("NATS_CREDS: \(file) cannot be read") }
      try check(natsOptions_SetUserCredentialsFromFiles(options, file, nil), "NATS_CREDS (\(file))")
    }
    if let token = settings.token { try check(natsOptions_SetToken(options, token), "NATS_TOKEN") }
    if let user = settings.user {
      try check(natsOptions_SetUserInfo(options, user, settings.password ?? ""), "NATS_USER")
    }
  }

  var isConnected: Bool { natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED }

  /// How often a connection was lost.
  var interruptionCount: Int32 { interruptions.pointee }

  /// The most bytes that the server takes in a message.
  var mostBytes: Int {
    let most = Int(natsConnection_GetMaxPayload(connection))
    return most > 0 ? most : 1 << 20
  }

  /// Hands a message over; it is on its way then, and no more is known.
  func publish(_ message: [UInt8], to subject: String) -> Bool {
    natsConnection_Publish(connection, subject, message, Int32(message.count)) == NATS_OK
  }

  /// Whether the server has answered that it has taken everything before.
  func confirm(milliseconds: Int64) -> Bool { natsConnection_FlushTimeout(connection, milliseconds) == NATS_OK }

  /// Why there is no connection, as far as the library tells.
  var problem: String {
    var text: UnsafePointer<CChar>?
    let status = natsConnection_GetLastError(connection, &text)
    let words = text.map { String(cString: $0) } ?? ""
    if !words.isEmpty { return words }
    return status == NATS_OK ? "no server answered" : Self.text(status)
  }

  func close() {
    natsConnection_Destroy(connection)
    natsOptions_Destroy(options)
    connection = nil
    options = nil
  }

  private func check(_ status: natsStatus, _ what: String) throws(Refusal) {
    guard status == NATS_OK else { throw Refusal("\(what): \(Self.text(status))") }
  }

  private static func text(_ status: natsStatus) -> String { String(cString: natsStatus_GetText(status)) }
}
