// The tokens of a running page, for the shell commands of the same user.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace circuit::cli {

/// Writes `page.json` (mode 0600) in the agent's directory, with the page's address and token.
Result<void> write_page_file(const std::filesystem::path& directory, const std::string& url);
void remove_page_file(const std::filesystem::path& directory);

}  // namespace circuit::cli
