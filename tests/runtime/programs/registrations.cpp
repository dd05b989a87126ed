// A library of nothing but registrations: nothing refers to anything in here.
#include <string>

#include <circuit/function.hpp>

namespace {

std::string shout(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}
CIRCUIT_FUNCTION(shout, "text");

}  // namespace
