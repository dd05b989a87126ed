#include "lang/process_servant.hpp"

#include <fmt/format.h>

#include <circuit/detail/invoke.hpp>

#include "base/limits.hpp"
#include "lang/node.hpp"

namespace circuit::lang {
namespace {

constexpr std::string_view ping_name = "process.ping()->void";
constexpr std::string_view claim_name = "process.claim(u64,list<u64>)->void";

}  // namespace

std::uint64_t ProcessServant::ping_id() noexcept {
  static const std::uint64_t id = signature_id(ping_name);
  return id;
}

std::uint64_t ProcessServant::claim_id() noexcept {
  static const std::uint64_t id = signature_id(claim_name);
  return id;
}

std::uint64_t ProcessServant::dial_id() noexcept {
  static const std::uint64_t id = signature_id(dial_name);
  return id;
}

const std::string& ProcessServant::interface() const {
  static const std::string name = "process";
  return name;
}

void ProcessServant::handle(IncomingCallPointer call) {
  call->running();
  record::Recorder& recorder = call->node().recorder();
  recorder.name(ping_id(), ping_name);
  recorder.name(claim_id(), claim_name);
  recorder.name(dial_id(), dial_name);
  std::uint64_t method = call->head().method;
  if (method == ping_id()) return call->reply([](Encoder& result) { result.null(); });
  if (method == claim_id()) return claim(*call);
  if (method == dial_id()) return dial(*call);
  call->fail(failure(ErrorKind::refused, "the process has no such method; it may be of another version"));
}

void ProcessServant::claim(IncomingCall& call) {
  Decoder decoder(call.arguments());
  auto [object, ids] = decode_arguments<std::uint64_t, std::vector<std::uint64_t>>(decoder);
  if (decoder.ok() && (ids.empty() || ids.size() > limits::reference_givers))
    decoder.fail(fmt::format("a claim names 1 to {} givers", limits::reference_givers));
  if (!decoder.ok()) return call.fail(failure(ErrorKind::invalid, decoder.error()));
  Node& node = call.node();
  WorkerId claimer = call.peer() ? call.peer()->address().id : node.own_id();
  std::vector<WorkerId> givers;
  for (std::uint64_t id : ids) givers.push_back(WorkerId{id});
  if (node.exports().claim(object, givers, claimer))
    return call.reply([](Encoder& result) { result.null(); });
  PeerPointer handing = node.peers().find(givers.front());
  auto verdict = handing ? handing->verdict() : std::nullopt;
  call.fail(verdict ? *verdict
                    : failure(ErrorKind::refused,
                              fmt::format("{} holds no reference to object {:016x} that it could "
                                          "have handed over",
                                          givers.front().string(), object)));
}

void ProcessServant::dial(IncomingCall& call) {
  Decoder decoder(call.arguments());
  auto [name] = decode_arguments<std::string>(decoder);
  if (!decoder.ok()) return call.fail(failure(ErrorKind::invalid, decoder.error()));
  Node& node = call.node();
  ServantPointer servant = node.services().find(name);
  call.reply([&](Encoder& result) {
    encode_target(result, servant ? make_local_target(node, std::move(servant)) : nullptr);
  });
}

}  // namespace circuit::lang
