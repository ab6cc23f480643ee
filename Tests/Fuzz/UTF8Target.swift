import JSON
import RandomInput

extension FuzzTarget {
  /// The UTF-8 scan by blocks, against the standard library's.
  static let utf8 = FuzzTarget(name: "utf8", share: 10) { generator in
    var bytes = Array(generator.text(scalars: generator.size(below: 60)).utf8)
    if generator.oneIn(2) { bytes = generator.mutate(bytes) }
    if generator.oneIn(4) { bytes += generator.bytes(count: generator.size(below: 6)) }
    let scan = UTF8Scan(bytes.span)
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
      return scan.end == bytes.count ? nil : "refused: \(bytes)"
    } catch {
      return scan.end == error.byteOffsets.lowerBound ? nil : "wrong at \(scan.end): \(bytes)"
    }
  }
}
