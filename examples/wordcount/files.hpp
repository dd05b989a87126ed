// The files that are counted.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// All regular files below `directory` that can be read, sorted by path; links are not followed.
std::vector<std::string> files_below(const std::filesystem::path& directory);

/// Reads a file in chunks; a file that cannot be read is passed over, as it may have gone meanwhile.
void read_chunks(const std::string& path, const std::function<void(std::string_view)>& chunk);
