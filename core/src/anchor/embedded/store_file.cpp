// The embedded store on disk.
#include <algorithm>
#include <utility>

#include "anchor/embedded/file_journal.hpp"
#include "anchor/embedded/store.hpp"

namespace circuit::anchor::embedded {

Result<std::shared_ptr<Store>> Store::open(const std::filesystem::path& file, Options options) {
  auto store = std::shared_ptr<Store>(new Store(options));
  Journal::Content content;
  auto journal = FileJournal::open(file, content);
  if (!journal) return journal.error();
  if (auto loaded = store->load(std::move(content)); !loaded) return loaded.error();
  // Until the content has been found good nothing is changed.
  auto epoch = (*journal)->begin_epoch(store->last_zxid_);
  if (!epoch) return epoch.error();
  store->last_zxid_ = *epoch << 32;
  store->journal_ = *std::move(journal);
  return store;
}

Result<void> Store::load(Journal::Content content) {
  for (SessionCredentials& session : content.sessions)
    sessions_[session.id] = {std::move(session.password), 0, clock_.now_ns() + session_wait_ns_};
  for (auto& [path, record] : content.nodes) {
    const Stat& stat = record.stat;
    last_zxid_ = std::max({last_zxid_, stat.czxid, stat.mzxid, stat.pzxid});
    if (stat.ephemeral_owner != 0 && !sessions_.contains(stat.ephemeral_owner))
      return damaged_store("a node belongs to a session that is not there");
    if (!tree_.restore(std::move(path), std::move(record)))
      return damaged_store("a node stands where none can");
  }
  return {};
}

}  // namespace circuit::anchor::embedded
