#include "exec/step_messages.h"

namespace sluice::exec {
namespace {

constexpr std::pair<StepEnd, std::string_view> kEnds[] = {
    {StepEnd::Succeeded, "succeeded"}, {StepEnd::Failed, "failed"},
    {StepEnd::TimedOut, "timed_out"},  {StepEnd::Cancelled, "cancelled"},
    {StepEnd::Errored, "errored"},
};

void put(FrameWriter& writer, const pipeline::github::WorkflowCommand& command) {
  std::vector<std::string> properties;
  for (const auto& [name, value] : command.properties) {
    properties.push_back(name);
    properties.push_back(value);
  }
  writer.text(command.name).text(command.data).list(properties);
}

pipeline::github::WorkflowCommand get_command(FrameFields& fields) {
  pipeline::github::WorkflowCommand command;
  command.name = fields.text();
  command.data = fields.text();
  const std::vector<std::string> properties = fields.list();
  for (std::size_t i = 0; i + 1 < properties.size(); i += 2)
    command.properties[properties[i]] = properties[i + 1];
  return command;
}

template <class Message>
std::optional<Message> checked(const FrameFields& fields, Message message) {
  if (!fields.ok()) return std::nullopt;
  return message;
}

}  // namespace

std::string_view to_string(StepEnd end) {
  for (const auto& [value, name] : kEnds)
    if (value == end) return name;
  return "errored";
}

std::optional<StepEnd> step_end_from_string(std::string_view text) {
  for (const auto& [value, name] : kEnds)
    if (name == text) return value;
  return std::nullopt;
}

Frame to_frame(const ConfigureMessage& message) {
  return FrameWriter("configure")
      .number(message.job_timeout.count())
      .number(message.interrupt_grace.count())
      .number(message.terminate_grace.count())
      .number(message.linger.count())
      .take();
}

std::optional<ConfigureMessage> configure_message(const Frame& frame) {
  FrameFields fields(frame);
  ConfigureMessage message;
  message.job_timeout = Duration(fields.number());
  message.interrupt_grace = Duration(fields.number());
  message.terminate_grace = Duration(fields.number());
  message.linger = Duration(fields.number());
  return checked(fields, message);
}

Frame to_frame(const StartMessage& message) {
  return FrameWriter("start")
      .text(message.id)
      .text(message.log_path)
      .text(message.record)
      .text(message.working_directory)
      .number(message.timeout.count())
      .number(static_cast<int>(message.log_mode))
      .number(static_cast<int>(message.sync))
      .list(message.argv)
      .list(message.fallback)
      .list(message.env)
      .list(message.masks)
      .take();
}

std::optional<StartMessage> start_message(const Frame& frame) {
  FrameFields fields(frame);
  StartMessage message;
  message.id = fields.text();
  message.log_path = fields.text();
  message.record = fields.text();
  message.working_directory = fields.text();
  message.timeout = Duration(fields.number());
  message.log_mode = fields.number() == 0 ? LogMode::Plain : LogMode::Github;
  message.sync = fields.number() == 0 ? RecordSync::No : RecordSync::Yes;
  message.argv = fields.list();
  message.fallback = fields.list();
  message.env = fields.list();
  message.masks = fields.list();
  if (message.argv.empty()) return std::nullopt;
  return checked(fields, std::move(message));
}

Frame to_frame(const StartedMessage& message) {
  return FrameWriter("started")
      .text(message.id)
      .text(message.boot_id)
      .number(message.pid)
      .number(static_cast<std::int64_t>(message.start_ticks))
      .number(to_micros(message.time))
      .take();
}

std::optional<StartedMessage> started_message(const Frame& frame) {
  FrameFields fields(frame);
  StartedMessage message;
  message.id = fields.text();
  message.boot_id = fields.text();
  message.pid = static_cast<pid_t>(fields.number());
  message.start_ticks = static_cast<std::uint64_t>(fields.number());
  message.time = from_micros(fields.number());
  return checked(fields, std::move(message));
}

Frame to_frame(const EndedMessage& message) {
  FrameWriter writer("ended");
  writer.text(message.id)
      .text(to_string(message.end))
      .number(message.exit_code)
      .number(message.signal)
      .text(message.message)
      .number(to_micros(message.started))
      .number(to_micros(message.ended))
      .number(static_cast<int>(message.leftover))
      .number(static_cast<std::int64_t>(message.commands.size()));
  for (const auto& command : message.commands) put(writer, command);
  return writer.take();
}

std::optional<EndedMessage> ended_message(const Frame& frame) {
  FrameFields fields(frame);
  EndedMessage message;
  message.id = fields.text();
  const std::optional<StepEnd> end = step_end_from_string(fields.text());
  message.exit_code = static_cast<int>(fields.number());
  message.signal = static_cast<int>(fields.number());
  message.message = fields.text();
  message.started = from_micros(fields.number());
  message.ended = from_micros(fields.number());
  message.leftover = fields.number() == 0 ? Leftover::None : Leftover::Possible;
  const std::int64_t count = fields.number();
  for (std::int64_t i = 0; i < count && fields.ok(); ++i)
    message.commands.push_back(get_command(fields));
  if (!end) return std::nullopt;
  message.end = *end;
  return checked(fields, std::move(message));
}

Frame to_frame(const RefusedMessage& message) {
  return FrameWriter("refused")
      .text(message.id)
      .number(static_cast<int>(message.refusal))
      .text(message.message)
      .take();
}

std::optional<RefusedMessage> refused_message(const Frame& frame) {
  FrameFields fields(frame);
  RefusedMessage message;
  message.id = fields.text();
  message.refusal = fields.number() == 0 ? Refusal::AlreadyRecorded : Refusal::Failed;
  message.message = fields.text();
  return checked(fields, std::move(message));
}

}  // namespace sluice::exec
