import JSON

/// Points in time as RFC 3339 writes them, without a calendar library.
public enum Timestamp {
  /// `2026-11-21T09:00:00.000Z`, in UTC, cut to milliseconds.
  ///
  /// - Parameter unixNanoseconds: time since 1970 as CLOCK_REALTIME counts it. Reaches to the year 2262; a time before
  ///   1970, which only a broken clock has, counts as 1970.
  public static func text(unixNanoseconds: Int64) -> String {
    let milliseconds = UInt64(max(0, unixNanoseconds)) / 1_000_000
    let seconds = milliseconds / 1000
    let date = civilDate(daysSince1970: seconds / 86_400)
    let secondOfDay = seconds % 86_400
    var text: [UInt8] = []
    text.reserveCapacity(24)
    text.appendDecimal(date.year, digits: 4)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(date.month, digits: 2)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(date.day, digits: 2)
    text.append(UInt8(ascii: "T"))
    text.appendDecimal(secondOfDay / 3600, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(secondOfDay / 60 % 60, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(secondOfDay % 60, digits: 2)
    text.append(UInt8(ascii: "."))
    text.appendDecimal(milliseconds % 1000, digits: 3)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// The proleptic Gregorian date, by the method of Howard Hinnant, "chrono-compatible low-level date algorithms": a
  /// year that begins in March has its leap day at the end, and 400 years have 146,097 days.
  private static func civilDate(daysSince1970: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
    let days = daysSince1970 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }
}
