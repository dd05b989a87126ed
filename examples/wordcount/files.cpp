#include "files.hpp"

#include <algorithm>
#include <fstream>

namespace fs = std::filesystem;

std::vector<std::string> files_below(const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code error;
  auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(directory, options, error), end; !error && entry != end;
       entry.increment(error))
    if (std::error_code ignored; entry->is_regular_file(ignored) && !entry->is_symlink(ignored))
      files.push_back(entry->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

void read_chunks(const std::string& path, const std::function<void(std::string_view)>& chunk) {
  std::ifstream file(path, std::ios::binary);
  std::string buffer(256 * 1024, '\0');
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    chunk(std::string_view(buffer).substr(0, static_cast<std::size_t>(file.gcount())));
  }
}
