#include "store/testing/faulty_database.h"

namespace sluice::store {

Result<void> FaultyDatabase::write(const std::function<Result<void>(Transaction&)>& body) {
  if (countdown_.fetch_sub(1) != 1) return inner_.write(body);
  return inner_.write([&](Transaction& transaction) -> Result<void> {
    TRY(body(transaction));
    return Error(code_, "injected fault: commit");
  });
}

}  // namespace sluice::store
