#include "lake/wire_ingest.h"

#include "ingest/fetch.h"
#include "ingest/load.h"
#include "pipeline/project.h"
#include "storage/http_client.h"

namespace limno::lake {

Result<StepReport> LoadInto(const IngestParts& parts, const LoadOptions& options,
                            Observer& observer) {
  LIMNO_ASSIGN(const catalog::TableName into, pipeline::ParseTableName(options.into, "--into"));
  LIMNO_TRY(parts.catalog.CreateNamespace(into.name_space));
  storage::HttpClient client(storage::HttpOptions{}, parts.clock, parts.random);
  const std::unique_ptr<ingest::Web> web = ingest::MakeWeb(client);
  ingest::LoaderOptions loader_options;
  loader_options.landing_folder = parts.lake_folder + "/_limno/landing";
  loader_options.work_folder = parts.lake_folder + "/_limno/work";
  loader_options.threads = parts.threads;
  loader_options.sync = parts.sync;
  // A loader that was interrupted stays so; with one per load, the next load begins afresh.
  ingest::Loader loader([&parts] { return parts.engine.NewSession(); }, parts.catalog, *web,
                        parts.clock, parts.random, loader_options);
  const LiveWork::Entry entry(parts.work, [&loader] { loader.Interrupt(); });
  return loader.Load(options, observer);
}

}  // namespace limno::lake
