#include "value/moment.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace circuit {
namespace {

struct Unit {
  std::string_view name;
  double ns;
};

constexpr std::array units{Unit{"ns", 1},   Unit{"us", 1e3},   Unit{"ms", 1e6},   Unit{"s", 1e9},
                           Unit{"m", 60e9}, Unit{"min", 60e9}, Unit{"h", 3600e9}, Unit{"d", 86400e9}};

std::optional<std::int64_t> rounded(double ns) {
  // 2^63, the first number that does not fit.
  if (!(std::fabs(ns) < 9223372036854775808.0)) return std::nullopt;
  return std::llround(ns);
}

/// Exactly `digits` digits at `at`, which moves on.
bool take_digits(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (text.size() - at < digits) return false;
  out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[at++];
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

bool take(std::string_view text, std::size_t& at, char c) {
  return at < text.size() && text[at++] == c;
}

/// The digits after the point as nanoseconds.
bool take_fraction(std::string_view text, std::size_t& at, std::int64_t& ns) {
  const std::size_t start = ++at;
  std::int64_t weight = 100'000'000;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10)
    ns += weight * (text[at] - '0');
  return at > start && at - start <= 9;
}

}  // namespace

std::optional<std::int64_t> ns_of_seconds(double seconds) {
  return rounded(seconds * 1e9);
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc()) return std::nullopt;
  const std::string_view unit(result.ptr, static_cast<std::size_t>(text.data() + text.size() - result.ptr));
  for (const Unit& known : units) {
    if (known.name == unit) return rounded(number * known.ns);
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  int y = 0;
  int mo = 0;
  int d = 0;
  int h = 0;
  int mi = 0;
  int s = 0;
  const bool shaped = take_digits(text, at, 4, y) && take(text, at, '-') && take_digits(text, at, 2, mo) &&
                      take(text, at, '-') && take_digits(text, at, 2, d) && take(text, at, 'T') &&
                      take_digits(text, at, 2, h) && take(text, at, ':') && take_digits(text, at, 2, mi) &&
                      take(text, at, ':') && take_digits(text, at, 2, s);
  if (!shaped || h > 23 || mi > 59 || s > 59) return std::nullopt;
  std::int64_t fraction_ns = 0;
  if (at < text.size() && text[at] == '.' && !take_fraction(text, at, fraction_ns)) return std::nullopt;
  const year_month_day date(year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d)));
  if (!take(text, at, 'Z') || at != text.size() || !date.ok()) return std::nullopt;
  // 64 bits of nanoseconds reach from 1678 to 2261.
  if (y < 1678 || y > 2261) return std::nullopt;
  const seconds since = sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s);
  return nanoseconds(since).count() + fraction_ns;
}

}  // namespace circuit
