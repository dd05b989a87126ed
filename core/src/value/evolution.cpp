#include "value/evolution.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace circuit {
namespace {

bool have_readable_parts(const Shape& written, const Shape& reader, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (!readable_as(written.parts[i], reader.parts[i])) return false;
  return true;
}

bool structs_match(const Shape& written, const Shape& reader) {
  // A struct without fields has no names either, whichever kind it is of.
  if (written.parts.empty() || reader.parts.empty()) return written.names.empty() == reader.names.empty();
  if (written.names.empty() != reader.names.empty()) return false;
  if (written.names.empty())
    return have_readable_parts(written, reader, std::min(written.parts.size(), reader.parts.size()));
  for (std::size_t i = 0; i < written.names.size(); ++i) {
    auto same = std::find(reader.names.begin(), reader.names.end(), written.names[i]);
    if (same == reader.names.end()) continue;
    const auto& part = reader.parts[static_cast<std::size_t>(same - reader.names.begin())];
    if (!readable_as(written.parts[i], part)) return false;
  }
  return true;
}

}  // namespace

bool readable_as(const Shape& written, const Shape& reader) {
  if (written.kind != reader.kind) return false;
  if (written.kind == Shape::Kind::structure) return structs_match(written, reader);
  if (written.kind == Shape::Kind::reference) return true;
  return written.count == reader.count && written.names == reader.names &&
         written.parts.size() == reader.parts.size() &&
         have_readable_parts(written, reader, written.parts.size());
}

Result<void> check_readable(std::string_view written, std::string_view reader) {
  if (written == reader) return {};
  auto from = parse_shape(written);
  if (from.has_error()) return from.error();
  auto to = parse_shape(reader);
  if (to.has_error()) return to.error();
  if (readable_as(*from, *to)) return {};
  return failure(ErrorKind::invalid,
                 fmt::format("values that were written as {} cannot be read as {}", written, reader));
}

}  // namespace circuit
