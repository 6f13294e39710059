#include "ingest/input_landing.h"

#include <unistd.h>

#include <list>

namespace limno::ingest {
namespace {

/// Removes what a failed conversion has left under its temporary name.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

InputOutcome InputLanding::Land(engine::Session& session, const InputFile& input,
                                const Ledger& ledger, const WantedColumns& wanted,
                                const std::string& work_folder) {
  InputOutcome outcome;
  outcome.input = input;
  outcome.work_folder = work_folder;
  Result<InputState> state = TryLand(session, ledger, wanted, outcome);
  if (state) {
    outcome.state = *state;
  }
  if (outcome.fetched.bytes == 0 || (state && *state == InputState::kUnchanged)) {
    progress_.Skip(input.bytes);
  }
  if (!state) {
    outcome.state = InputState::kFailed;
    outcome.error = std::move(state).error();
  }
  return outcome;
}

Result<InputState> InputLanding::TryLand(engine::Session& session, const Ledger& ledger,
                                         const WantedColumns& wanted, InputOutcome& outcome) {
  const InputFile& input = outcome.input;
  if (const std::optional<Sighting> known = landing_.FindSighting(input.uri);
      known && ledger.Has(input.uri, known->fingerprint)) {
    if (const auto recalled = fetcher_.RecallFingerprint(input, *known);
        recalled && ledger.Has(input.uri, *recalled)) {
      return InputState::kUnchanged;
    }
  }
  LIMNO_ASSIGN(outcome.fetched, fetcher_.Fetch(input, outcome.work_folder));
  if (outcome.fetched.memorable) {
    LIMNO_TRY(landing_.Remember(input.uri, outcome.fetched.sighting));
  }
  if (ledger.Has(input.uri, outcome.fetched.fingerprint)) {
    return InputState::kUnchanged;
  }
  return Convert(session, wanted, outcome);
}

Result<InputState> InputLanding::Convert(engine::Session& session, const WantedColumns& wanted,
                                         InputOutcome& outcome) {
  const InputFile& input = outcome.input;
  const bool expected = input.place == InputPlace::kLocal && input.bytes > 0;
  if (!expected) {
    progress_.Expect(outcome.fetched.bytes);
  }
  progress_.Begin(session, expected ? input.bytes : outcome.fetched.bytes);
  Result<LandedInput> landed = LandAgain(session, outcome, wanted);
  uint64_t rows = 0;
  if (landed) {
    for (const LandedFile& file : landed->files) {
      rows += file.rows;
    }
  }
  progress_.Done(session, rows);
  LIMNO_ASSIGN(outcome.landed, std::move(landed));
  return InputState::kLanded;
}

Result<LandedInput> InputLanding::LandAgain(engine::Session& session, const InputOutcome& first,
                                            const WantedColumns& wanted) {
  const FetchedFile& fetched = first.fetched;
  const ExtractOptions extract{.format = reading_.format,
                               .encoding = reading_.encoding,
                               .skip_lines = reading_.csv.skip_lines,
                               .limits = reading_.limits,
                               .work_folder = first.work_folder};
  const LandingKey key{first.input.uri, fetched.fingerprint,
                       DescribeReading(reading_.csv, extract, wanted, load_.provenance)};
  if (std::optional<LandedInput> landed = landing_.Find(key)) {
    return *std::move(landed);
  }
  LandedInput landed{first.input.uri, fetched.fingerprint, fetched.bytes, {}};
  // Nothing is published before the whole input has proved good.
  std::list<TemporaryFile> temporaries;
  const ExtractVisitor land = [&](const ExtractedFile& file) -> Result<void> {
    LIMNO_ASSIGN(std::string path, landing_.NewTemporaryPath());
    temporaries.emplace_back(std::move(path));
    const std::string provenance = ProvenanceOfFile(load_, first.input.uri, file.member);
    LIMNO_ASSIGN(LandedFile landed_file, LandFile(session, file, provenance, reading_.csv, wanted,
                                                  temporaries.back().path()));
    landed.files.push_back(std::move(landed_file));
    return {};
  };
  LIMNO_TRY(Extract(fetched.path, fetched.inspector, extract, land));
  LIMNO_TRY(Fetcher::CheckUnchanged(first.input, fetched));
  size_t number = 0;
  for (const TemporaryFile& temporary : temporaries) {
    LIMNO_TRY(landing_.Publish(key, number, temporary.path(), landed.files[number]));
    ++number;
  }
  LIMNO_TRY(landing_.Finish(key, landed));
  return landed;
}

}  // namespace limno::ingest
