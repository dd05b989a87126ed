#include "runtime/roles.hpp"

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "spawn/function_json.hpp"

namespace circuit::runtime {

Role role_from_environment() {
  const char* text = std::getenv("CIRCUIT_ROLE");
  std::string_view role = text != nullptr ? text : "";
  if (role.empty() || role == "main" || role == "app") return Role::app;
  if (role == "worker") return Role::worker;
  if (role == "functions") return Role::functions;
  std::fprintf(stderr,
               "circuit: unknown role '%s' in CIRCUIT_ROLE; leave it unset in programs that you start\n",
               text);
  std::_Exit(1);
}

void print_functions() {
  boost::json::array all;
  for (const spawn::FunctionDescription& function : spawn::own_functions())
    all.push_back(spawn::to_json(function));
  std::string text = boost::json::serialize(all);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  std::_Exit(0);
}

}  // namespace circuit::runtime
