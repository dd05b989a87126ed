#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <memory>
#include <unordered_map>

#include <circuit/function.hpp>

namespace circuit {

Parameter::Parameter(const char* name, double otherwise)
    : name_(name), otherwise_(fmt::format("{}", otherwise)) {}
Parameter::Parameter(const char* name, const char* otherwise)
    : name_(name), otherwise_(boost::json::serialize(boost::json::string_view(otherwise))) {}

namespace lang {
namespace {

struct Registry {
  std::vector<std::unique_ptr<Function>> owned;
  std::vector<const Function*> all;
  std::unordered_map<std::uint64_t, const Function*> by_id;
};

// Filled by initialisers of other files, in whatever order: it must exist at the first use.
Registry& registry() {
  static Registry instance;
  return instance;
}

/// The GNU build id of the running executable, as raw bytes.
std::string build_id() {
  std::string id;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const auto& segment = info->dlpi_phdr[i];
          if (segment.p_type != PT_NOTE) continue;
          const char* at = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
          const char* end = at + segment.p_memsz;
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note;
            std::memcpy(&note, at, sizeof note);
            const char* name = at + sizeof note;
            const char* content = name + ((note.n_namesz + 3u) & ~3u);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
              static_cast<std::string*>(out)->assign(content, note.n_descsz);
              return 1;
            }
            at = content + ((note.n_descsz + 3u) & ~3u);
          }
        }
        return 1;  // the first object is the executable; no other counts
      },
      &id);
  return id;
}

}  // namespace

bool register_function(Function function) {
  Registry& functions = registry();
  auto found = functions.by_id.find(function.id);
  if (found != functions.by_id.end()) {
    if (found->second->address == function.address && found->second->thunk == function.thunk) return true;
    // Before main there is nobody to throw to, and a program whose ids are ambiguous must not run.
    std::fprintf(stderr, "circuit: two worker functions have the same id: %s and %s; rename one of them\n",
                 found->second->descriptor.c_str(), function.descriptor.c_str());
    std::_Exit(1);
  }
  functions.owned.push_back(std::make_unique<Function>(std::move(function)));
  const Function* entry = functions.owned.back().get();
  functions.all.push_back(entry);
  functions.by_id.emplace(entry->id, entry);
  return true;
}

const Function* find_function(std::uint64_t id) noexcept {
  auto found = registry().by_id.find(id);
  return found == registry().by_id.end() ? nullptr : found->second;
}

const Function* find_function(void (*address)()) noexcept {
  const Function* unnamed = nullptr;
  for (const Function* function : registry().all) {
    if (function->address != address || address == nullptr) continue;
    if (!function->unnamed) return function;
    unnamed = function;
  }
  return unnamed;
}

const Function* find_function_named(std::string_view name) noexcept {
  for (const Function* function : registry().all)
    if (!function->unnamed && function->name == name) return function;
  return nullptr;
}

const std::vector<const Function*>& all_functions() noexcept { return registry().all; }

std::uint64_t type_id(const std::type_info& type) {
  static const std::string salt = build_id();
  return signature_id(fmt::format("type:{}:{}", type.name(), salt));
}

std::string canonical_descriptor(std::string_view name, const std::vector<std::string>& parameters,
                                 const std::string& result) {
  return fmt::format("{}({})->{}", name, fmt::join(parameters, ","), result);
}

}  // namespace lang
}  // namespace circuit
