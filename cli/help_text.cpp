#include "help_text.hpp"

#include <fmt/format.h>
#include <sstream>

namespace circuit::cli {
namespace {

constexpr std::size_t name_width = 26;
constexpr std::size_t page_width = 80;

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(name_width);
  label("SUBCOMMAND", "COMMAND");
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return app->get_description() + ".\n\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return beside(command->get_name(), command->get_description());
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = option->get_name(is_positional, !is_positional);
  if (std::size_t comma = name.find(','); comma != std::string::npos) name.replace(comma, 1, ", ");
  bool takes_value = option->get_type_size() != 0;
  // What comes after a colon is CLI11's word for the values that are allowed; the description has a better
  // one.
  std::string type = option->get_type_name();
  if (!is_positional && takes_value) name += " " + type.substr(0, type.find(':'));
  return beside(name, option->get_description());
}

std::string HelpFormatter::beside(const std::string& name, const std::string& description) const {
  std::string text, line = fmt::format("  {:<{}}", name, name_width - 2);
  if (line.size() > name_width) {  // a long name has a line of its own
    text = line + "\n";
    line = std::string(name_width, ' ');
  }
  std::istringstream words(description);
  for (std::string word; words >> word;) {
    bool first = line.size() <= name_width;
    if (!first && line.size() + 1 + word.size() > page_width) {
      text += line + "\n";
      line = std::string(name_width, ' ');
      first = true;
    }
    line += (first ? "" : " ") + word;
  }
  return text + line + "\n";
}

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::vector<CLI::App*> given = app.get_subcommands();
  std::string command = given.empty() ? "circuit" : "circuit " + given.front()->get_name();
  std::string text = error.what();
  if (const auto* extras = dynamic_cast<const CLI::ExtrasError*>(&error);
      extras != nullptr && !given.empty()) {
    std::vector<std::string> unexpected = given.front()->remaining();
    text = fmt::format("'{}' is not expected here", unexpected.empty() ? "" : unexpected.front());
    if (command == "circuit spawn" && !unexpected.empty() && unexpected.front().starts_with('-'))
      text += "; put an argument that begins with '-' after '--'";
  }
  return fmt::format("{}; `{} --help` says more", text, command);
}

}  // namespace circuit::cli
