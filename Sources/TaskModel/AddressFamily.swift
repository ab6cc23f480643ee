internal import JSON

/// The families of socket(2), by `<linux/socket.h>`.
package enum AddressFamily {
  /// Those of Linux 6.18 in the order of their numbers, from 0 on.
  private static let names = """
    UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK PACKET ASH
    ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET IEEE802154 CAIF ALG NFC
    VSOCK KCM QIPCRTR SMC XDP MCTP
    """
  package static let count: Int32 = 46

  /// `AF_INET` for 2; `AF_?` for a number that no kernel knows.
  package static func name(of number: Int32) -> String {
    let names = names.words
    return "AF_" + (names.indices.contains(Int(number)) ? names[Int(number)] : "?")
  }
}
