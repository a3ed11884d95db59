package documented

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// proof is a test that runs a command, and the words by which it does, in its own source or
// in a file that it goes by; or it is why none can.
type proof struct{ folder, test, words, file, why string }

func onServer(words string) proof {
	return proof{folder: "test/e2e/server", test: "TestPackageOnAServer", words: words}
}

func inPipelines(file, words string) proof {
	return proof{folder: "test/e2e/pipelines", test: "TestPipelines", file: ".github/workflows/" + file, words: words}
}

func onStack(words string) proof {
	return proof{folder: "test/e2e/stack", test: "TestStack", words: words}
}

// elsewhere are commands that other tests run, or do what they do, as they stand on the
// pages. sudo is left out.
var elsewhere = map[string]proof{
	"apt install ./sgsend-linux-amd64.deb": onServer(`"apt", "install",`),
	"apt remove sgsend":                    onServer(`"apt", "remove",`),
	"apt purge sgsend":                     onServer(`"apt", "purge",`),
	"systemctl enable --now sgsend.service sgsend-user.socket sgsend-admin.socket": onServer(
		`"systemctl", "enable", "--now", "sgsend.service", "sgsend-user.socket", "sgsend-admin.socket"`),
	"systemctl enable --now sgsend.service sgsend-https.socket sgsend-http.socket": onServer(
		`"systemctl", "enable", "--now", "sgsend.service", "sgsend-https.socket", "sgsend-http.socket"`),
	"systemctl restart sgsend.service": onServer(`"systemctl", "restart", "sgsend.service"`),
	"systemctl start sgsend.service":   onServer(`"systemctl", "start", "sgsend.service"`),
	"systemctl stop sgsend.service":    onServer(`"systemctl", "stop", "sgsend.service"`),
	"systemctl stop sgsend":            onServer(`"systemctl", "stop", "sgsend.service"`),
	"SEND__DISK_PATH=/var/lib/sgsend sgsend serve --show-secrets": onServer(
		`"SEND__DISK_PATH=/var/lib/sgsend sgsend serve --show-secrets"`),
	"sh -c set -a; . /etc/sgsend/sgsend.env; sgsend health": onServer(
		`"set -a; . /etc/sgsend/sgsend.env; sgsend health"`),
	"sgsend backup --data /var/lib/sgsend /var/backups/sgsend.tar": onServer(
		`"sgsend", "backup", "--data", "/var/lib/sgsend",`),
	"sgsend restore --data /var/lib/sgsend --replace /var/backups/sgsend.tar": onServer(
		`"sgsend", "restore", "--data", "/var/lib/sgsend", "--replace",`),

	"pulumi up":              onStack(`"up",`),
	"pulumi up --stack mine": onStack(`"up",`),
	"pulumi up --stack prod": onStack(`"SEND_ADOPT=true"`),

	"go install sgraph.ai/send/cli/cmd/sgsend@v0.4.0": {
		folder: "release/modules", test: "TestGoInstall", words: `"go", "install", "sgraph.ai/send/cli/cmd/sgsend@v0.4.0"`,
	},
	"go run ./release/cmd/release preflight --stack prod": inPipelines("ci-pipeline__prod.yml",
		"run: go run ./release/cmd/release preflight --stack prod\n"),
	"go run ./release/cmd/release verify --dir dist": inPipelines("ci-pipeline.yml",
		"run: go run ./release/cmd/release verify --dir dist\n"),
	"go run ./release/cmd/release image --dir dist --version v0.4.0 --layout image": {
		folder: "release/image", test: "TestCommand", words: `"--layout", filepath.Join(home, "layout")`,
	},
	"go run ./release/cmd/release image --dir dist --version v0.4.0 --push registry.example.org/send": {
		folder: "release/image", test: "TestCommand", words: `release("--push", to)`,
	},
	".github/scripts/build.sh": inPipelines("ci-pipeline.yml", "run: .github/scripts/build.sh\n"),
	"packer build -var version=v0.4.0 -var rpm=sgsend-linux-arm64.rpm -var sha256=" + digest + " deploy/packer": {
		folder: "release/ami", test: "TestTemplateIsValid", words: `"-var", "version=v0.4.0", "-var", "rpm="`,
	},

	"packer init deploy/packer": {why: "it fetches a plugin; tools/packer brings it for TestTemplateIsValidForThePlugin"},
	"tools/lint-pages --write":  {why: "it changes the checkout; tools/lint runs it without --write"},
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// declares says whether a folder has a test.
func declares(folder, test string) bool {
	for _, m := range testFunction.FindAllStringSubmatch(sources(folder), -1) {
		if m[1] == test {
			return true
		}
	}
	return false
}

// sources are what the tests of a folder are written in.
func sources(folder string) (text string) {
	files, _ := filepath.Glob(filepath.Join(root, folder, "*_test.go")) // the pattern is none that is wrong
	for _, file := range files {
		read, err := os.ReadFile(file)
		if err == nil {
			text += string(read)
		}
	}
	return text
}

// What is said to be run elsewhere is.
func TestWhatRunsElsewhere(t *testing.T) {
	t.Parallel()
	for line, p := range elsewhere {
		switch {
		case p.why != "":
		case !declares(p.folder, p.test):
			t.Errorf("%s: there is no %s in %s", line, p.test, p.folder)
		case p.file != "":
			if read, err := os.ReadFile(filepath.Join(root, p.file)); !strings.Contains(string(read), p.words) {
				t.Errorf("%s: %s does not say %s (%v)", line, p.file, p.words, err)
			}
		case !strings.Contains(sources(p.folder), p.words):
			t.Errorf("%s: nothing in the tests of %s says %s", line, p.folder, p.words)
		}
	}
}
