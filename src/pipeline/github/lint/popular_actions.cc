#include "pipeline/github/lint/popular_actions.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kCheckout =
    "repository ref token ssh-key ssh-known-hosts ssh-strict ssh-user persist-credentials path "
    "clean filter sparse-checkout sparse-checkout-cone-mode fetch-depth fetch-tags show-progress "
    "lfs submodules set-safe-directory github-server-url allow-unsafe-pr-checkout";
constexpr std::string_view kCache =
    "path key restore-keys upload-chunk-size enablecrossosarchive fail-on-cache-miss lookup-only "
    "save-always";
constexpr std::string_view kSetupNode =
    "always-auth node-version node-version-file architecture check-latest registry-url scope token "
    "cache package-manager-cache cache-dependency-path mirror mirror-token version";
constexpr std::string_view kSetupPython =
    "python-version python-version-file cache architecture check-latest token "
    "cache-dependency-path update-environment allow-prereleases freethreaded pip-version "
    "pip-install";
constexpr std::string_view kSetupJava =
    "java-version java-version-file distribution java-package architecture jdkfile check-latest "
    "server-id server-username server-password settings-path overwrite-settings gpg-private-key "
    "gpg-passphrase cache cache-dependency-path job-status token mvn-toolchain-id "
    "mvn-toolchain-vendor";
constexpr std::string_view kBuildPush =
    "add-hosts allow annotations attests build-args build-contexts builder call cache-from "
    "cache-to cgroup-parent context file github-token labels load network no-cache "
    "no-cache-filter no-cache-filters outputs platforms provenance pull push sbom secret-envs "
    "secret-files secrets shm-size ssh tags target ulimit";
constexpr std::string_view kBuildPushV1 =
    "username password registry repository tags tag_with_ref tag_with_sha path dockerfile target "
    "always_pull build_args cache_froms labels add_git_labels push";
constexpr std::string_view kBuildx =
    "version name driver driver-opts buildkitd-flags buildkitd-config buildkitd-config-inline "
    "config config-inline install use endpoint platforms append keep-state cache-binary cleanup";
constexpr std::string_view kAwsCredentials =
    "aws-region role-to-assume aws-access-key-id aws-secret-access-key aws-session-token "
    "web-identity-token-file role-chaining audience http-proxy no-proxy mask-aws-account-id "
    "role-duration-seconds role-external-id role-session-name role-skip-session-tagging "
    "inline-session-policy managed-session-policies output-credentials output-env-credentials "
    "unset-current-credentials disable-retry retry-max-attempts special-characters-workaround "
    "use-existing-credentials allowed-account-ids expected-account-ids force-skip-oidc "
    "action-timeout-s aws-profile overwrite-aws-profile transitive-tag-keys custom-tags "
    "sts-endpoint";
constexpr std::string_view kGhPages =
    "deploy_key github_token personal_token publish_branch publish_dir destination_dir "
    "external_repository allow_empty_commit keep_files force_orphan user_name user_email "
    "commit_message full_commit_message tag_name tag_message enable_jekyll disable_nojekyll cname "
    "exclude_assets";
constexpr std::string_view kGhRelease =
    "body body_path name tag_name draft prerelease preserve_order files fail_on_unmatched_files "
    "repository token target_commitish discussion_category_name generate_release_notes append_body "
    "make_latest overwrite_files working_directory previous_tag";
constexpr std::string_view kArtifact =
    "name path if-no-files-found retention-days compression-level overwrite include-hidden-files "
    "archive";
constexpr std::string_view kMetadata =
    "context images tags flavor labels annotations sep-tags sep-labels sep-annotations bake-target "
    "github-token";
constexpr std::string_view kMetadataOutputs =
    "version tags tag-names labels annotations json bake-file bake-file-tags bake-file-labels "
    "bake-file-annotations";

