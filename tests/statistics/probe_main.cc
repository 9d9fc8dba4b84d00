// One case {"function", "arguments"} a line on standard input, one answer a line on standard
// output.
#include <iostream>
#include <string>

#include "base/json.h"
#include "ml/testing/statistics_probe.h"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const sluice::Json one = sluice::parse_json(line).value();
    const auto& object = one.as_object();
    std::cout << sluice::to_text(sluice::ml::testing::probe_statistic(
                     sluice::get_string(object, "function").value(),
                     *sluice::get_object(object, "arguments").value()))
              << "\n";
  }
}
