// JSON as text for people: numbers as they would write them.
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "value/json.hpp"

namespace circuit {
namespace {

void append(std::string& out, const boost::json::value& value) {
  if (const double* number = value.if_double()) {
    // The shortest text that reads back as the same number, where Boost.JSON writes 5E-1.
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const boost::json::value& item : *array) {
      if (&item != &array->front()) out += ',';
      append(out, item);
    }
    out += ']';
  } else if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& item : *object) {
      if (&item != &*object->begin()) out += ',';
      out += boost::json::serialize(item.key()) + ':';
      append(out, item.value());
    }
    out += '}';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string json_text(const boost::json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace circuit
