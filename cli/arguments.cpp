#include "arguments.hpp"

#include <boost/json/parse.hpp>

namespace circuit::cli {

boost::json::array parse_arguments(const std::vector<std::string>& texts,
                                   const std::vector<spawn::ParameterDescription>& parameters) {
  boost::json::array arguments;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(texts[i], error);
    bool text_wanted = i < parameters.size() && parameters[i].type == "text";
    // What is no JSON is taken as it stands, and judged by the parameter's type.
    if (error || (text_wanted && !value.is_string())) value = boost::json::string(texts[i]);
    arguments.push_back(std::move(value));
  }
  return arguments;
}

}  // namespace circuit::cli
