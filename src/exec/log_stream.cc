#include "exec/log_stream.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include "base/strings.h"
#include "pipeline/mask.h"

namespace sluice::exec {
namespace {

using pipeline::github::WorkflowCommand;

constexpr std::size_t kWindow = 8192;
constexpr std::string_view kNotKept[] = {"group", "endgroup", "echo", "add-matcher",
                                         "remove-matcher"};

bool may_hold_command(std::string_view line) {
  return line.find("::") != std::string_view::npos || line.find("##[") != std::string_view::npos;
}

// How many bytes at the beginning are whole lines that hold no command. Looks no further than the
// window, so that what is found there is not searched again and again.
std::size_t plain_lines(std::string_view bytes) {
  const std::string_view window = bytes.substr(0, kWindow);
  std::string_view plain = window.substr(0, window.find("::"));
  plain = plain.substr(0, plain.find("##["));
  return plain.rfind('\n') + 1;  // npos + 1 is 0
}

bool is_kept(std::string_view name) {
  for (const std::string_view not_kept : kNotKept)
    if (name == not_kept) return false;
  return true;
}

std::size_t size_of(const WorkflowCommand& command) {
  std::size_t size = sizeof(command) + command.name.size() + command.data.size();
  for (const auto& [name, value] : command.properties)
    size += sizeof(name) * 4 + name.size() + value.size();
  return size;
}

}  // namespace

void LogStream::add_masks(std::span<const std::string> secrets) {
  masker_.add(pipeline::mask_variants(secrets));
}

void LogStream::feed(std::string_view bytes, Timestamp now, std::string& out) {
  set_time(now);
  if (mode_ == LogMode::Plain) {
    mask(bytes, out);
    return;
  }
  while (!bytes.empty()) {
    if (state_ == Line::Ordinary && line_.empty()) {
      const std::size_t size = plain_lines(bytes);
      mask(bytes.substr(0, size), out);
      bytes.remove_prefix(size);
      if (size > 0) continue;
    }
    const std::size_t end = bytes.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, whole ? end + 1 : bytes.size());
    bytes.remove_prefix(piece.size());
    if (whole && state_ == Line::Ordinary && line_.empty() && piece.size() <= kLineLimit)
      end_line(piece, out);
    else
      take_line_piece(piece, out);
  }
}

// A piece of a line that comes in several; its end when it ends in '\n'.
void LogStream::take_line_piece(std::string_view piece, std::string& out) {
  const bool ends = piece.ends_with('\n');
  if (state_ == Line::Ordinary) {
    line_.append(piece);
    if (line_.size() > kLineLimit) {
      begin_long_line(out);
    } else if (ends) {
      end_line(line_, out);
      line_.clear();
    }
  } else if (state_ == Line::TooLong) {
    mask(piece, out);
  }
  if (ends) state_ = Line::Ordinary;
}

void LogStream::begin_long_line(std::string& out) {
  // A mask that cannot be read must not let its secret through.
  const std::string_view head = trim(std::string_view(line_).substr(0, 256));
  if (equal_ignoring_case(head.substr(0, 10), "::add-mask")) {
    state_ = Line::Refused;
    mask("::add-mask:: refused: the line is longer than 1 MiB\n", out);
  } else {
    state_ = Line::TooLong;
    mask(line_, out);
  }
  line_ = std::string();
}

void LogStream::end_line(std::string_view line, std::string& out) {
  if (may_hold_command(line)) {
    std::string_view text = line;
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!read_command(text)) return;
  }
  mask(line, out);
}

bool LogStream::read_command(std::string_view line) {
  std::optional<WorkflowCommand> command = reader_.read(line);
  if (!command) return true;
  if (command->name == "debug") return debug_ == DebugLines::Keep;
  if (command->name == "add-mask" || command->name == "stop-commands") {
    const std::string& secret = command->data;
    add_masks({&secret, 1});
    new_secrets_.push_back(secret);
  }
  if (is_kept(command->name)) keep(std::move(*command));
  return true;
}

void LogStream::keep(WorkflowCommand command) {
  const std::size_t size = size_of(command);
  if (command_bytes_ > kCommandsLimit) return;
  command_bytes_ += size;
  if (command_bytes_ > kCommandsLimit) {
    commands_.push_back({"error",
                         {},
                         "The log holds more than 8 MiB of commands; later ones are "
                         "ignored."});
    return;
  }
  commands_.push_back(std::move(command));
}

void LogStream::mask(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  if (masker_.empty()) {
    stamp_lines(bytes, out);
    return;
  }
  masked_.clear();
  masker_.feed(bytes, masked_);
  stamp_lines(masked_, out);
}

void LogStream::stamp_lines(std::string_view masked, std::string& out) {
  while (!masked.empty()) {
    if (at_line_start_) out.append(stamp_);
    const std::size_t end = masked.find('\n');
    at_line_start_ = end != std::string_view::npos;
    const std::size_t size = at_line_start_ ? end + 1 : masked.size();
    out.append(masked, 0, size);
    masked.remove_prefix(size);
  }
}

void LogStream::finish(Timestamp now, std::string& out) {
  set_time(now);
  if (!line_.empty()) end_line(line_, out);
  line_.clear();
  masked_.clear();
  masker_.flush(masked_);
  stamp_lines(masked_, out);
  if (!at_line_start_) out += '\n';
  at_line_start_ = true;
}

std::vector<std::string> LogStream::take_new_secrets() {
  return std::exchange(new_secrets_, {});
}

void LogStream::set_time(Timestamp now) {
  if (!stamp_.empty() && now == stamped_) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06dZ ", static_cast<int>((now - seconds).count()));
  if (stamp_.empty() || std::chrono::floor<std::chrono::seconds>(stamped_) != seconds) {
    stamp_ = to_rfc3339(seconds);
    stamp_.pop_back();  // 'Z'
    stamp_ += fraction;
  } else {
    stamp_.replace(stamp_.size() - std::strlen(fraction), std::string::npos, fraction);
  }
  stamped_ = now;
}

}  // namespace sluice::exec
