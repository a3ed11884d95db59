package roots

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// A process can set them once, and reads those of the system once: each case has one of its own.
const asked = "ROOTS_TEST_FILE"

func TestMain(m *testing.M) {
	file, isAsked := os.LookupEnv(asked)
	if !isAsked {
		os.Exit(m.Run())
	}
	systems = []string{filepath.Join(filepath.Dir(file), "other"), file}
	FallBack()
	if os.Getenv("SSL_CERT_FILE") != "" { // there is nothing else to trust
		if pool, err := x509.SystemCertPool(); err != nil || pool.Equal(x509.NewCertPool()) {
			panic("nobody is trusted")
		}
	}
	defer func() {
		if recover() == nil { // they were not set before
			os.Exit(saysNo)
		}
	}()
	x509.SetFallbackRoots(x509.NewCertPool())
}

const saysNo = 3

func TestFallBack(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: only Linux has its roots in files")
	}
	nothing, another := filepath.Join(t.TempDir(), "nothing"), filepath.Join(t.TempDir(), "another")
	var one []byte
	for root := range bundle.Roots() {
		one = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
	}
	if err := os.WriteFile(another, one, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		content   string // of the system's file; "-" where there is none
		file      string // that SSL_CERT_FILE names
		fallsBack bool
	}{
		"the system says":          {content: "roots", fallsBack: false},
		"it has no file":           {content: "-", fallsBack: true},
		"its file is empty":        {content: "", fallsBack: true},
		"the person names nothing": {content: "roots", file: nothing, fallsBack: true},
		"the person names another": {content: "-", file: another, fallsBack: false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "roots.pem")
			if test.content != "-" {
				if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), asked+"="+file, "SSL_CERT_FILE="+test.file, "SSL_CERT_DIR="+test.file)
			out, err := cmd.CombinedOutput()
			code := cmd.ProcessState.ExitCode()
			if code != 0 && code != saysNo {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := code == 0; got != test.fallsBack {
				t.Errorf("falls back: %v, want %v", got, test.fallsBack)
			}
		})
	}
}
