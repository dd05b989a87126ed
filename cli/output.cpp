#include "output.hpp"

#include <cerrno>
#include <cstdio>
#include <fmt/format.h>

#include "base/unique_fd.hpp"

namespace circuit::cli {

int fail(const Failure& failure) {
  std::fflush(stdout);
  // Not fmt::print, which throws where standard error is closed.
  std::string line = fmt::format("circuit: {}\n", plain(failure.text));
  std::fwrite(line.data(), 1, line.size(), stderr);
  return 1;
}

int finish_output(int status) {
  errno = 0;
  bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written) return status;
  if (errno != EPIPE && errno != 0) fail(system_failure("cannot write to standard output", errno));
  return 1;
}

std::string plain(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (c == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F: some terminals obey them
      clean += ' ';
      ++i;
    } else {
      clean += c < 0x20 || c == 0x7f ? ' ' : text[i];
    }
  }
  return clean;
}

std::string age_text(std::chrono::nanoseconds age) {
  using namespace std::chrono;
  auto seconds = duration<double>(age).count();
  if (seconds < 0) seconds = 0;
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} m", seconds / 60);
  if (seconds < 172800) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86400);
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace circuit::cli
