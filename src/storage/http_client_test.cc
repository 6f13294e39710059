#include "storage/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/testing/http_imposter.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"

namespace limno::storage {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

constexpr base::UnixMillis kStart = 1'357'000'000'000;

class HttpClientTest : public testing::Test {
 protected:
  Result<DownloadInfo> Download(const std::string& url, const DownloadLimits& limits = {},
                                const ProgressCallback& progress = {}) {
    HttpClient client(options_, clock_, random_);
    return client.Download(url, path_, limits, progress);
  }
  std::string File() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  size_t FilesLeft() const {
    const std::filesystem::directory_iterator files(folder_.path());
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }
  /// The Range headers of the requests so far, "-" for none.
  std::vector<std::string> Ranges() const {
    std::vector<std::string> ranges;
    for (const ImposterRequest& request : server_.requests()) {
      const auto range = request.headers.find("range");
      ranges.push_back(range == request.headers.end() ? "-" : range->second);
    }
    return ranges;
  }
  int64_t Slept() { return clock_.Now() - kStart; }

  HttpOptions options_;
  base::ManualClock clock_{kStart};
  base::Random random_{42};
  ScratchFolder folder_;
  std::string path_ = folder_.path() + "/file";
  HttpImposter server_;
};

TEST_F(HttpClientTest, DownloadsAndTellsWhatItGot) {
  server_.Serve("/a.zip", {.bytes = "0123456789", .etag = "\"v1\""});
  const Result<DownloadInfo> info = Download(server_.url() + "/a.zip");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->bytes, 10U);
  EXPECT_EQ(info->etag, "\"v1\"");
  EXPECT_EQ(info->modified_millis, 1'357'034'400'000);
  EXPECT_EQ(info->final_url, server_.url() + "/a.zip");
  EXPECT_EQ(File(), "0123456789");
  EXPECT_EQ(FilesLeft(), 1U);
}

TEST_F(HttpClientTest, FollowsRedirectsAndSaysWhere) {
  server_.Serve("/b", {.bytes = "moved"});
  server_.Misbehave(
      {{.status = 302, .headers = {"Location: /c"}}, {.status = 307, .headers = {"Location: /b"}}});
  const Result<DownloadInfo> info = Download(server_.url() + "/a");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(File(), "moved");
  EXPECT_EQ(info->final_url, server_.url() + "/b");
}

TEST_F(HttpClientTest, GivesUpOnCircularRedirects) {
  server_.Misbehave({}, {.status = 302, .headers = {"Location: /a"}});
  EXPECT_THAT(Download(server_.url() + "/a"), Fails(ErrorKind::kUnavailable));
  EXPECT_EQ(server_.requests().size(), 11U);
}

