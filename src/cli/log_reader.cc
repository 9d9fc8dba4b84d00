#include "cli/log_reader.h"

#include "base/strings.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kLongestLine = 16 << 20;

// "2026-11-21T08:40:25.123456Z " in front of each line.
constexpr std::size_t kTimeLength = 28;

}  // namespace

std::string_view log_line(std::string_view stored, LineTimes times) {
  const bool timed = stored.size() >= kTimeLength && stored[kTimeLength - 2] == 'Z' &&
                     stored[kTimeLength - 1] == ' ' && stored[4] == '-';
  if (timed && times == LineTimes::Hide) stored.remove_prefix(kTimeLength);
  return stored;
}

void LogFollower::read_new(const os::Path& log,
                           const std::function<void(std::string_view)>& on_line) {
  State& state = states_[log.string()];
  auto file = files_.open(log);
  if (!file.ok() || !(*file)->seek(state.offset).ok()) return;
  std::string buffer(kChunk, '\0');
  for (;;) {
    const auto n = (*file)->read(buffer);
    if (!n.ok() || *n == 0) return;
    state.offset += *n;
    std::string_view fresh(buffer.data(), *n);
    for (std::size_t end; (end = fresh.find('\n')) != std::string_view::npos;) {
      if (state.rest.empty()) {
        on_line(fresh.substr(0, end));
      } else {
        state.rest += fresh.substr(0, end);
        on_line(state.rest);
        state.rest.clear();
      }
      fresh.remove_prefix(end + 1);
    }
    state.rest += fresh;
    if (state.rest.size() < kLongestLine) continue;
    on_line(state.rest);
    state.rest.clear();
  }
}

std::vector<std::string> last_lines(const os::FileReader& files, const os::Path& log,
                                    std::size_t count) {
  std::vector<std::string> lines;
  const auto info = files.stat(log);
  auto file = files.open(log);
  if (!info.ok() || !file.ok()) return lines;
  const std::uint64_t from = info->size > kChunk ? info->size - kChunk : 0;
  if (!(*file)->seek(from).ok()) return lines;
  std::string text(kChunk, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto n = (*file)->read(std::span(text.data() + filled, text.size() - filled));
    if (!n.ok() || *n == 0) break;
    filled += *n;
  }
  text.resize(filled);
  std::vector<std::string_view> all = split_lines(text);
  const std::size_t first = all.size() > count ? all.size() - count : (from > 0 ? 1 : 0);
  for (std::size_t i = std::min(first, all.size()); i < all.size(); ++i)
    lines.emplace_back(log_line(all[i], LineTimes::Hide));
  return lines;
}

}  // namespace sluice::cli
