/// What is asked first where the script runs on a machine that others use too (`scratch`).
///
/// Landlock does not cover sockets with a path below ABI 9, and on a laptop they belong to the session bus, to container
/// engines, to agents that hold keys. So no socket of AF_UNIX can be made there but a pair that is connected to itself.
package enum SeccompSocketPairs {
  /// Allows everything but what is refused with `denial`.
  package static func profile(denial: SeccompAction) -> SeccompProfile {
    var profile = SeccompProfile(defaultAction: .allow)
    profile.add(SeccompRule("socket", denial, when: [.argument(0, truncatedIs: unixFamily)]))
    // A datagram socket of a pair can be connected anew, and sends to any address (unix(7)); one of SOCK_RAW is made a
    // datagram socket (unix_create of net/unix/af_unix.c). Flags stand above the type's four bits (SOCK_TYPE_MASK).
    for type in [datagram, raw] {
      profile.add(SeccompRule("socketpair", denial, when: [.argument(1, under: 0xF, is: type)]))
    }
    return profile
  }

  private static let unixFamily: UInt32 = 1  // AF_UNIX
  private static let datagram: UInt64 = 2  // SOCK_DGRAM
  private static let raw: UInt64 = 3  // SOCK_RAW
}
