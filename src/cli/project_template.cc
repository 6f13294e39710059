#include "cli/project_template.h"

#include <filesystem>
#include <fstream>

namespace limno::cli {

namespace {

constexpr const char* kProjectText = R"yml(
lake: ./lake                    # a folder of this machine

sources:
  orders:
    path: data/orders*.csv      # or url:, urls: [...], a folder, an archive, @list.txt
    into: bronze.orders         # namespace.table, made if it is missing
    on_error: continue          # a bad file is reported and skipped; 'stop' ends the run
    # format: csv               # csv or parquet; found out
    # header: true              # found out
    # delimiter: ";"            # found out
    # encoding: latin-1         # utf-8, utf-16, latin-1; found out
    # nulls: [NA, "-"]          # texts that mean NULL, besides the empty one
    # columns: {amount: "DECIMAL(10,2)"}    # what is not named is inferred
    # partition_by: [day]
    # provenance: false         # no columns that say where a row came from
)yml";

constexpr const char* kOrdersText = R"csv(id,day,customer,amount,status
1,2024-01-05,Ada,120.50,shipped
2,2024-01-05,Grace,80.00,open
3,2024-01-06,Edsger,42.10,shipped
)csv";

constexpr const char* kSilverText = R"sql(/*---
kind: merge                     # view, table, append or merge
key: [id]                       # a row with a known key updates, others are added
description: One row per order, as it was last told.
---*/
select id, day, customer, amount, status
from bronze.orders
)sql";

constexpr const char* kGoldText = R"sql(/*---
kind: table                     # made anew whenever silver.orders has changed
---*/
select day, count(*) as orders, sum(amount) as amount
from silver.orders
group by day
order by day
)sql";

constexpr const char* kIgnoreText = "/lake/\n/.limno/\n";

}  // namespace

std::vector<TemplateFile> ProjectTemplate(const std::string& name) {
  return {{"limno.yml", "name: \"" + name + "\"" + kProjectText},
          {"data/orders.csv", kOrdersText},
          {"models/silver/orders.sql", kSilverText},
          {"models/gold/orders_by_day.sql", kGoldText},
          {".gitignore", kIgnoreText}};
}

Result<std::vector<std::string>> WriteProject(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path root =
      std::filesystem::absolute(folder.empty() ? "." : folder, error).lexically_normal();
  std::string name = (root.has_filename() ? root : root.parent_path()).filename().string();
  std::erase_if(name, [](char sign) { return sign == '"' || sign == '\\' || sign < ' '; });
  std::vector<TemplateFile> files = ProjectTemplate(name);
  // A repository has its own list of what to ignore.
  std::erase_if(files, [&](const TemplateFile& file) {
    return file.path == ".gitignore" && std::filesystem::exists(root / file.path, error);
  });
  for (const TemplateFile& file : files) {
    if (std::filesystem::exists(root / file.path, error)) {
      return Fail(ErrorKind::kAlreadyExists, "there is such a file already",
                  (root / file.path).string(), "name another folder: limno init DIR");
    }
  }
  std::vector<std::string> written;
  for (const TemplateFile& file : files) {
    const std::filesystem::path path = root / file.path;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream stream(path, std::ios::binary);
    stream << file.text;
    stream.close();
    if (!stream) {
      return Fail(ErrorKind::kDenied, "the file cannot be written", path.string());
    }
    written.push_back(path.string());
  }
  return written;
}

}  // namespace limno::cli