TEST_F(HttpClientTest, IsNotLedToOtherProtocols) {
  server_.Misbehave({}, {.status = 302, .headers = {"Location: file:///etc/passwd"}});
  EXPECT_THAT(Download(server_.url() + "/a"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(Download("file:///etc/passwd"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(Download("no url"), Fails(ErrorKind::kUsage));
  EXPECT_EQ(FilesLeft(), 0U);
}

TEST_F(HttpClientTest, TriesAgainWithGrowingRandomPauses) {
  server_.Serve("/a", {.bytes = "at last"});
  server_.Misbehave({{.hangs_up = true}, {.status = 500}, {.status = 429}, {.status = 504}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "at last");
  // Pauses of 250, 500, 1000 and 2000 ms, each cut by at most a half.
  EXPECT_THAT(Slept(), AllOf(Ge(1'875), Le(3'750)));
}

TEST_F(HttpClientTest, WaitsAsLongAsTheServerAsks) {
  server_.Serve("/a", {.bytes = "x"});
  server_.Misbehave({{.status = 503, .headers = {"Retry-After: 7"}},
                     {.status = 429, .headers = {"Retry-After: Tue, 01 Jan 2013 00:27:00 GMT"}}});
  clock_.Set(1'357'000'000'000);  // 00:26:40
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(Slept(), 20'000);
}

TEST_F(HttpClientTest, DoesNotWaitForHours) {
  server_.Misbehave({}, {.status = 503, .headers = {"Retry-After: 7200"}});
  const Result<DownloadInfo> info = Download(server_.url() + "/a");
  ASSERT_THAT(info, Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(info.error().ToString(), HasSubstr("7200 s"));
  EXPECT_EQ(Slept(), 0);
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(HttpClientTest, GivesUpAfterItsAttempts) {
  server_.Misbehave({}, {.status = 503});
  const Result<DownloadInfo> info = Download(server_.url() + "/a?token=hush&x=1");
  ASSERT_THAT(info, Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(info.error().ToString(), HasSubstr("HTTP 503, 5 times in a row"));
  EXPECT_THAT(info.error().where, HasSubstr("/a?token=***&x=1"));
  EXPECT_EQ(server_.requests().size(), 5U);
  EXPECT_EQ(FilesLeft(), 0U);
}

TEST_F(HttpClientTest, FinalAnswersAreNotAskedForTwice) {
  const std::vector<std::pair<int, ErrorKind>> cases = {
      {404, ErrorKind::kNotFound}, {410, ErrorKind::kNotFound}, {401, ErrorKind::kDenied},
      {403, ErrorKind::kDenied},   {400, ErrorKind::kUsage},    {501, ErrorKind::kUnavailable}};
  for (const auto& [status, kind] : cases) {
    server_.Misbehave({{.status = status}});
    const size_t before = server_.requests().size();
    EXPECT_THAT(Download(server_.url() + "/a"), Fails(kind)) << status;
    EXPECT_EQ(server_.requests().size(), before + 1) << status;
  }
  EXPECT_EQ(Slept(), 0);
  EXPECT_EQ(FilesLeft(), 0U);
}

TEST_F(HttpClientTest, NobodyListening) {
  std::string url;
  {
    const HttpImposter gone;
    url = gone.url();
  }
  EXPECT_THAT(Download(url + "/a"), Fails(ErrorKind::kUnavailable));
}

TEST_F(HttpClientTest, GoesOnWhereATransferBroke) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({{.cut_after_bytes = 4}, {.status = 503}, {.cut_after_bytes = 3}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
  EXPECT_THAT(Ranges(), ElementsAre("-", "bytes=4-", "bytes=4-", "bytes=7-"));
  EXPECT_EQ(server_.requests()[1].headers.at("if-range"), "\"1\"");
}

TEST_F(HttpClientTest, BytesThatArriveStartTheCountAnew) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({}, {.cut_after_bytes = 1});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
  EXPECT_EQ(server_.requests().size(), 10U);
}

TEST_F(HttpClientTest, NeverMixesTwoVersions) {
  server_.Serve("/a", {.bytes = "old old old", .etag = "\"old\""});
  server_.Misbehave({{.cut_after_bytes = 5}});
  const ProgressCallback change_meanwhile = [&](uint64_t received, std::optional<uint64_t>) {
    if (received == 5) {
      server_.Serve("/a", {.bytes = "new new new", .etag = "\"new\""});
    }
    return true;
  };
  const Result<DownloadInfo> info = Download(server_.url() + "/a", {}, change_meanwhile);
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(File(), "new new new");
  EXPECT_EQ(info->etag, "\"new\"");
}

TEST_F(HttpClientTest, NeverMixesEvenWhenTheServerForgetsIfRange) {
  options_.attempts = 3;
  server_.Serve("/a", {.bytes = "old old old", .etag = "\"same\"", .last_modified = ""});
  server_.Misbehave({{.cut_after_bytes = 5}});
  // The same ETag for another content of another length: a broken server.
  const ProgressCallback change_meanwhile = [&](uint64_t received, std::optional<uint64_t>) {
    if (received == 5) {
      server_.Serve("/a", {.bytes = "new and longer", .etag = "\"same\"", .last_modified = ""});
    }
    return true;
  };
  ASSERT_THAT(Download(server_.url() + "/a", {}, change_meanwhile), IsOk());
  EXPECT_EQ(File(), "new and longer");
}

TEST_F(HttpClientTest, WithoutAStrongValidatorStartsFromTheBeginning) {
  server_.Serve("/a", {.bytes = "0123456789", .etag = "W/\"weak\""});
  server_.Misbehave({{.cut_after_bytes = 4}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
  EXPECT_THAT(Ranges(), ElementsAre("-", "-"));
}

TEST_F(HttpClientTest, AnOldDateIsAValidator) {
  server_.Serve("/a", {.bytes = "0123456789", .etag = ""});
  server_.Misbehave({{.cut_after_bytes = 4}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
  EXPECT_THAT(Ranges(), ElementsAre("-", "bytes=4-"));
}

TEST_F(HttpClientTest, AServerWithoutRangesIsReadAgain) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({{.cut_after_bytes = 4}}, {.ignores_ranges = true});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
}

TEST_F(HttpClientTest, AServerThatAlwaysBreaksAtTheSamePlaceIsGivenUp) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({}, {.cut_after_bytes = 4, .ignores_ranges = true});
  EXPECT_THAT(Download(server_.url() + "/a"), Fails(ErrorKind::kUnavailable));
  EXPECT_EQ(FilesLeft(), 0U);
}

TEST_F(HttpClientTest, ACutChunkedBodyIsNoticed) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({{.cut_after_bytes = 4, .is_chunked = true}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
}

TEST_F(HttpClientTest, AStalledTransferCountsAsBroken) {
  options_.slowest_seconds = 1;
  options_.slowest_bytes_per_second = 1'000;
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({{.stall_after_bytes = 4}});
  ASSERT_THAT(Download(server_.url() + "/a"), IsOk());
  EXPECT_EQ(File(), "0123456789");
  EXPECT_THAT(Ranges(), ElementsAre("-", "bytes=4-"));
}

TEST_F(HttpClientTest, SizesHaveALimit) {
  server_.Serve("/a", {.bytes = "0123456789"});
  EXPECT_THAT(Download(server_.url() + "/a", {.largest_bytes = 9}), Fails(ErrorKind::kExhausted));
  EXPECT_THAT(Download(server_.url() + "/a", {.largest_bytes = 10}), IsOk());
  server_.Misbehave({}, {.is_chunked = true});
  EXPECT_THAT(Download(server_.url() + "/a", {.largest_bytes = 9}), Fails(ErrorKind::kExhausted));
  EXPECT_EQ(server_.requests().size(), 3U);
}

TEST_F(HttpClientTest, TimeHasALimitPausesIncluded) {
  server_.Misbehave({}, {.status = 503, .headers = {"Retry-After: 3"}});
  const Result<DownloadInfo> info = Download(server_.url() + "/a", {.longest_millis = 5'000});
  ASSERT_THAT(info, Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(info.error().ToString(), HasSubstr("time limit of 5000 ms"));
  EXPECT_EQ(Slept(), 3'000);
}

TEST_F(HttpClientTest, TheCallerCanStopIt) {
  server_.Serve("/a", {.bytes = "0123456789"});
  server_.Misbehave({}, {.status = 503, .headers = {"Retry-After: 30"}});
  int calls = 0;
  const ProgressCallback stop = [&](uint64_t, std::optional<uint64_t>) { return ++calls < 20; };
  EXPECT_THAT(Download(server_.url() + "/a", {}, stop), Fails(ErrorKind::kInterrupted));
  EXPECT_LT(Slept(), 30'000);
  EXPECT_EQ(FilesLeft(), 0U);
}

TEST_F(HttpClientTest, SaysWhichPathCannotBeWritten) {
  path_ = folder_.path() + "/no/such/folder/file";
  const Result<DownloadInfo> info = Download(server_.url() + "/a");
  ASSERT_THAT(info, Fails(ErrorKind::kNotFound));
  EXPECT_THAT(info.error().ToString(), HasSubstr("no/such/folder"));
}

TEST_F(HttpClientTest, ProbesWithoutFetching) {
  HttpClient client(options_, clock_, random_);
  server_.Serve("/a", {.bytes = std::string(1'000'000, 'x'), .etag = "\"v\""});
  server_.Misbehave({}, {.refuses_head = true});
  const Result<UrlInfo> info = client.Probe(server_.url() + "/a");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->size_bytes, 1'000'000U);
  EXPECT_EQ(info->etag, "\"v\"");
  EXPECT_THAT(Ranges(), ElementsAre("-", "bytes=0-0"));
  EXPECT_THAT(client.Probe(server_.url() + "/none"), Fails(ErrorKind::kNotFound));
}

TEST_F(HttpClientTest, RefusesToSkipAHugeBeginning) {
  HttpClient client(options_, clock_, random_);
  server_.Serve("/a", {.bytes = "x"});
  server_.Misbehave({}, {.ignores_ranges = true});
  EXPECT_THAT(client.Read(server_.url() + "/a", uint64_t{1} << 30, 1),
              Fails(ErrorKind::kUnsupported));
}

}  // namespace
}  // namespace limno::storage
