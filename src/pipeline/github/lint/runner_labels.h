// The labels of GitHub's runners, and which of them can belong to one machine. Pure.
#pragma once

#include <functional>
#include <string_view>

#include "base/yaml.h"

namespace sluice::pipeline::github {

enum class RunnerSystem { Unknown, Linux, MacOs, Windows };

// Which system the label promises; Unknown for those that say nothing about it.
RunnerSystem system_of_label(std::string_view label);

// The labels of a job as far as they are fixed, those that its matrix gives included.
void for_each_label(const YamlNode& job, const std::function<void(const YamlNode&)>& visit);

// The system that all fixed labels of the job agree on.
RunnerSystem system_of_job(const YamlNode& job);

}  // namespace sluice::pipeline::github
