#include "arguments.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace circuit::cli {
namespace {

/// After the closing bracket, so that the word does not end in it: a character that no JSON ends in.
constexpr char mark = '\x1f';

}  // namespace

std::vector<std::string> shielded_words(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) {
    std::string& word = words.emplace_back(argv[i]);
    if (word.starts_with('[') && word.ends_with(']')) word += mark;
  }
  return words;
}

Result<boost::json::array> parse_arguments(const std::vector<std::string>& texts,
                                           const std::vector<spawn::ParameterDescription>& parameters) {
  boost::json::array arguments;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string text = texts[i];
    if (text.ends_with(std::string{']', mark})) text.pop_back();
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(text, error);
    bool text_wanted =
        i < parameters.size() && (parameters[i].type == "text" || parameters[i].type == "secret<text>");
    // What is no JSON is taken as it stands, and judged by the parameter's type.
    if (error || (text_wanted && !value.is_string())) value = boost::json::string(text);
    // The parser knows UTF-8, and a text on a command line may be anything.
    boost::json::parse(boost::json::serialize(value), error);
    if (error) return failure(ErrorKind::invalid, fmt::format("argument {} is not UTF-8 text", i + 1));
    arguments.push_back(std::move(value));
  }
  return arguments;
}

}  // namespace circuit::cli
