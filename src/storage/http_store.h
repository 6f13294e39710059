// ObjectStore over HTTP(S), for reading.
#pragma once

#include <memory>
#include <string>

#include "storage/http_client.h"
#include "storage/object_store.h"

namespace limno::storage {

/// Keys are appended to `base_url` ("https://host/path", with or without a trailing '/'), percent-
/// encoded. Writing, listing and deleting answer kUnsupported: HTTP has no listings. `clock` and
/// `random` must outlive the store.
std::unique_ptr<ObjectStore> MakeHttpStore(std::string base_url, HttpOptions options,
                                           base::Clock& clock, base::Random& random);

}  // namespace limno::storage
