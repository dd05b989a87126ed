#include "token_file.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/paths.hpp"

namespace circuit::cli {
namespace {

std::filesystem::path file_in(const std::filesystem::path& directory) { return directory / "page.json"; }

}  // namespace

Result<void> write_page_file(const std::filesystem::path& directory, const std::string& url) {
  return write_file(file_in(directory), boost::json::serialize(boost::json::object{{"url", url}}) + "\n");
}

void remove_page_file(const std::filesystem::path& directory) {
  std::error_code ignored;
  std::filesystem::remove(file_in(directory), ignored);
}

}  // namespace circuit::cli
