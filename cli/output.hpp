// How the shell commands speak: values on standard output, everything else on standard error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace circuit::cli {

/// `circuit: TEXT` on standard error; returns the exit status 1.
int fail(const Failure& failure);

/// Text that came from elsewhere, without control characters.
std::string plain(std::string_view text);

/// Columns padded to their widest cell; the header is printed when there are rows or the output is a terminal.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// `3.2 s`, `4 m`, `2 h`, `5 d`.
std::string age_text(std::chrono::nanoseconds age);

}  // namespace circuit::cli
