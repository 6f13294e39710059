#include "cli/text_width.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace limno::cli {

namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// Unicode 15: general categories Mn, Me and Cf of the scripts in common use.
constexpr std::array<Range, 19> kZeroWidth = {{{0x0300, 0x036F},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05BD},
                                               {0x0610, 0x061A},
                                               {0x064B, 0x065F},
                                               {0x0900, 0x0902},
                                               {0x093C, 0x093C},
                                               {0x0941, 0x0948},
                                               {0x0E31, 0x0E31},
                                               {0x0E34, 0x0E3A},
                                               {0x0E47, 0x0E4E},
                                               {0x1AB0, 0x1AFF},
                                               {0x1DC0, 0x1DFF},
                                               {0x200B, 0x200F},
                                               {0x202A, 0x202E},
                                               {0x2060, 0x2064},
                                               {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F},
                                               {0xFE20, 0xFE2F}}};

// East_Asian_Width W and F, and emoji shown as pictures.
constexpr std::array<Range, 15> kDoubleWidth = {{{0x1100, 0x115F},
                                                 {0x231A, 0x231B},
                                                 {0x23E9, 0x23EC},
                                                 {0x2E80, 0x303E},
                                                 {0x3041, 0x33FF},
                                                 {0x3400, 0x4DBF},
                                                 {0x4E00, 0x9FFF},
                                                 {0xA000, 0xA4CF},
                                                 {0xAC00, 0xD7A3},
                                                 {0xF900, 0xFAFF},
                                                 {0xFE30, 0xFE6F},
                                                 {0xFF00, 0xFF60},
                                                 {0x1F300, 0x1F64F},
                                                 {0x1F680, 0x1F6FF},
                                                 {0x1F900, 0x1F9FF}}};

template <size_t kSize>
bool Contains(const std::array<Range, kSize>& ranges, uint32_t sign) {
  for (const Range& range : ranges) {
    if (sign >= range.first && sign <= range.last) {
      return true;
    }
  }
  return false;
}

struct Sign {
  size_t bytes;
  size_t width;
};

/// The sign at the beginning of a text that is not empty.
Sign FirstSign(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  size_t length = 1;
  uint32_t code = lead;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0FU;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07U;
  }
  if (length > text.size()) {
    return {1, 1};
  }
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) {
      return {1, 1};
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  if (code < 0x300) {
    return {length, 1};
  }
  const bool wide = Contains(kDoubleWidth, code) || (code >= 0x20000 && code <= 0x3FFFD);
  return {length, Contains(kZeroWidth, code) ? 0U : wide ? 2U : 1U};
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Sign sign = FirstSign(text);
    width += sign.width;
    text.remove_prefix(sign.bytes);
  }
  return width;
}

std::string Truncate(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) {
    return std::string(text);
  }
  if (width == 0) {
    return "";
  }
  size_t used = 0;
  size_t end = 0;
  while (end < text.size()) {
    const Sign sign = FirstSign(text.substr(end));
    if (used + sign.width > width - 1) {
      break;
    }
    used += sign.width;
    end += sign.bytes;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string Printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\t') {
      shown += "\\t";
    } else if (byte == '\r') {
      shown += "\\r";
    } else if (byte < 0x20 || byte == 0x7F || c1) {
      char escaped[8];
      const unsigned code = c1 ? static_cast<unsigned char>(text[++i]) : byte;
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", code);
      shown += escaped;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

}  // namespace limno::cli
