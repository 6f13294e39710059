#include "pipeline/run_report.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/exit_code.h"
#include "base/json_writer.h"

namespace limno::pipeline {

namespace {

using base::JsonWriter;

struct UtcTime {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

UtcTime ToUtc(base::UnixMillis millis) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(millis)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::milliseconds> clock(time - day);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::string FormatTime(base::UnixMillis millis, const char* format) {
  const UtcTime time = ToUtc(millis);
  char text[64];
  std::snprintf(text, sizeof(text), format, time.year, time.month, time.day, time.hour, time.minute,
                time.second);
  return text;
}

void WriteError(JsonWriter& json, const Error& error) {
  json.BeginObject();
  json.Key("kind").String(ErrorKindName(error.kind));
  json.Key("message").String(error.message);
  json.Key("where").String(error.where);
  json.Key("hint").String(error.hint);
  json.EndObject();
}

void WriteStep(JsonWriter& json, const StepReport& step) {
  const auto count = [&json](const char* name, uint64_t value) {
    json.Key(name).Int(static_cast<int64_t>(value));
  };
  json.BeginObject();
  json.Key("name").String(step.name);
  json.Key("kind").String(step.kind);
  json.Key("status").String(step.status);
  json.Key("why").String(step.why);
  json.Key("table").String(step.table);
  json.Key("version").Int(step.version);
  count("rows_in", step.rows_in);
  count("rows_inserted", step.rows_inserted);
  count("rows_updated", step.rows_updated);
  count("rows_deleted", step.rows_deleted);
  count("files_read", step.files_read);
  count("files_unchanged", step.files_unchanged);
  count("bytes_in", step.bytes_in);
  json.Key("seconds").Double(step.seconds);
  json.Key("skipped").BeginArray();
  for (const SkippedFile& skipped : step.skipped) {
    json.BeginObject().Key("file").String(skipped.file).Key("reason");
    WriteError(json, skipped.reason);
    json.EndObject();
  }
  json.EndArray();
  if (step.error) {
    json.Key("error");
    WriteError(json, *step.error);
  }
  json.EndObject();
}

void WriteResult(JsonWriter& json, const RunReport& report) {
  json.Key("seconds").Double(report.seconds);
  json.Key("exit_code").Int(report.exit_code);
  json.Key("steps").BeginArray();
  for (const StepReport& step : report.steps) {
    WriteStep(json, step);
  }
  json.EndArray();
}

}  // namespace

std::string FormatUtc(base::UnixMillis millis) {
  return FormatTime(millis, "%04d-%02u-%02uT%02d:%02d:%02dZ");
}

std::string RunReportKey(const RunContext& context) {
  return "_limno/runs/" + FormatTime(context.started_millis, "%04d%02u%02uT%02d%02d%02dZ") + "-" +
         context.id + ".json";
}

std::string EncodeStepReport(const StepReport& step) {
  JsonWriter json;
  WriteStep(json, step);
  return json.Take();
}

std::string EncodeRunReport(const RunContext& context, const RunReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Key("format_version").Int(kRunReportVersion);
  json.Key("id").String(context.id);
  json.Key("project").String(context.project);
  json.Key("limno").String(LIMNO_VERSION);
  json.Key("started").String(FormatUtc(context.started_millis));
  json.Key("select").BeginArray();
  for (const std::string& pattern : context.options.select) {
    json.String(pattern);
  }
  json.EndArray();
  json.Key("full_refresh").Bool(context.options.full_refresh);
  WriteResult(json, report);
  return json.EndObject().Take() + "\n";
}

int ExitCodeOf(const RunReport& report) {
  int code = base::kExitDone;
  for (const StepReport& step : report.steps) {
    if (!step.skipped.empty()) {
      code = base::WorseExitCode(code, base::kExitRefused);
    }
    if (step.error) {
      code = base::WorseExitCode(code, base::ExitCode(step.error->kind));
    }
  }
  return code;
}

}  // namespace limno::pipeline

namespace limno {

__attribute__((visibility("default"))) std::string RunReport::ToJson() const {
  base::JsonWriter json;
  json.BeginObject();
  pipeline::WriteResult(json, *this);
  return json.EndObject().Take();
}

}  // namespace limno