constexpr PopularAction kActions[] = {
    {"actions/checkout", 2, 0, kCheckout, "", "ref commit"},
    {"actions/cache", 2, 0, kCache, "path key", "cache-hit"},
    {"actions/cache/restore", 3, 0, kCache, "path key",
     "cache-hit cache-primary-key cache-matched-key"},
    {"actions/cache/save", 3, 0, "path key upload-chunk-size enablecrossosarchive", "path key"},
    {"actions/setup-node", 2, 0, kSetupNode, "", "cache-hit node-version"},
    {"actions/setup-python", 2, 0, kSetupPython, "", "python-version cache-hit python-path"},
    {"actions/setup-java", 2, 0, kSetupJava, "distribution", "distribution version path cache-hit"},
    {"actions/setup-go", 2, 0,
     "go-version go-version-file check-latest token cache cache-dependency-path architecture "
     "go-download-base-url",
     "", "go-version cache-hit"},
    {"actions/setup-dotnet", 2, 0,
     "dotnet-version dotnet-quality global-json-file source-url owner config-file cache "
     "cache-dependency-path include-prerelease workloads architecture",
     "", "cache-hit dotnet-version"},
    {"actions/upload-artifact", 2, 0, kArtifact, "path",
     "artifact-id artifact-url artifact-digest"},
    {"actions/upload-artifact/merge", 4, 0,
     "name pattern separate-directories retention-days compression-level delete-merged "
     "include-hidden-files",
     "", "artifact-id artifact-url artifact-digest"},
    {"actions/download-artifact", 2, 0,
     "name artifact-ids path pattern merge-multiple github-token repository run-id skip-decompress "
     "digest-mismatch",
     "", "download-path"},
    {"actions/github-script", 3, 0,
     "script github-token debug user-agent previews result-encoding retries "
     "retry-exempt-status-codes base-url",
     "script", "*"},
    {"actions/labeler", 4, 0, "repo-token configuration-path sync-labels dot pr-number", "",
     "new-labels all-labels"},
    {"actions/configure-pages", 2, 0,
     "static_site_generator generator_config_file token enablement", "",
     "base_url origin host base_path"},
    {"actions/deploy-pages", 1, 0,
     "token timeout error_count reporting_interval artifact_name preview emit_telemetry "
     "ignore_failure",
     "", "page_url"},
    {"actions/create-release", 1, 1,
     "tag_name release_name body body_path draft prerelease commitish owner repo",
     "tag_name release_name", "id html_url upload_url"},
    {"actions/upload-release-asset", 1, 1, "upload_url asset_path asset_name asset_content_type",
     "upload_url asset_path asset_name asset_content_type", "id browser_download_url"},
    {"docker/login-action", 1, 0, "registry username password scope ecr logout registry-auth"},
    {"docker/setup-buildx-action", 1, 0, kBuildx, "",
     "name driver platforms nodes endpoint status flags"},
    {"docker/setup-qemu-action", 1, 0, "image platforms cache-image reset", "", "platforms"},
    {"docker/build-push-action", 1, 1, kBuildPushV1, "repository"},
    {"docker/build-push-action", 2, 0, kBuildPush, "", "imageid digest metadata"},
    {"docker/metadata-action", 3, 0, kMetadata, "", kMetadataOutputs},
    {"aws-actions/configure-aws-credentials", 1, 0, kAwsCredentials, "aws-region", "*"},
    {"azure/login", 1, 0,
     "creds client-id tenant-id subscription-id enable-azpssession environment "
     "allow-no-subscriptions audience auth-type"},
    {"hashicorp/setup-terraform", 1, 0,
     "cli_config_credentials_hostname cli_config_credentials_token terraform_version "
     "terraform_wrapper",
     "", "stdout stderr exitcode"},
    {"peaceiris/actions-gh-pages", 3, 0, kGhPages},
    {"softprops/action-gh-release", 1, 0, kGhRelease, "", "url id upload_url assets"},
    {"dorny/paths-filter", 2, 0,
     "token working-directory ref base filters list-files initial-fetch-depth "
     "predicate-quantifier",
     "filters", "*"},
    {"rhysd/action-setup-vim", 1, 0, "version neovim configure-args token", "",
     "executable vim-dir"},
    {"reviewdog/action-actionlint", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-eslint", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-golangci-lint", 2, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-hadolint", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-misspell", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-shellcheck", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-stylelint", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-tflint", 1, 0, "*", "", "", "fail_on_error"},
    {"reviewdog/action-tfsec", 1, 0, "*", "", "", "fail_on_error"},
};

struct Runnable {
  std::string_view name;
  int major;
};

constexpr Runnable kRunnable[] = {
    {"actions-cool/issues-helper", 3},
    {"actions-rs/audit-check", 2},
    {"actions-rs/cargo", 2},
    {"actions-rs/clippy-check", 2},
    {"actions-rs/toolchain", 2},
    {"actions/cache", 4},
    {"actions/cache/restore", 4},
    {"actions/cache/save", 4},
    {"actions/checkout", 4},
    {"actions/configure-pages", 4},
    {"actions/create-release", 2},
    {"actions/delete-package-versions", 5},
    {"actions/dependency-review-action", 4},
    {"actions/deploy-pages", 3},
    {"actions/download-artifact", 4},
    {"actions/first-interaction", 2},
    {"actions/github-script", 7},
    {"actions/labeler", 5},
    {"actions/setup-dotnet", 4},
    {"actions/setup-go", 5},
    {"actions/setup-haskell", 2},
    {"actions/setup-java", 4},
    {"actions/setup-node", 4},
    {"actions/setup-python", 5},
    {"actions/setup-ruby", 2},
    {"actions/stale", 9},
    {"actions/upload-artifact", 4},
    {"actions/upload-release-asset", 2},
    {"aws-actions/amazon-ecr-login", 2},
    {"aws-actions/configure-aws-credentials", 4},
    {"azure/aks-set-context", 4},
    {"azure/docker-login", 2},
    {"azure/k8s-deploy", 5},
    {"azure/k8s-set-context", 4},
    {"azure/login", 2},
    {"azure/setup-helm", 4},
    {"azure/setup-kubectl", 4},
    {"azure/webapps-deploy", 3},
    {"codecov/codecov-action", 4},
    {"cypress-io/github-action", 6},
    {"dawidd6/action-download-artifact", 3},
    {"dessant/lock-threads", 5},
    {"docker/bake-action", 4},
    {"docker/build-push-action", 5},
    {"docker/login-action", 3},
    {"docker/metadata-action", 5},
    {"docker/setup-buildx-action", 3},
    {"docker/setup-qemu-action", 3},
    {"dorny/paths-filter", 3},
    {"game-ci/unity-builder", 4},
    {"github/codeql-action/analyze", 3},
    {"github/codeql-action/autobuild", 3},
    {"github/codeql-action/init", 3},
    {"github/codeql-action/upload-sarif", 3},
    {"golangci/golangci-lint-action", 4},
    {"google-github-actions/auth", 2},
    {"google-github-actions/deploy-appengine", 2},
    {"google-github-actions/deploy-cloudrun", 2},
    {"google-github-actions/get-gke-credentials", 2},
    {"google-github-actions/get-secretmanager-secrets", 2},
    {"google-github-actions/setup-gcloud", 2},
    {"google-github-actions/upload-cloud-storage", 2},
    {"goreleaser/goreleaser-action", 5},
    {"gradle/gradle-build-action", 3},
    {"gradle/wrapper-validation-action", 2},
    {"hashicorp/setup-terraform", 3},
    {"haskell/actions/setup", 2},
    {"jamesives/github-pages-deploy-action", 4},
    {"microsoft/playwright-github-action", 2},
    {"microsoft/setup-msbuild", 2},
    {"mikepenz/release-changelog-builder-action", 4},
    {"nwtgck/actions-netlify", 3},
    {"peaceiris/actions-gh-pages", 4},
    {"peaceiris/actions-hugo", 3},
    {"peter-evans/create-or-update-comment", 4},
    {"peter-evans/create-pull-request", 6},
    {"peter-evans/repository-dispatch", 3},
    {"pnpm/action-setup", 3},
    {"preactjs/compressed-size-action", 2},
    {"release-drafter/release-drafter", 6},
    {"ridedott/merge-me-action", 2},
    {"softprops/action-gh-release", 2},
    {"subosito/flutter-action", 2},
    {"swatinem/rust-cache", 2},
    {"treosh/lighthouse-ci-action", 11},
    {"wearerequired/lint-action", 2},
};

}  // namespace

int major_version(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const std::string_view digits = version.substr(0, version.find('.'));
  if (digits.empty() || digits.size() > 3) return -1;
  int major = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    major = major * 10 + (c - '0');
  }
  return major;
}

const PopularAction* find_popular_action(std::string_view name, std::string_view version) {
  const int major = major_version(version);
  for (const PopularAction& action : kActions)
    if (equal_ignoring_case(action.name, name) && major >= action.first_major &&
        (action.last_major == 0 || major <= action.last_major))
      return &action;
  return nullptr;
}

int first_runnable_major(std::string_view name) {
  for (const Runnable& action : kRunnable)
    if (equal_ignoring_case(action.name, name)) return action.major;
  return 0;
}

}  // namespace sluice::pipeline::github
