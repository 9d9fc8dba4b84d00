// CHECK: an invariant of our own that, when broken, is a bug. Prints and aborts in every build;
// what happens next is an ordinary restart from the journal. Never for outside input.
#pragma once

namespace sluice {

[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace sluice

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) [[unlikely]]                            \
      ::sluice::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)

#define UNREACHABLE() ::sluice::check_failed(__FILE__, __LINE__, "unreachable")
