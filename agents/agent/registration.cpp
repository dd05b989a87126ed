#include "agent/registration.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::agent {

std::vector<anchor::Path> anchors_of(const spawn::WorkerRecord& record) {
  std::vector<anchor::Path> anchors;
  for (const std::string& text : record.anchors)
    if (auto path = anchor::Path::parse(text); path.has_value()) anchors.push_back(std::move(*path));
  return anchors;
}

Result<std::vector<anchor::Path>> parse_anchors(const std::vector<std::string>& texts,
                                                const std::string& host) {
  if (texts.size() > limits::anchors_per_worker)
    return failure(ErrorKind::invalid, fmt::format("{} anchors, where a worker can have {}", texts.size(),
                                                   limits::anchors_per_worker));
  std::vector<anchor::Path> anchors;
  for (const std::string& text : texts) {
    auto path = anchor::Path::parse(text);
    if (path.has_error()) return path.error();
    if (std::find(anchors.begin(), anchors.end(), *path) == anchors.end())
      anchors.push_back(std::move(*path));
  }
  auto own = anchor::Path::parse("/host/" + host);
  if (own.has_error()) return own.error();
  if (std::find(anchors.begin(), anchors.end(), *own) == anchors.end()) anchors.push_back(std::move(*own));
  return anchors;
}

}  // namespace circuit::agent
