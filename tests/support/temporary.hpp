// Directories that go with the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace circuit::support {

/// A new directory with a short path, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

void write_text(const std::filesystem::path& file, std::string_view text);
/// Empty where there is none.
std::string read_text(const std::filesystem::path& file);

}  // namespace circuit::support
