// What a name in a list means when the list lies at a URL.
#pragma once

#include <string>
#include <string_view>

namespace limno::ingest {

/// http or https.
bool IsUrl(std::string_view text);

/// The URL without user and password.
std::string WithoutUser(const std::string& url);

/// `reference` ("x.csv", "../x.csv", "/x.csv", "//host/x.csv", or a URL) as RFC 3986 resolves it
/// against the URL `base`; user and password stay while the host does. Blanks become "%20".
std::string ResolveUrl(const std::string& base, std::string_view reference);

}  // namespace limno::ingest
