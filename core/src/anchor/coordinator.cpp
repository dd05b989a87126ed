#include "anchor/coordinator.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/anchor_path.hpp"
#include "base/limits.hpp"

namespace circuit::anchor {
namespace {

CoordinatorError bad_path(std::string_view path, std::string_view why) {
  return {Code::invalid, fmt::format("the node {} {}", in_quotes(path), why), {}};
}

ErrorKind kind_of(Code code) noexcept {
  switch (code) {
    case Code::connection_loss:
    case Code::session_expired: return ErrorKind::unreachable;
    case Code::closing: return ErrorKind::cancelled;
    case Code::invalid:
    case Code::no_node:
    case Code::node_exists: return ErrorKind::invalid;
    case Code::not_empty:
    case Code::bad_version: return ErrorKind::overloaded;
    case Code::no_children_for_ephemerals:
    case Code::refused: return ErrorKind::refused;
  }
  return ErrorKind::refused;
}

}  // namespace

std::string_view name_of(Code code) noexcept {
  switch (code) {
    case Code::no_node: return "no_node";
    case Code::node_exists: return "node_exists";
    case Code::not_empty: return "not_empty";
    case Code::bad_version: return "bad_version";
    case Code::no_children_for_ephemerals: return "no_children_for_ephemerals";
    case Code::connection_loss: return "connection_loss";
    case Code::session_expired: return "session_expired";
    case Code::closing: return "closing";
    case Code::invalid: return "invalid";
    case Code::refused: return "refused";
  }
  return "unknown";
}

Failure to_failure(std::string_view what, const CoordinatorError& error) {
  return Failure{kind_of(error.code),
                 fmt::format("{} failed: {}", what, error.text),
                 {},
                 error.code == Code::connection_loss};
}

Operation Operation::create(std::string path, std::string data, Mode mode) {
  return {Kind::create, std::move(path), std::move(data), mode, any_version};
}

Operation Operation::remove(std::string path, std::int32_t version) {
  return {Kind::remove, std::move(path), {}, Mode::persistent, version};
}

Operation Operation::set(std::string path, std::string data, std::int32_t version) {
  return {Kind::set, std::move(path), std::move(data), Mode::persistent, version};
}

Operation Operation::check(std::string path, std::int32_t version) {
  return {Kind::check, std::move(path), {}, Mode::persistent, version};
}

Outcome<void> check_node_path(std::string_view path) {
  if (path == "/") return {};
  if (path.empty() || path.front() != '/') return bad_path(path, "does not start with '/'");
  if (path.size() > limits::anchor_text_bytes)
    return bad_path(path, fmt::format("is longer than {} bytes", limits::anchor_text_bytes));
  for (std::string_view rest = path.substr(1);;) {
    std::size_t slash = rest.find('/');
    std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return bad_path(path, "has an empty, '.' or '..' part");
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (auto fault = fault_of_characters(path)) return bad_path(path, *fault);
  return {};
}

Outcome<void> check_node_data(std::string_view path, std::string_view data) {
  if (data.size() <= limits::node_bytes) return {};
  return CoordinatorError{Code::invalid,
                          fmt::format("the node {} is to hold {} bytes; at most {} are allowed",
                                      in_quotes(path), data.size(), limits::node_bytes),
                          {}};
}

}  // namespace circuit::anchor
