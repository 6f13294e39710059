// One input, whatever is in it, becomes a landed input: fetched, unpacked, converted; or is left
// alone, because its content is in the table already; or is refused as a whole.
#pragma once

#include <optional>
#include <string>

#include "engine/engine.h"
#include "ingest/extract.h"
#include "ingest/fetch.h"
#include "ingest/file_landing.h"
#include "ingest/landing.h"
#include "ingest/ledger.h"
#include "ingest/load_progress.h"
#include "ingest/provenance.h"
#include "limno/result.h"

namespace limno::ingest {

struct ReadingOptions {
  CsvOptions csv;
  std::optional<TableFormat> format;
  std::optional<Encoding> encoding;
  UnpackLimits limits;
};

enum class InputState { kUnchanged, kLanded, kFailed };

struct InputOutcome {
  InputFile input;
  InputState state = InputState::kFailed;
  /// Why it failed.
  Error error;
  LandedInput landed;
  /// To land it again with other types; its work folder lives as long as the load.
  FetchedFile fetched;
  std::string work_folder;
};

/// Thread safe; each call uses its own session.
class InputLanding {
 public:
  /// All must outlive it.
  InputLanding(Fetcher& fetcher, Landing& landing, const ReadingOptions& reading,
               const LoadIdentity& load, LoadProgress& progress)
      : fetcher_(fetcher), landing_(landing), reading_(reading), load_(load), progress_(progress) {}

  /// `work_folder`: of this input alone.
  InputOutcome Land(engine::Session& session, const InputFile& input, const Ledger& ledger,
                    const WantedColumns& wanted, const std::string& work_folder);

  /// Lands it once more, with more columns wanted than the first time.
  Result<LandedInput> LandAgain(engine::Session& session, const InputOutcome& first,
                                const WantedColumns& wanted);

 private:
  Result<InputState> TryLand(engine::Session& session, const Ledger& ledger,
                             const WantedColumns& wanted, InputOutcome& outcome);
  Result<InputState> Convert(engine::Session& session, const WantedColumns& wanted,
                             InputOutcome& outcome);

  Fetcher& fetcher_;
  Landing& landing_;
  const ReadingOptions& reading_;
  const LoadIdentity& load_;
  LoadProgress& progress_;
};

}  // namespace limno::ingest
