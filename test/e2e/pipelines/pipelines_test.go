package pipelines

import (
	"slices"
	"strings"
	"testing"
)

// scenarios each have a repository of their own in the one world, and run side by side.
var scenarios = map[string]func(*testing.T, *world){
	"a push to dev without credentials": pushWithoutCredentials,
	"failing tests":                     failingTests,
	"traffic steps with an alarm":       trafficInSteps,
	"versions by one identity":          versionsByOneIdentity,
	"prod unguarded":                    prodUnguarded,
	"the documentation":                 documentation,
	"a stack of a pull request":         stackOfAPullRequest,
	"builds that differ":                differingBuilds,
	"a release is marked as released":   releasedMark,
	"prod without evidence":             withoutEvidence,
	"pull requests":                     pullRequests,
	"two pushes that overtake":          overtaken,
	"from main to prod":                 promotion,
}

func TestPipelines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, scenario := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t, w)
		})
	}
}

// A push to dev is tested, tagged and built. Without credentials nothing is deployed,
// and the report says why.
func pushWithoutCredentials(t *testing.T, w *world) {
	repo := w.repository(t, "without-credentials")
	sha := repo.push(t, "dev", map[string]string{".github/scripts/build.sh": buildsLittle})
	r := repo.run(t, "ci-pipeline__dev.yml", pushed("dev", sha))
	r.wants(t, map[string]string{
		"test": "success", "vulnerabilities": "success", "tag": "success", "credentials": "success",
		"build": "success", "rebuild": "success", "image": "skipped", "release": "skipped", "deploy": "skipped",
		"report": "success",
	})
	tags := repo.tags(t)
	if len(tags) != 1 || tags["v0.3.6"] != sha {
		t.Errorf("the tags are %v, of %s", tags, sha)
	}
	has(t, r.of(t, "report").summary, "v0.3.6", "| deploy | skipped |", "**dev was not deployed:** No AWS credentials")
	if kept := repo.github.kept(r); !slices.Equal(kept, []string{"dist-v0.3.6"}) {
		t.Errorf("the artifacts are %v", kept)
	}
}

// buildsLittle stands in for the build where what is built does not matter.
const buildsLittle = `#!/bin/sh
set -e
mkdir -p "$DIR"
cd "$DIR"
echo "$VERSION" >version
sha256sum version >SHA256SUMS
`

// Where a test fails nothing gets a version.
func failingTests(t *testing.T, w *world) {
	repo := w.repository(t, "failing-tests")
	sha := repo.push(t, "dev", map[string]string{".ci/run": fails})
	r := repo.run(t, "ci-pipeline__dev.yml", pushed("dev", sha))
	r.wants(t, map[string]string{
		"test": "failure", "vulnerabilities": "success", "tag": "skipped", "credentials": "skipped",
		"build": "skipped", "deploy": "skipped", "report": "success",
	})
	has(t, r.of(t, "report").summary, "| test | failure |", "**dev was not deployed:**")
	if tags := repo.tags(t); len(tags) != 0 {
		t.Errorf("there are tags: %v", tags)
	}
}

func has(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in\n%s", w, text)
		}
	}
}
