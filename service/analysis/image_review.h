// What images are built from, how the files that build them were reviewed, and what scans of them say. Pure.
//
// A base image is fixed by the digest in its name; by a tag its maker can move it; without a tag, or with `latest`, the
// newest is taken.
//
// A report covers the files that build images when its tool is one of the shipped ones, it was read and is neither
// outdated nor superseded; of a tool that reviews other things too only where it has findings in such files. The first
// shipped tool reviews nothing else. A check fails on every subject with an open finding of its rule, under either of
// its names, however the tool writes the number.
//
// A scan of an image stops the release when it is not current, or when it has a finding with a fix of a severity whose
// gate stops.
#ifndef METAPOWERS_SERVICE_ANALYSIS_IMAGE_REVIEW_H_
#define METAPOWERS_SERVICE_ANALYSIS_IMAGE_REVIEW_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "metapowers/knowledge/v1/container_rules.pb.h"
#include "service/analysis/scan_coverage.h"

namespace metapowers::analysis {

enum class ImagePin { kDigest, kTag, kNone };
ImagePin PinOf(absl::string_view image);

// The shipped row on how it is made, by its name; nullptr when none fits.
const knowledge::v1::ImageKind* ImageKindOf(absl::string_view image);

// Whether the file builds an image, by its name.
bool IsImageFile(absl::string_view file);

struct ImageFileReport {
  const EvidenceFact* fact = nullptr;
  int findings = 0;  // in files that build images
};

struct ImageFileReview {
  std::vector<const Vulnerability*> findings;            // open ones, highest risk first
  std::vector<ImageFileReport> reports;                  // in the order of the model
  std::set<std::string> reviewed;                        // repositories and components with a report
  std::map<std::string, std::set<std::string>> failing;  // subjects by rule

  // Subjects that fail the check.
  std::set<std::string> Failing(const knowledge::v1::ContainerCheck& check) const;
};

ImageFileReview ReviewImageFiles(const VulnerabilityFacts& vulnerabilities);

struct ImageScan {
  std::map<model::v1::Severity, int> open;  // findings of its reports by severity
  int fixable = 0;                          // those of them with a fix
  int stopping = 0;                         // those of them of a severity that stops
  int age_days = -1;                        // of the oldest report; -1: no date
};

// Of an image scan (SCAN_KIND_IMAGE), by its current reports, else by the outdated ones.
ImageScan JudgeScan(const ScanFact& scan, const VulnerabilityFacts& vulnerabilities);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_IMAGE_REVIEW_H_
