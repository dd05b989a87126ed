#include "lang/acid.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include <circuit/x.hpp>

#include "lang/node.hpp"
#include "record/reader.hpp"

namespace circuit::lang {
namespace {

CallCounts counts_of(const record::Reader& reader, const record::Recorder& recorder,
                     record::Direction direction) {
  record::Counters counters = reader.counters(direction);
  return {counters.started, counters.answered, counters.failed, counters.abandoned,
          recorder.in_flight(direction)};
}

/// 0 where the system does not say.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all_pages = 0, resident_pages = 0;
  statm >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

class NodeAcid final : public Acid {
 public:
  explicit NodeAcid(Node& node) : node_(node) {}

  void ping() override {}

  Statistics statistics() override {
    record::Recorder& recorder = node_.recorder();
    record::Reader reader =
        value_or_throw(record::Reader::open(UniqueFd(::fcntl(recorder.fd(), F_DUPFD_CLOEXEC, 0))));
    Statistics all;
    all.incoming = counts_of(reader, recorder, record::Direction::incoming);
    all.outgoing = counts_of(reader, recorder, record::Direction::outgoing);
    all.exports = node_.exports().size();
    all.imports = node_.imports().size();
    all.handovers = node_.handovers().size();
    all.resident_bytes = resident_bytes();
    return all;
  }

  std::string stat(const std::string& service) override {
    ServantPointer servant = node_.services().find(service);
    if (!servant) throw Error(ErrorKind::refused, no_service(node_.own_address(), service));
    return X(make_local_target(node_, std::move(servant))).call<std::string>("stat");
  }

 private:
  Node& node_;
};

}  // namespace

std::shared_ptr<Acid> make_acid(Node& node) { return std::make_shared<NodeAcid>(node); }

}  // namespace circuit::lang
