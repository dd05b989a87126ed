// How the help of the commands looks: it fits 80 columns, and examples keep their lines.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace circuit::cli {

/// Wraps descriptions beside their names, and leaves out what CLI11 says of types and the obvious.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter();

  std::string make_description(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;

 private:
  std::string beside(const std::string& name, const std::string& description) const;
};

/// What is wrong with a command line, as one sentence that says where help is.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace circuit::cli
