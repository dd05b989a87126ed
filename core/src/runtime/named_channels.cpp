#include "runtime/named_channels.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <circuit/detail/service.hpp>

#include "base/anchor_path.hpp"
#include "base/limits.hpp"
#include "runtime/state.hpp"
#include "value/evolution.hpp"

namespace circuit::runtime {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Services of this name are channels, and no app's.
constexpr std::string_view service_prefix = "channel ";

/// The name in its one spelling.
std::string checked(std::string_view name) {
  const anchor::Path path = value_or_throw(anchor::Path::parse(name));
  if (path.is_root()) throw Error(ErrorKind::invalid, "the root of the anchor tree is no name for a channel");
  constexpr std::size_t longest = limits::service_name_bytes - service_prefix.size();
  if (path.string().size() > longest)
    throw Error(ErrorKind::invalid,
                fmt::format("the name of a channel has at most {} bytes, and {} has {}", longest,
                            anchor::in_quotes(path.string()), path.string().size()));
  return path.string();
}

std::string service_of(const std::string& name) { return std::string(service_prefix).append(name); }

Error with_name(const std::string& name, const Error& error) {
  Failure what = error.failure();
  what.text = fmt::format("the channel {} cannot be offered: {}", name, what.text);
  return Error(std::move(what));
}

/// Asks one after the other, the one that started first before the others.
class Search {
 public:
  Search(lang::Node& node, std::string name, const std::string& interface)
      : node_(node), name_(std::move(name)), interface_(interface) {}

  /// Null: none of them offers it. A process that has died since is no trouble, any other that does not
  /// answer is.
  lang::TargetPointer look(const AnchorListing& directory, lang::CallOptions options) {
    trouble_.reset();
    std::vector<const AnchorFile*> files;
    for (const auto& [id, file] : directory.files) files.push_back(&file);
    std::sort(files.begin(), files.end(), [](const AnchorFile* a, const AnchorFile* b) {
      return std::tie(a->started, a->address.id) < std::tie(b->started, b->address.id);
    });
    for (const AnchorFile* file : files)
      if (auto found = ask(file->address, options)) return found;
    return nullptr;
  }
  const std::optional<Error>& trouble() const noexcept { return trouble_; }

 private:
  lang::TargetPointer ask(const Address& process, const lang::CallOptions& options) {
    X found;
    try {
      found = lang::try_dial(node_, process, service_of(name_), options);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      if (error.kind() != ErrorKind::dead && !trouble_) trouble_ = error;
    }
    // As with a channel that is handed over, its values may be of a type that has grown.
    if (found && !found.target()->interfaces().include(interface_) &&
        check_readable(found.interface(), interface_).has_error())
      throw Error(ErrorKind::refused, fmt::format("{} is a {}, and what is wanted is a {}", name_,
                                                  found.interface(), interface_));
    return found.target();
  }

  lang::Node& node_;
  const std::string name_;
  const std::string& interface_;
  std::optional<Error> trouble_;
};

}  // namespace

void offer_channel(State& state, std::string_view name, const lang::TargetPointer& channel) {
  const std::string path = checked(name);
  lang::Node& node = state.node();
  lang::ServantPointer servant = lang::local_servant(channel);
  if (!servant || &channel->node() != &node)
    throw Error(ErrorKind::invalid, fmt::format("the channel lives in {}, which alone can offer it",
                                                channel->address().string()));
  if (node.services().find(service_of(path)))
    throw Error(ErrorKind::refused, fmt::format("this process offers a channel {} already", path));
  // Who finds this process under the name finds the service: it is there first.
  value_or_throw(node.services().add(service_of(path), std::move(servant)));
  try {
    state.anchors()->claim(path);
  } catch (const Error& error) {
    node.services().remove(service_of(path));
    throw with_name(path, error);
  }
}

void withdraw_channel(State& state, std::string_view name) {
  const std::string path = checked(name);
  if (state.node().services().remove(service_of(path))) state.anchors()->remove(path);
}

lang::TargetPointer find_channel(State& state, std::string_view name, const std::string& interface,
                                 milliseconds wait) {
  const std::string path = checked(name);
  const bool waits = wait > milliseconds(0);
  const auto until = Steady::now() + std::min<milliseconds>(wait, std::chrono::hours(24 * 36500));
  auto left = [&] { return std::chrono::ceil<milliseconds>(until - Steady::now()); };
  Search search(state.node(), path, interface);
  for (AnchorListing seen = state.anchors()->open(path);;) {
    lang::CallOptions options;
    if (waits) options.deadline = std::max(left(), milliseconds(1));
    if (auto found = search.look(seen, std::move(options))) return found;
    const auto& trouble = search.trouble();
    if (!waits && trouble) throw *trouble;
    if (!waits)
      throw Error(ErrorKind::unreachable,
                  fmt::format("nobody offers a channel {}: try again, or wait for it", path));
    if (left() <= milliseconds(0))
      throw Error(ErrorKind::deadline,
                  trouble ? fmt::format("whoever stands under {} did not answer in the time given: {}", path,
                                        trouble->failure().text)
                          : fmt::format("nobody has offered a channel {} within the time given", path));
    try {
      // Who does not answer now may answer soon, and nothing would tell.
      const milliseconds pause = trouble ? milliseconds(limits::anchor_retry) : left();
      seen = state.anchors()->change(path, seen.rev,
                                     std::clamp(pause, milliseconds(1), std::max(left(), milliseconds(1))));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::deadline) throw;
    }
  }
}

}  // namespace circuit::runtime
