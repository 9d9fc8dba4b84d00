// Randomness of the kernel (getrandom).
#pragma once

#include "os/ports/random.h"

namespace sluice::os {

class RealRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace sluice::os
